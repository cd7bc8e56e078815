"""The state of a network, which is cheap to store, fork and batch.

Shape letters: B rows, L layers, S slots (layers x parts), H hidden width.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.runtime.past import Past

__all__ = ["State"]

F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class State:
    """State of a batch, one row for each text. Never modified, so an old state can be restored."""

    values_BSH: F32
    """For each layer in turn, the hidden vector and, in an LSTM, the cell state."""
    parts: int
    """Number of state vectors per layer: 2 for an LSTM, else 1."""
    past: Past | None = None
    """Places that the attention head can read; None if the network has no attention."""

    def __len__(self) -> int:
        return len(self.values_BSH)

    def take(self, rows: Sequence[int] | NDArray[np.integer]) -> "State":
        """Return a copy of these rows, in this order; a row may be repeated or left out."""
        # Typed, because an empty list would become an array of floats, which cannot be an index.
        index = np.asarray(rows, np.intp)
        # The dropped rows may have had the longest pasts, so columns may be unused now.
        past = None if self.past is None else self.past.take(index).trimmed()
        return State(self.values_BSH[index], self.parts, past)

    def part(self, rows: slice) -> "State":
        """Return adjacent rows as a view, not a copy."""
        past = None if self.past is None else self.past.take(rows)
        return State(self.values_BSH[rows], self.parts, past)

    @property
    def hidden_BLH(self) -> F32:
        """Return a view of the output of each unit of each layer, in -1..1. Do not write to it."""
        return self.values_BSH[:, :: self.parts]

    @staticmethod
    def join(states: "Sequence[State]") -> "State":
        """Concatenate the rows of several states."""
        values_BSH = np.concatenate([state.values_BSH for state in states])
        pasts = [state.past for state in states if state.past is not None]
        return State(values_BSH, states[0].parts, Past.join(pasts) if pasts else None)
