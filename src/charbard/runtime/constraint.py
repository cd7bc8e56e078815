"""What may be written next, as a machine over ids. Knows neither characters nor probabilities."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Constraint", "Ids", "S", "as_ids"]

S = TypeVar("S")
"""A constraint's state: any value."""
Ids = NDArray[np.int32]
"""Ids in ascending order, none twice, never modified once handed out."""


class Constraint(Protocol[S]):
    """A form as a machine. Its states are values: never changed, always replaced.

    So one constraint serves many texts at once, and going back is keeping an old state.
    """

    def start(self) -> S:
        """The state before anything was written."""
        ...

    def allowed(self, state: S) -> Ids:
        """The ids that may be written now. One id: it is forced, and costs no softmax.

        An index array rather than a mask, because the engine reads only these columns: build it
        once for each class of characters and hand out the same array. Empty means a dead end.
        """
        ...

    def advance(self, state: S, char_id: int) -> S:
        """The state after an allowed id was written."""
        ...

    def is_done(self, state: S) -> bool:
        """Whether the text is complete: nothing is asked of this state any more."""
        ...


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
