"""The kernel in NumPy: what the compiled one must equal bit for bit, and what stands in for it.

Bytes are multiplied as float32 numbers: products of whole numbers below 2^7 add up exactly in any
order as long as no sum passes 2^24, so the batch and the order of addition leave no trace.

Shape letters: B rows, S slots of state, H hidden, G gates x H, K inputs, N outputs, V symbols, A
asks.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from charbard.runtime.ask import Ask, Choices
from charbard.runtime.matrix import Matrix
from charbard.runtime.sampling import Rows, exp_below_zero
from charbard.runtime.sampling import choose as choose_from

__all__ = ["cell", "choose", "product", "quantise"]

F32 = NDArray[np.float32]
_EXACT = 1024
"""So many products of two bytes stay below 2^24."""
_ONE, _TWO = np.float32(1), np.float32(2)


def quantise(x_BK: F32) -> tuple[F32, F32]:
    """Each row as whole numbers -127..127 in proportion to its own largest value, and their unit.

    A row's neighbours play no part in it, so a text is the same alone and in a batch.
    """
    largest_B1 = np.abs(x_BK).max(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        per = np.where(largest_B1 > np.float32(1e-30), np.float32(127) / largest_B1, np.float32(0))
    return np.rint(x_BK * per), largest_B1 / np.float32(127)


def product(x_BSK: F32, matrix: Matrix, *, slot: int = 0) -> F32:
    """x W' + b, (B, N), for one slot of x."""
    whole_BK, unit_B1 = quantise(x_BSK[:, slot])
    parts = [slice(at, at + _EXACT) for at in range(0, x_BSK.shape[2], _EXACT)]
    sums_BN = whole_BK[:, parts[0]] @ matrix.whole_KN[parts[0]]
    if len(parts) > 1:  # their sum is whole in float64, and rounded once
        more = (whole_BK[:, part] @ matrix.whole_KN[part] for part in parts[1:])
        sums_BN = sum(more, start=sums_BN.astype(np.float64)).astype(np.float32)
    out: F32 = sums_BN * unit_B1 * matrix.unit_N + matrix.bias_N
    return out


def cell(kind: str, x_BG: F32, h_BG: F32, before_BSH: F32, after_BSH: F32, slot: int) -> None:
    """One layer's step, into its slots of `after_BSH`; the equations are those of `cells`."""
    size = before_BSH.shape[2]
    x, h = (
        [gates[:, at : at + size] for at in range(0, gates.shape[1], size)]
        for gates in (x_BG, h_BG)
    )
    if kind == "lstm":
        keep, let_in, let_out = (_sigmoid(x[gate] + h[gate]) for gate in (1, 0, 3))
        memory = keep * before_BSH[:, slot + 1] + let_in * _tanh(x[2] + h[2])
        after_BSH[:, slot + 1] = memory
        after_BSH[:, slot] = let_out * _tanh(memory)
    elif kind == "gru":
        reset, update = _sigmoid(x[0] + h[0]), _sigmoid(x[1] + h[1])
        new = _tanh(x[2] + reset * h[2])
        after_BSH[:, slot] = new + update * (before_BSH[:, slot] - new)
    else:
        after_BSH[:, slot] = _tanh(x[0] + h[0])


def choose(
    features_BP: F32, output: Matrix, asks: Sequence[Ask | None], row_A: Rows | None = None
) -> Choices:
    """What is asked for; see `Network.choose`."""
    return choose_from(product(features_BP[:, None], output), asks, row_A)


def _sigmoid(x: F32) -> F32:
    e = exp_below_zero(-np.abs(x))
    out: F32 = np.where(x < 0, e, _ONE) / (_ONE + e)
    return out


def _tanh(x: F32) -> F32:
    e = exp_below_zero(-_TWO * np.abs(x))
    return np.copysign((_ONE - e) / (_ONE + e), x)
