"""Finding the bundle that a user names."""

from pathlib import Path

__all__ = ["bundle_path"]


def bundle_path(named: Path) -> Path:
    """A file itself, or the best bundle of a run's folder."""
    return named / "model.safetensors" if named.is_dir() else named
