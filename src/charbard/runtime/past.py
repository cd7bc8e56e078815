"""What every row of a batch has read, for a network that looks back over it.

A place is what the network keeps of one character that was read: an array that never changes. A
row's past is a row of places, so rows that were one share theirs, and to fork, to join and to go
back copies no more than where the places are.

Shape letters: B rows, M places, W width of a place.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Past"]


class Past(NamedTuple):
    """The newest place comes last; rows that have fewer begin with none. Never modified."""

    place_BM: NDArray[np.object_]
    """An array of W each, or None. It keeps alive what `address_BM` points to."""
    address_BM: NDArray[np.uintp]
    """Where each lies in memory, for the kernel; 0 for none."""

    @classmethod
    def empty(cls, rows: int) -> "Past":
        """Nothing was read."""
        return cls(np.empty((rows, 0), object), np.empty((rows, 0), np.uintp))

    def take(self, rows: NDArray[np.intp] | slice) -> "Past":
        """These rows, in this order."""
        return Past(self.place_BM[rows], self.address_BM[rows])

    def after(self, new_BW: NDArray[Any], span: int) -> "Past":
        """Each row's past once it has read one more; the oldest place goes where there are `span`.

        Args:
            new_BW: A place for each row, contiguous; kept, so do not change it.
            span: How many places a row keeps.
        """
        place_B = np.empty(len(new_BW), object)
        place_B[:] = list(new_BW)
        address_B = new_BW.ctypes.data + np.arange(len(new_BW), dtype=np.uintp) * new_BW.strides[0]
        oldest = max(0, self.place_BM.shape[1] + 1 - span)
        return Past(
            np.concatenate((self.place_BM[:, oldest:], place_B[:, None]), axis=1),
            np.concatenate((self.address_BM[:, oldest:], address_B[:, None]), axis=1),
        )

    def trimmed(self) -> "Past":
        """Without what no row has: after those with the longest past have left."""
        had = np.flatnonzero(self.address_BM.any(axis=0))
        first = int(had[0]) if len(had) else self.address_BM.shape[1]
        return self if not first else Past(self.place_BM[:, first:], self.address_BM[:, first:])

    @staticmethod
    def join(pasts: "Sequence[Past]") -> "Past":
        """Rows of several below each other."""
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
