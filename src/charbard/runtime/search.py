"""How one text is searched for, and what is emitted on the way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from charbard.config import SampleOptions
from charbard.config.verse import DRAFTS
from charbard.runtime.ask import Bias
from charbard.runtime.draft import Draft
from charbard.runtime.state import State

__all__ = ["FORKS", "Decoded", "Lean", "Search", "Segment", "Unwanted", "Worth"]

FORKS = DRAFTS
"""Numbers of samples that each text takes up: the forks of its drafts draw one each."""

Unwanted = Callable[[int, Sequence[int]], bool]
"""From the number of a complete segment and its ids, marks included, to whether to avoid it."""
Lean = Callable[[Sequence[int]], Bias | None]
"""From the ids written so far to nats to add to some characters."""
Worth = Callable[[Draft], float]
"""From a draft, at the end of a segment or of the text, to its score; higher is better."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """How one text is searched for."""

    options: SampleOptions
    seed: int
    sample: int
    """Number of this text among those of one request."""
    start: State
    """One row, before anything is read."""
    worth: Worth
    drafts: int = 8
    guidance: float = 1.0
    """How far scores move from the unconditioned ones; of no effect without such a prompt."""
    faded: float = 0.0
    """Nats added to a character for each earlier occurrence in the text."""
    segments: int | None = None
    """Stop after this many segments; None: write all."""
    leans: tuple[Lean, ...] = ()
    """Logit biases, such as towards characters parallel to the line above."""
    unwanted: Unwanted | None = None
    """Predicate of segments to reject if others are found; not asked of segments given whole."""
    openings: tuple[int, ...] = ()
    """Ids that the first open place avoids while others are allowed."""
    form: Any = None
    """The constraint's state to begin with; None: its own start."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that is certain from now on."""

    index: int
    ids: tuple[int, ...]
    """Its characters and its marks."""
    logp: tuple[float, ...]
    """The model's own log-probability of each, in nats; 0 for a mark."""
    sample: int = 0
    """Number of its text among those of one request."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, with all segments that were asked for."""

    ids: tuple[int, ...]
    logp: tuple[float, ...]
    gain: tuple[float, ...] = ()
    """Nats by which the conditions make each id likelier."""
    form: Any = None
    """The constraint's state after it; None if the text was given, not written."""
    unwanted: tuple[int, ...] = ()
    """Segments that stayed although they are to be avoided."""
    sample: int = 0
    """Number of the text among those of one request."""
