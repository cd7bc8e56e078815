"""The folder of a training run: bundle, checkpoints, snapshots, log and report.

model.safetensors                          the best weights so far
checkpoint_epoch3.20_1.4810.safetensors    a bundle with the state that a resumed run needs
snapshots/step000120.safetensors           small bundles of earlier weights
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
    """Return a network's weights in the format of a bundle: float32, by name."""
    return {
        # A copy, because otherwise the array would share memory with weights that still change.
        name: weight.detach().to("cpu", torch.float32, copy=True).numpy()
        for name, weight in network.named_weights().items()
    }


@dataclass(frozen=True)
class RunFolder:
    """The folder that one training run writes to."""

    path: Path

    @property
    def bundle(self) -> Path:
        """Path of the bundle with the best weights so far."""
        return self.path / "model.safetensors"

    @property
    def log(self) -> Path:
        """Path of the log, which has one line of JSON for each event."""
        return self.path / "log.jsonl"

    @property
    def report(self) -> Path:
        """Path of the report page, with curves and samples."""
        return self.path / "report.html"

    def clear_half_written(self) -> None:
        """Remove the temporary files that remain if the process was killed while saving."""
        for place in (self.path, self.path / "snapshots"):
            for name in ("checkpoint", "model", "report", "step"):
                for left in place.glob(f".{name}*"):
                    left.unlink(missing_ok=True)

    def snapshot(self, step: int) -> Path:
        """Return the path of the snapshot taken at this step."""
        return self.path / "snapshots" / f"step{step:06d}.safetensors"

    def checkpoints(self) -> list[Path]:
        """Return the paths of all checkpoints, oldest first."""
        found = [path for path in self.path.glob("checkpoint_*") if _CHECKPOINT.match(path.name)]
        # By time, not by name: after a rollback, a newer checkpoint may be of an earlier epoch.
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    def save_checkpoint(
        self, bundle: Bundle, tensors: dict[str, Tensor], *, epoch: float, loss: float, keep: int
    ) -> Path:
        """Write a checkpoint, then remove the oldest ones so that `keep` remain.

        Raises:
            SaveError: The disk is full; the older checkpoints are untouched.
        """
        path = self.path / f"checkpoint_epoch{epoch:.2f}_{loss:.4f}.safetensors"
        resume = {name: value.numpy() for name, value in tensors.items()}
        save_bundle(replace(bundle, resume=resume), path)
        # Older checkpoints are removed only after the new one is complete, so there is always one
        # to resume from.
        older = [other for other in self.checkpoints() if other != path]
        for old in older[: max(0, len(older) + 1 - keep)]:
            old.unlink(missing_ok=True)
        return path

    def newest_checkpoint(self) -> Path:
        """Return the path of the newest checkpoint.

        Raises:
            CheckpointError: There is no checkpoint.
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
    """Return a checkpoint's arrays as tensors, for `Learner.restore`."""
    return {name: torch.from_numpy(np.array(value)) for name, value in bundle.resume.items()}


def newest_readable(folder: RunFolder) -> Bundle:
    """Load the newest intact checkpoint, skipping damaged ones.

    Raises:
        BundleError: Every checkpoint is damaged.
        CheckpointError: There is no checkpoint.
    """
    paths = [folder.newest_checkpoint(), *reversed(folder.checkpoints()[:-1])]
    for path in paths[:-1]:
        try:
            return load_checkpoint(path)
        except BundleError:
            continue
    return load_checkpoint(paths[-1])
