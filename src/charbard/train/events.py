"""Events of a training, in the order in which they happen.

The loop prints nothing. The command line shows its events, the journal logs them.
"""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Event", "Finished", "Notice", "Progress", "Sampled", "Saved", "Validated"]


@dataclass(frozen=True)
class Progress:
    """Progress, about twice a second."""

    step: int
    epoch: float
    fraction: float
    """Spent share of the budget."""
    loss: float
    """Nats per character over the last hundred or so steps."""
    rate: float
    """Learning rate, as a share of its peak."""
    grad_norm: float
    chars_per_s: float
    share_of_peak: float
    """Achieved floating-point operations a second, 6 per multiply-accumulate, as a share of this
    machine's float32 matrix product."""
    seconds_left: float


@dataclass(frozen=True)
class Validated:
    """The averaged weights were scored on the validation side."""

    step: int
    epoch: float
    loss: float
    """Nats per character."""
    best: bool
    """Whether the loss is the lowest so far; the bundle then has these weights."""


@dataclass(frozen=True)
class Sampled:
    """A sample written by the averaged weights."""

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
    """A message for the user: an assumption, a choice with its reason, a rollback."""

    message: str


@dataclass(frozen=True)
class Finished:
    """The last event. `complete` is False if the training was interrupted and can be resumed."""

    complete: bool
    step: int
    epoch: float
    loss: float
    """Validation loss of the bundle; the training loss if there is no validation side."""
    elapsed_s: float
    bundle: Path
    verdict: str = ""
    """What to expect of the model, and what would improve it; empty if nothing was validated."""


Event = Progress | Validated | Sampled | Saved | Notice | Finished
