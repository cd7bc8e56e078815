"""Weights as bytes: each output's in proportion to its own largest, so that little is lost.

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
"""Rows of bytes are padded to a multiple of it."""
_BLOCK = 16


@dataclass(frozen=True, eq=False)
class Matrix:
    """The transpose of a layer's weights, with its bias. Made once, then only read."""

    rows_NK: U8
    """Whole numbers -127..127, plus 128; padded with 128, which is zero."""
    unit_N: F32
    """What one step of an output's numbers is worth."""
    bias_N: F32
    inputs: int
    """Inputs without the padding."""

    @classmethod
    def of(cls, weight_NK: F32, bias_N: F32) -> "Matrix":
        """Round to bytes."""
        largest = np.maximum(np.abs(weight_NK).max(axis=1), np.float32(1e-30))
        whole = np.rint(weight_NK * (np.float32(127) / largest)[:, None])
        bias_N, unit_N = np.array(bias_N, np.float32), largest / np.float32(127)
        return cls(_lines((whole + 128).astype(np.uint8)), unit_N, bias_N, weight_NK.shape[1])

    def split(self, at: int) -> "tuple[Matrix, Matrix]":
        """For inputs that come in two parts: the first `at` with the bias, and the rest."""
        whole = self.rows_NK[:, : self.inputs]
        no_bias = np.zeros_like(self.bias_N)
        return (
            Matrix(_lines(whole[:, :at]), self.unit_N, self.bias_N, at),
            Matrix(_lines(whole[:, at:]), self.unit_N, no_bias, self.inputs - at),
        )

    @cached_property
    def packed_JK(self) -> U8:
        """The order in which the kernel multiplies: (blocks, K / 4, 16 outputs, 4 inputs)."""
        outputs, inputs = self.rows_NK.shape
        blocks = -(-outputs // _BLOCK)
        padded = np.full((blocks * _BLOCK, inputs), 128, np.uint8)
        padded[:outputs] = self.rows_NK
        grouped = padded.reshape(blocks, _BLOCK, inputs // 4, 4)
        return np.ascontiguousarray(grouped.swapaxes(1, 2))

    @cached_property
    def whole_KN(self) -> F32:
        """The whole numbers as float32, for NumPy."""
        whole = self.rows_NK[:, : self.inputs].astype(np.float32) - np.float32(128)
        return np.ascontiguousarray(whole.T)


def _lines(rows_NK: U8) -> U8:
    """Padded to whole lines with 128, which stands for zero."""
    outputs, inputs = rows_NK.shape
    padded = np.full((outputs, -(-inputs // LINE) * LINE), 128, np.uint8)
    padded[:, :inputs] = rows_NK
    return padded
