"""What the commands say of the model that a user names."""

__all__ = ["MODEL"]

MODEL = "A bundle, a checkpoint, a run's folder, or the name of a model that ships."
