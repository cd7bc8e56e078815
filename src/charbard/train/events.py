"""What a training tells its caller: plain facts, in the order they come about.

The loop prints nothing. The command line shows these, the journal writes them down.
"""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["Event", "Finished", "Notice", "Progress", "Sampled", "Saved", "Validated"]


@dataclass(frozen=True)
class Progress:
    """How it goes, about twice a second."""

    step: int
    epoch: float
    fraction: float
    """Share of the budget that is spent."""
    loss: float
    """Nats per character over the last hundred or so steps."""
    rate: float
    """Learning rate, as a share of its highest value."""
    grad_norm: float
    chars_per_s: float
    share_of_peak: float
    """6 x multiply-accumulates a character x characters a second, over measured sgemm."""
    seconds_left: float


@dataclass(frozen=True)
class Validated:
    """The averaged weights were tried on text they have not learned from."""

    step: int
    epoch: float
    loss: float
    """Nats per character."""
    best: bool
    """Whether it is the lowest so far; the bundle holds these weights."""


@dataclass(frozen=True)
class Sampled:
    """A few lines written by the averaged weights."""

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
    """Something the user should know: what was chosen and why, a rollback, an interruption."""

    message: str


@dataclass(frozen=True)
class Finished:
    """The last event. `complete` is False if it was interrupted; it can then be resumed."""

    complete: bool
    step: int
    epoch: float
    loss: float
    """Validation loss of the bundle; the training loss where nothing was kept for validation."""
    elapsed_s: float
    bundle: Path
    verdict: str = ""
    """What to expect of the model, and what would improve it; empty if nothing was validated."""


Event = Progress | Validated | Sampled | Saved | Notice | Finished
