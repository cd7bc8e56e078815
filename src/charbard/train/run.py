"""The folder of a run: bundle, checkpoints, snapshots, log and report.

model.safetensors                          the best weights so far
checkpoint_epoch3.20_1.4810.safetensors    all that a resumed run needs; also a bundle
snapshots/step000120.safetensors           small bundles along the way
log.jsonl                                  every event
report.html                                curves and samples
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from charbard.bundle import Bundle, load_bundle, save_bundle
from charbard.errors import BundleError, CheckpointError
from charbard.train.network import CharRNN

__all__ = ["RunFolder", "arrays_of", "load_checkpoint", "newest_readable", "tensors_of"]

_CHECKPOINT = re.compile(r"checkpoint_epoch(\d+\.\d+)_.*\.safetensors")


def arrays_of(network: CharRNN) -> dict[str, NDArray[Any]]:
    """Return a network's weights as a bundle holds them: float32, by name."""
    return {
        # A copy, or the array would share the memory of weights that go on changing.
        name: weight.detach().to("cpu", torch.float32, copy=True).numpy()
        for name, weight in network.named_weights().items()
    }


@dataclass(frozen=True)
class RunFolder:
    """Folder that one training run writes to."""

    path: Path

    @property
    def bundle(self) -> Path:
        """The best weights so far."""
        return self.path / "model.safetensors"

    @property
    def log(self) -> Path:
        """Path of the log, with every event as a line of JSON."""
        return self.path / "log.jsonl"

    @property
    def report(self) -> Path:
        """Curves and samples as a page."""
        return self.path / "report.html"

    def clear_half_written(self) -> None:
        """Remove temporary files that a kill during saving left."""
        for place in (self.path, self.path / "snapshots"):
            for name in ("checkpoint", "model", "report", "step"):
                for left in place.glob(f".{name}*"):
                    left.unlink(missing_ok=True)

    def snapshot(self, step: int) -> Path:
        """Return the path of the small bundle of this step."""
        return self.path / "snapshots" / f"step{step:06d}.safetensors"

    def checkpoints(self) -> list[Path]:
        """Return every checkpoint, the oldest first."""
        found = [path for path in self.path.glob("checkpoint_*") if _CHECKPOINT.match(path.name)]
        # By time and not by name: after a rollback a newer checkpoint may be of an earlier epoch.
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    def save_checkpoint(
        self, bundle: Bundle, tensors: dict[str, Tensor], *, epoch: float, loss: float, keep: int
    ) -> Path:
        """Write a checkpoint, then remove the oldest beyond `keep`.

        Raises:
            SaveError: The disk is full; the older checkpoints are untouched.
        """
        path = self.path / f"checkpoint_epoch{epoch:.2f}_{loss:.4f}.safetensors"
        resume = {name: value.numpy() for name, value in tensors.items()}
        save_bundle(replace(bundle, resume=resume), path)
        # Older ones go only after the new one is whole, so there is always one to resume from.
        older = [other for other in self.checkpoints() if other != path]
        for old in older[: max(0, len(older) + 1 - keep)]:
            old.unlink(missing_ok=True)
        return path

    def newest_checkpoint(self) -> Path:
        """Return the newest checkpoint.

        Raises:
            CheckpointError: There is none.
        """
        if not (found := self.checkpoints()):
            raise CheckpointError(
                f"no checkpoint in {str(self.path)!r}",
                code="checkpoint.none",
                values={"path": str(self.path)},
                hint="name the folder of an interrupted run, or start anew without ⟪resume⟫",
            )
        return found[-1]


def load_checkpoint(path: Path) -> Bundle:
    """Load a checkpoint with the state that a resumed run needs.

    Raises:
        BundleError: The file is missing, truncated or altered.
        CheckpointError: The file is a bundle without that state.
    """
    bundle = load_bundle(path, with_resume=True)
    if not bundle.resume or "step" not in bundle.extra:
        raise CheckpointError(
            f"{str(path)!r} is a finished model, not a checkpoint",
            code="checkpoint.finished",
            values={"path": str(path)},
            hint="to learn more from here use: charbard train TEXT --init-from MODEL",
        )
    return bundle


def tensors_of(bundle: Bundle) -> dict[str, Tensor]:
    """Return a checkpoint's arrays for the learner."""
    return {name: torch.from_numpy(np.array(value)) for name, value in bundle.resume.items()}


def newest_readable(folder: RunFolder) -> Bundle:
    """Load the newest checkpoint that is intact, skipping damaged ones.

    Raises:
        CheckpointError: There is none.
    """
    paths = [folder.newest_checkpoint(), *reversed(folder.checkpoints()[:-1])]
    for path in paths[:-1]:
        try:
            return load_checkpoint(path)
        except BundleError:
            continue
    return load_checkpoint(paths[-1])
