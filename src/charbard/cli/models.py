"""Help text for the model argument, shared by the commands."""

__all__ = ["MODEL"]

MODEL = "A bundle, a checkpoint, a run's folder, or the name of a model that ships."
