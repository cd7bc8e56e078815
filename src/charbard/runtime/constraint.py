"""What may be written next, as a machine over ids. Knows neither characters nor probabilities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_IDS", "Anything", "Constraint", "Ids", "S", "SegmentedConstraint", "as_ids"]

S = TypeVar("S")
"""A constraint's state: any value."""
Ids = NDArray[np.int32]
"""Ids in ascending order, none twice, never modified once handed out."""


class Constraint(Protocol[S]):
    """A state machine over ids. Its states are values: never changed, always replaced.

    So one constraint serves many texts at once, and going back means returning to an old state.
    """

    def start(self) -> S:
        """The state before anything was written."""
        ...

    def choices(self, state: S) -> tuple[Ids, Ids]:
        """The ids that may be written now, and those of them that are barred all the same.

        An index array rather than a mask, as only these columns are read. It is built once for each
        class of characters and then reused; the second, short array is this text's
        own. A single id is forced and needs no softmax; no id at all is a dead end.
        """
        ...

    def advance(self, state: S, char_id: int) -> S:
        """The state after an allowed id was written."""
        ...


class SegmentedConstraint(Constraint[S], Protocol[S]):
    """A constraint on texts with a fixed number of places, in segments such as lines.

    Steps count the places from 0.
    """

    @property
    def spans(self) -> Sequence[slice]:
        """The segments that drafts are compared by: they adjoin and cover the text."""
        ...

    def is_given(self, step: int) -> bool:
        """Return whether the id of a place was given, so that nothing is drawn there."""
        ...

    def is_mark(self, step: int) -> bool:
        """Return whether a place is punctuation of the form, which is neither drawn nor scored."""
        ...


@dataclass(frozen=True, eq=False)
class Anything:
    """The constraint of unconstrained text: the same ids everywhere. Its only state is None."""

    allowed: Ids

    def start(self) -> None:
        """Return the only state."""

    def choices(self, state: None) -> tuple[Ids, Ids]:
        """Return the same ids in every state; none of them is barred."""
        return self.allowed, NO_IDS

    def advance(self, state: None, char_id: int) -> None:
        """Return the only state."""


def as_ids(allowed: Iterable[int] | NDArray[np.bool_]) -> Ids:
    """An index array from ids in any order, or from a (V,) mask.

    >>> as_ids([5, 2, 5]).tolist(), as_ids(np.array([False, True, True])).tolist()
    ([2, 5], [1, 2])
    """
    if isinstance(allowed, np.ndarray) and allowed.dtype == np.bool_:
        ids = np.flatnonzero(allowed)
    else:
        ids = np.unique(np.fromiter(allowed, np.int64))
    out = ids.astype(np.int32)
    out.setflags(write=False)
    return out


NO_IDS = as_ids(())
"""What a constraint bars where it bars nothing."""
