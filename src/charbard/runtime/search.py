"""The configuration of a search for one text, and the values that it emits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charbard.config import SampleOptions
from charbard.config.verse import DRAFTS
from charbard.runtime.draft import Draft
from charbard.runtime.spec import Bias
from charbard.runtime.state import State

__all__ = [
    "FORKS",
    "BiasRule",
    "Decoded",
    "Probe",
    "Rejects",
    "Search",
    "Segment",
    "Worth",
]

FORKS = DRAFTS
"""Number of sample numbers reserved for each text: one for each fork of its drafts."""

Rejects = Callable[[int, Sequence[int]], bool]
"""(number of a complete segment, its ids with marks) -> whether to reject it."""
BiasRule = Callable[[Sequence[int]], Bias | None]
"""Ids written so far -> logit bias."""
Probe = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Features of rows [R, P] -> a number for each row [R], which must not depend on the other rows."""
Worth = Callable[[Draft], float]
"""Draft at the end of a segment or of the text -> its score; higher is better."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """Configuration of the search for one text."""

    options: SampleOptions
    seed: int
    sample: int
    """Number of this text among the texts of one request."""
    start: State
    """State of one row that has read nothing."""
    worth: Worth
    probe: Probe | None = None
    """What to read from the features before each drawn character; see `Draft.probed`."""
    drafts: int = 8
    guidance: float = 1.0
    """Scale of guidance; it has no effect without an unconditioned prompt."""
    faded: float = 0.0
    """Nats added to a character's score for each occurrence before the previous place."""
    segments: int | None = None
    """Number of segments after which to stop; None: write all."""
    bias_rules: tuple[BiasRule, ...] = ()
    """Logit biases, such as towards characters parallel to the line above."""
    rejects: Rejects | None = None
    """Test for segments to avoid; segments whose characters are all fixed are not tested."""
    openings: tuple[int, ...] = ()
    """Ids to avoid, if others are allowed, at the first place that is not fixed."""
    form: Any = None
    """The constraint's state to start from; None: the constraint's own start state."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that is final."""

    index: int
    ids: tuple[int, ...]
    """Ids of the segment's characters and marks."""
    logp: tuple[float, ...]
    """The model's own log-probability of each id, in nats; 0 for a mark."""
    sample: int = 0
    """Number of the segment's text among the texts of one request."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A finished text, as the decoder wrote it."""

    ids: tuple[int, ...]
    logp: tuple[float, ...]
    gain: tuple[float, ...] = ()
    """Nats by which the conditions make each id likelier."""
    probed: float | None = None
    """See `Draft.probed`; None without a probe."""
    form: Any = None
    """The constraint's state after the text; None if the text was only scored."""
    rejected: tuple[int, ...] = ()
    """Indices of the segments that were kept although `Search.rejects` rejects them."""
    sample: int = 0
    """Number of this text among the texts of one request."""
