"""Finding the bundle that a user names."""

from pathlib import Path

__all__ = ["MODEL", "bundle_path"]

MODEL = "A bundle, a checkpoint, a run's folder, or the name of a model that came along."


def bundle_path(named: Path) -> Path:
    """A file itself, or the best bundle of a run's folder, or else its newest checkpoint."""
    if not named.is_dir():
        return named
    best = named / "model.safetensors"
    checkpoints = sorted(named.glob("checkpoint_*.safetensors"), key=lambda p: p.stat().st_mtime_ns)
    return best if best.exists() or not checkpoints else checkpoints[-1]
