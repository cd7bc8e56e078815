"""Keys and values of the characters that each row of a batch has read, for the attention head.

A place holds the key and the value of one character, in an array that never changes. The past of a
row is a row of references to places. So forked rows share places, and forking, joining and rolling
back copy only references.

Shape letters: B rows, M places, W width of a place.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Past"]


class Past(NamedTuple):
    """The past of a batch. The newest place is last; shorter rows start with None. Immutable."""

    place_BM: NDArray[np.object_]
    """Arrays of W bytes, or None. These references keep alive the memory that `address_BM` points
    to."""
    address_BM: NDArray[np.uintp]
    """Memory address of each place, for the kernel; 0 for None."""

    @classmethod
    def empty(cls, rows: int) -> "Past":
        """Return the past of rows that have read nothing."""
        return cls(np.empty((rows, 0), object), np.empty((rows, 0), np.uintp))

    def take(self, rows: NDArray[np.intp] | slice) -> "Past":
        """Return these rows, in this order."""
        return Past(self.place_BM[rows], self.address_BM[rows])

    def after(self, new_BW: NDArray[Any], span: int) -> "Past":
        """Return the past with a new place in each row; rows keep their newest `span` places.

        Args:
            new_BW: A place for each row, contiguous; kept by reference, so do not modify it.
            span: Maximum number of places of a row.
        """
        # In two steps, because np.array would stack the rows and not store references to them.
        place_B = np.empty(len(new_BW), object)
        place_B[:] = list(new_BW)
        address_B = new_BW.ctypes.data + np.arange(len(new_BW), dtype=np.uintp) * new_BW.strides[0]
        oldest = max(0, self.place_BM.shape[1] + 1 - span)
        return Past(
            np.concatenate((self.place_BM[:, oldest:], place_B[:, None]), axis=1),
            np.concatenate((self.address_BM[:, oldest:], address_B[:, None]), axis=1),
        )

    def trimmed(self) -> "Past":
        """Return the past without unused leading columns, left over when the longest rows end."""
        had = np.flatnonzero(self.address_BM.any(axis=0))
        first = int(had[0]) if len(had) else self.address_BM.shape[1]
        return self if not first else Past(self.place_BM[:, first:], self.address_BM[:, first:])

    @staticmethod
    def join(pasts: "Sequence[Past]") -> "Past":
        """Concatenate the rows of several pasts."""
        longest = max(past.place_BM.shape[1] for past in pasts)
        padded = [past._padded(longest) for past in pasts]
        return Past(*map(np.concatenate, zip(*padded, strict=True)))

    def _padded(self, places: int) -> "Past":
        rows, own = self.place_BM.shape
        if own == places:
            return self
        none_BM = np.empty((rows, places - own), object)
        zero_BM = np.zeros((rows, places - own), np.uintp)
        return Past(
            np.concatenate((none_BM, self.place_BM), axis=1),
            np.concatenate((zero_BM, self.address_BM), axis=1),
        )
