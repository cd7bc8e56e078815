"""Events of a training run.

The training loop prints nothing: the command line shows its events, and the journal logs them.
"""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Event", "Finished", "Notice", "Progress", "Sampled", "Saved", "Validated"]


@dataclass(frozen=True)
class Progress:
    """Progress of the run, reported at most twice a second."""

    step: int
    epoch: float
    fraction: float
    """Share of the budget that is spent."""
    loss: float
    """Nats per character, averaged over the last hundred steps."""
    rate: float
    """Learning rate, as a share of its peak."""
    grad_norm: float
    chars_per_s: float
    share_of_peak: float
    """Achieved floating-point operations a second, as a share of those of a float32 matrix product
    on this machine. A multiply-accumulate counts as 6 operations, because of the backward pass."""
    seconds_left: float


@dataclass(frozen=True)
class Validated:
    """The EMA of the weights was scored on the validation split."""

    step: int
    epoch: float
    loss: float
    """Nats per character."""
    best: bool
    """Whether the loss is the lowest so far; if so, these weights become the bundle."""


@dataclass(frozen=True)
class Sampled:
    """A sample was drawn with the EMA of the weights."""

    step: int
    temperature: float
    text: str


@dataclass(frozen=True)
class Saved:
    """A file was written: `kind` is bundle, checkpoint or snapshot."""

    kind: str
    path: Path


@dataclass(frozen=True)
class Notice:
    """A message for the user, such as an assumption about the text or a rollback."""

    message: str


@dataclass(frozen=True)
class Finished:
    """The last event. `complete` is False if the run was interrupted and can be resumed."""

    complete: bool
    step: int
    epoch: float
    loss: float
    """Validation loss of the bundle; the training loss if there is no validation split."""
    elapsed_s: float
    bundle: Path
    verdict: str = ""
    """Sentences on what to expect of the model and what would improve it; empty if the run was
    interrupted or nothing was validated."""


Event = Progress | Validated | Sampled | Saved | Notice | Finished
