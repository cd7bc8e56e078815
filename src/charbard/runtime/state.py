"""What a network remembers, as one dense array: cheap to keep, to fork and to put in a batch.

Shape letters: B rows, L layers, S slots (layers x parts), H hidden width.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["State"]

F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class State:
    """One row a text. Never modified: a state that is kept can be gone back to."""

    values_BSH: F32
    """Layer by layer: the hidden vector, then for an LSTM the cell."""
    parts: int
    """Vectors a layer: 2 for an LSTM, else 1."""

    def __len__(self) -> int:
        return len(self.values_BSH)

    def take(self, rows: Sequence[int] | NDArray[np.integer]) -> "State":
        """A copy of these rows, in this order; a row may come twice, or not at all."""
        return State(self.values_BSH[np.asarray(rows, np.intp)], self.parts)

    @property
    def hidden_BLH(self) -> F32:
        """What each unit of each layer puts out, in -1..1. A view: not to be written to."""
        return self.values_BSH[:, :: self.parts]

    @staticmethod
    def join(states: "Sequence[State]") -> "State":
        """Rows of several states below each other."""
        return State(np.concatenate([state.values_BSH for state in states]), states[0].parts)
