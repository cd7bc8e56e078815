"""What a search for one text is told, and what it says while it goes on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.config import SampleOptions
from charbard.prosody.machine import Ids, VerseState
from charbard.runtime import State
from charbard.writer.population import Draft

__all__ = ["Lean", "LineDrafted", "Search", "TextDrafted", "Unwanted", "Worth"]

Unwanted = Callable[[int, Sequence[int]], bool]
"""From the number of a complete line and its ids, mark included, to whether to avoid it."""
Lean = Callable[[Sequence[int]], tuple[Ids, NDArray[np.float32]] | None]
"""From the ids written so far to ids of the next character and the nats to add to each."""
Worth = Callable[[Draft], float]
"""From a draft, at the end of a line or of the text, to what it is worth; more is better."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """How one text is searched for."""

    options: SampleOptions
    seed: int
    sample: int
    """Number of this text among those of one request."""
    start: State
    """One row that has read nothing."""
    worth: Worth
    drafts: int = 8
    guidance: float = 1.0
    """How far scores move from the unconditioned ones; of no effect without such a prompt."""
    faded: float = 0.0
    """Nats added to a character each time it stands in the text already."""
    lines: int | None = None
    """Stop after this many lines; None: write all."""
    leans: tuple[Lean, ...] = ()
    """Nats added to some characters, such as those that answer the line above."""
    unwanted: Unwanted | None = None
    """Lines that are written only where nothing else comes; not asked of lines given whole."""
    openings: tuple[int, ...] = ()
    """Ids that the first open place does not get while there are others."""
    rhyme: str | None = None
    """The group to rhyme in; None: any that the machine allows."""


@dataclass(frozen=True, slots=True)
class LineDrafted:
    """A line that is certain from now on."""

    index: int
    ids: tuple[int, ...]
    """Its characters and its mark."""
    logp: tuple[float, ...]
    """The model's own log-probability of each, in nats; 0 for its mark."""
    candidate: int = 0
    """Number of its text among those of one request."""


@dataclass(frozen=True, slots=True)
class TextDrafted:
    """All lines asked for are written."""

    ids: tuple[int, ...]
    logp: tuple[float, ...]
    gain: tuple[float, ...] = ()
    """Nats by which the conditions make each id likelier."""
    state: VerseState | None = None
    """Of the machine after it; None if it did not write the text."""
    unwanted: tuple[int, ...] = ()
    """Lines that stayed although they are not wanted."""
    candidate: int = 0
    """Number of the text among those of one request."""
