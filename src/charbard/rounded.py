"""Quantise weights to int8 for storage. Little is lost, because inference quantises them in any
case.

Shape letters: N rows (outputs of a layer, symbols of an embedding), K columns.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["rounded", "unrounded"]

F32 = NDArray[np.float32]
_LARGEST = 127
_SPARE_BITS = 8
"""Number of low bits cleared in the 24-bit significand of a scale. The product of a scale and any
byte is then exact in float32, so weights that are read back quantise to exactly the same bytes."""


def rounded(weight_NK: NDArray[Any]) -> tuple[NDArray[np.int8], F32]:
    """Quantise each row to -127..127 relative to its largest magnitude.

    Returns:
        The int8 weights (N, K) and the scales (N,).

    >>> rounded(np.array([[0.5, -1.0], [0.0, 0.0]], np.float32))[0].tolist()
    [[63, -127], [0, 0]]
    """
    weight_NK = np.asarray(weight_NK, np.float32)
    largest_N = np.maximum(np.abs(weight_NK).max(axis=1), np.float32(1e-30))
    unit_N = _rounded_up(largest_N / np.float32(_LARGEST))
    return np.rint(weight_NK / unit_N[:, None]).astype(np.int8), unit_N


def unrounded(whole_NK: NDArray[np.int8], unit_N: F32) -> F32:
    """Return the float32 weights (N, K) that int8 weights (N, K) and scales (N,) represent."""
    weight_NK: F32 = whole_NK * unit_N[:, None]
    return weight_NK


def _rounded_up(unit_N: F32) -> F32:
    """Round scales up to fewer significant bits; rounding down could push a byte past 127."""
    # The bits of a positive float are ordered like integers, so a carry into the exponent is right.
    bits_N = unit_N.view(np.uint32) + np.uint32((1 << _SPARE_BITS) - 1)
    up_N: F32 = (bits_N >> _SPARE_BITS << _SPARE_BITS).view(np.float32)
    return up_N
