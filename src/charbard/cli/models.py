"""Finding the bundle that a user names."""

from charbard.files import bundle_path

__all__ = ["MODEL", "bundle_path"]

MODEL = "A bundle, a checkpoint, a run's folder, or the name of a model that came along."
