"""Weights quantised to bytes, each output scaled by its own largest weight.

Shape letters: K inputs (padded to a multiple of 64), N outputs, J blocks of 16 outputs.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["LINE", "Matrix"]

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
LINE = 64
"""Rows are padded to a multiple of this many bytes."""
_BLOCK = 16


@dataclass(frozen=True, eq=False)
class Matrix:
    """A layer's quantised weights, transposed, with its bias. Immutable."""

    rows_NK: U8
    """Quantised weights -127..127, stored plus 128; padded with 128, which represents zero."""
    unit_N: F32
    """Scale of each output: the weight that a quantised 1 represents."""
    bias_N: F32
    inputs: int
    """Number of inputs, not counting the padding."""

    @classmethod
    def of(cls, weight_NK: F32, bias_N: F32) -> "Matrix":
        """Quantise a layer's weights."""
        # The divisor of a row of zeros must not be zero.
        largest = np.maximum(np.abs(weight_NK).max(axis=1), np.float32(1e-30))
        whole = np.rint(weight_NK * (np.float32(127) / largest)[:, None])
        bias_N, unit_N = np.array(bias_N, np.float32), largest / np.float32(127)
        return cls(_lines((whole + 128).astype(np.uint8)), unit_N, bias_N, weight_NK.shape[1])

    def split(self, at: int) -> "tuple[Matrix, Matrix]":
        """Split by inputs: the first `at` inputs, with the bias, and the rest without it."""
        # Both parts keep the unit of the whole row, so no weight is rounded twice.
        whole = self.rows_NK[:, : self.inputs]
        no_bias = np.zeros_like(self.bias_N)
        return (
            Matrix(_lines(whole[:, :at]), self.unit_N, self.bias_N, at),
            Matrix(_lines(whole[:, at:]), self.unit_N, no_bias, self.inputs - at),
        )

    @cached_property
    def packed_JK(self) -> U8:
        """The weights in the kernel's layout: (blocks, K / 4, 16 outputs, 4 inputs)."""
        outputs, inputs = self.rows_NK.shape
        blocks = -(-outputs // _BLOCK)
        padded = np.full((blocks * _BLOCK, inputs), 128, np.uint8)
        padded[:outputs] = self.rows_NK
        # One instruction of the kernel adds four products to each of 16 sums of 32 bits, so 16
        # outputs by 4 inputs are stored side by side.
        grouped = padded.reshape(blocks, _BLOCK, inputs // 4, 4)
        return np.ascontiguousarray(grouped.swapaxes(1, 2))

    @cached_property
    def whole_KN(self) -> F32:
        """The quantised weights -127..127 as float32, for the NumPy kernel."""
        whole = self.rows_NK[:, : self.inputs].astype(np.float32) - np.float32(128)
        return np.ascontiguousarray(whole.T)


def _lines(rows_NK: U8) -> U8:
    """Pad each row to a multiple of `LINE` with 128, which represents zero."""
    outputs, inputs = rows_NK.shape
    padded = np.full((outputs, -(-inputs // LINE) * LINE), 128, np.uint8)
    padded[:, :inputs] = rows_NK
    return padded
