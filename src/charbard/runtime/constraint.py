"""Constraints: state machines that say which ids may come next. They know neither characters nor
probabilities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["NO_IDS", "Anything", "Constraint", "Ids", "S", "SegmentedConstraint", "as_ids"]

S = TypeVar("S")
"""A constraint's state: any value."""
Ids = NDArray[np.int32]
"""Distinct ids in ascending order; the array is never modified once it is returned."""


class Constraint(Protocol[S]):
    """A state machine over ids. Its states are immutable values.

    So one constraint serves many texts at once, and a search goes back by reusing an old state.
    """

    def start(self) -> S:
        """Return the state before the first id."""
        ...

    def choices(self, state: S) -> tuple[Ids, Ids]:
        """Return (the ids allowed next, those of them that this text bars).

        The first is an index array and not a mask, because only these columns of the output layer
        are read. It is built once for each class of characters and shared between texts; the
        second, a short array, belongs to this text alone. A single allowed id is forced, and an
        empty array is a dead end.
        """
        ...

    def advance(self, state: S, char_id: int) -> S:
        """Return the state after an allowed id was written."""
        ...


class SegmentedConstraint(Constraint[S], Protocol[S]):
    """A constraint on texts with a fixed number of places, grouped into segments such as lines.

    A step is the index of a place, counted from 0.
    """

    @property
    def spans(self) -> Sequence[slice]:
        """The segments, which cover the text without gaps; drafts are compared after each one."""
        ...

    def is_given(self, step: int) -> bool:
        """Return whether the id at a place is fixed beforehand; the id of a mark always is."""
        ...

    def is_mark(self, step: int) -> bool:
        """Return whether a place holds a mark of the form; marks are neither drawn nor scored."""
        ...


@dataclass(frozen=True, eq=False)
class Anything:
    """The constraint of free text: the same ids are allowed everywhere. Its only state is None."""

    allowed: Ids

    def start(self) -> None:
        """Return the only state."""

    def choices(self, state: None) -> tuple[Ids, Ids]:
        """Return the same ids in every state; none of them is barred."""
        return self.allowed, NO_IDS

    def advance(self, state: None, char_id: int) -> None:
        """Return the only state."""


def as_ids(allowed: Iterable[int] | NDArray[np.bool_]) -> Ids:
    """Build an index array from ids in any order, or from a (V,) mask.

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
"""An empty index array, for a constraint that bars nothing."""
