"""The kernel in NumPy: it defines the compiled kernel's results bit for bit, and is its fallback.

Bytes are multiplied as float32 numbers. Sums of products of whole numbers below 2^7 are exact in
any order as long as no sum exceeds 2^24, so results do not depend on the batch or on the order of
addition.

Shape letters: B rows, S slots of state, H hidden, G gates x H, K inputs, N outputs, V symbols, A
sample specs or the width of the head, M places that a row has read, W bytes of a place, C query,
key and value.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from charbard.runtime.matrix import LINE, Matrix
from charbard.runtime.past import Past
from charbard.runtime.sampling import Rows, exp_below_zero, weigh
from charbard.runtime.sampling import choose as choose_from
from charbard.runtime.spec import Choices, SampleSpec

__all__ = ["attend", "cell", "choose", "finest", "padded", "place_width", "product", "quantise"]

F32 = NDArray[np.float32]
_EXACT = 1024
"""Number of byte products that can be added while their sum stays below 2^24."""
_ONE, _TWO = np.float32(1), np.float32(2)


def quantise(x_BK: F32) -> tuple[F32, F32]:
    """Quantise each row to whole numbers -127..127, and return them with the scale of each row.

    The scale comes from the row's own largest value. Other rows have no influence, so a text is the
    same alone and in a batch.
    """
    largest_B1 = np.abs(x_BK).max(axis=1, keepdims=True)
    with np.errstate(divide="ignore"):
        # A row of zeros has no scale. The bound is far above where the quotient would overflow.
        per = np.where(largest_B1 > np.float32(1e-30), np.float32(127) / largest_B1, np.float32(0))
    return np.rint(x_BK * per), largest_B1 / np.float32(127)


def product(x_BSK: F32, matrix: Matrix, *, slot: int = 0) -> F32:
    """Compute x W' + b, (B, N), for one slot of x."""
    whole_BK, unit_B1 = quantise(x_BSK[:, slot])
    parts = [slice(at, at + _EXACT) for at in range(0, x_BSK.shape[2], _EXACT)]
    sums_BN = whole_BK[:, parts[0]] @ matrix.whole_KN[parts[0]]
    if len(parts) > 1:  # sums of parts are whole numbers, exact in float64, rounded once
        more = (whole_BK[:, part] @ matrix.whole_KN[part] for part in parts[1:])
        sums_BN = sum(more, start=sums_BN.astype(np.float64)).astype(np.float32)
    # The order of operations is part of the definition: float32 products are not associative.
    out: F32 = sums_BN * unit_B1 * matrix.unit_N + matrix.bias_N
    return out


def cell(kind: str, x_BG: F32, h_BG: F32, before_BSH: F32, after_BSH: F32, slot: int) -> None:
    """Write the layer's state after one step, by the equations in `cells`, into `after_BSH`.

    The layer's slots of state begin at `slot`.
    """
    size = before_BSH.shape[2]
    x, h = (
        [gates[:, at : at + size] for at in range(0, gates.shape[1], size)]
        for gates in (x_BG, h_BG)
    )
    for part, value in enumerate(_STEPS[kind](x, h, before_BSH[:, slot:])):
        after_BSH[:, slot + part] = value


def _rnn(x: list[F32], h: list[F32], _before_BSH: F32) -> tuple[F32, ...]:
    return (_tanh(x[0] + h[0]),)


def _gru(x: list[F32], h: list[F32], before_BSH: F32) -> tuple[F32, ...]:
    # PyTorch's order: reset, update, new. The reset gate applies to the recurrent product with
    # its bias, so x and h must stay apart up to here.
    reset, update = _sigmoid(x[0] + h[0]), _sigmoid(x[1] + h[1])
    new = _tanh(x[2] + reset * h[2])
    return (new + update * (before_BSH[:, 0] - new),)


def _lstm(x: list[F32], h: list[F32], before_BSH: F32) -> tuple[F32, ...]:
    # PyTorch's order of gates: input, forget, cell, output.
    keep, let_in, let_out = (_sigmoid(x[gate] + h[gate]) for gate in (1, 0, 3))
    memory = keep * before_BSH[:, 1] + let_in * _tanh(x[2] + h[2])
    return let_out * _tanh(memory), memory


_STEPS = {"rnn": _rnn, "gru": _gru, "lstm": _lstm}


def attend(qkv_BC: F32, past: Past, span: int) -> tuple[F32, Past]:
    """Attend from every row to the places that it has read.

    The equations are those of `attention`, but query, key and value are bytes and the attention
    weights are whole numbers, so that every sum is exact here too.

    Returns:
        The attention's output, (B, A), and the past with the new place of each row.
    """
    width = qkv_BC.shape[1] // 3
    whole_BQA, unit_BQ = _each_quantised(qkv_BC.reshape(-1, 3, width))
    found_BA = np.zeros((len(qkv_BC), width), np.float32)
    for row, places_M in enumerate(past.place_BM):
        known = [place for place in places_M if place is not None]
        if known:
            query = whole_BQA[row, 0], unit_BQ[row, 0]
            found_BA[row] = _found(*query, np.stack(known), finest(span))
    return found_BA, past.after(_places(whole_BQA[:, 1:], unit_BQ[:, 1:]), span)


def _each_quantised(x_BQA: F32) -> tuple[F32, F32]:
    """Quantise query, key and value of each row separately; return (B, 3, A) and scales (B, 3)."""
    whole_NA, unit_N1 = quantise(x_BQA.reshape(-1, x_BQA.shape[2]))
    return whole_NA.reshape(x_BQA.shape), unit_N1.reshape(x_BQA.shape[:2])


def _places(whole_B2A: F32, unit_B2: F32) -> NDArray[np.uint8]:
    """Lay out places, (B, W): key plus 128 and value, each padded to a line, then both scales."""
    rows, _, width = whole_B2A.shape
    bytes_B2K = np.zeros((rows, 2, padded(width)), np.int8)
    bytes_B2K[..., :width] = whole_B2A
    unsigned_B2K = bytes_B2K.view(np.uint8)
    # Flipping the top bit adds 128 modulo 256. Keys are stored in the format of weights, because
    # one side of the kernel's dot product takes unsigned bytes.
    unsigned_B2K[:, 0] ^= 128
    units = np.ascontiguousarray(unit_B2).view(np.uint8)
    return np.concatenate((unsigned_B2K.reshape(rows, -1), units), axis=1)


def _found(query_A: F32, unit: np.float32, place_MW: NDArray[np.uint8], most: int) -> F32:
    """Return the attention's output for one row: the softmax-weighted mean of its values."""
    width, size = len(query_A), padded(len(query_A))
    key_MA = (place_MW[:, :width] ^ 128).view(np.int8).astype(np.float64)
    value_MA = place_MW[:, size : size + width].view(np.int8).astype(np.float64)
    key_unit_M, value_unit_M = place_MW[:, 2 * size :].copy().view(np.float32).T
    score_M = (key_MA @ query_A).astype(np.float32) * (unit * key_unit_M)
    score_M *= np.float32(1 / math.sqrt(width))
    weights = weigh(
        np.concatenate((np.zeros(1, np.float32), score_M))
    )  # the first is the zero slot
    share_M = weights[1:].astype(np.float32) * value_unit_M
    # Weights become whole numbers too, scaled so that the largest one is `most`. So the sum over
    # places is exact.
    largest = share_M.max()
    per = np.float32(most) / largest if largest > np.float32(1e-30) else np.float32(0)
    sum_A = (np.rint(share_M * per).astype(np.float64) @ value_MA).astype(np.float32)
    found: F32 = sum_A * (largest / np.float32(most) / np.float32(weights.sum()))
    return found


def place_width(width: int) -> int:
    """Return the number of bytes of a place: key, value, and the scale of each as float32."""
    return 2 * padded(width) + 2 * np.dtype(np.float32).itemsize


def padded(width: int) -> int:
    """Return the number of bytes that a key or a value occupies, padding included."""
    return -(-width // LINE) * LINE


def finest(span: int) -> int:
    """Return the largest whole weight with which a sum over `span` places stays below 2^31."""
    return min(32767, (2**31 - 1) // (128 * span))


def choose(
    features_BP: F32, output: Matrix, specs: Sequence[SampleSpec | None], row_A: Rows | None = None
) -> Choices:
    """Draw a character for each sample spec; see `Network.choose`."""
    return choose_from(product(features_BP[:, None], output), specs, row_A)


def _sigmoid(x: F32) -> F32:
    # Only arguments below zero reach the exponential, so it cannot overflow.
    e = exp_below_zero(-np.abs(x))
    out: F32 = np.where(x < 0, e, _ONE) / (_ONE + e)
    return out


def _tanh(x: F32) -> F32:
    e = exp_below_zero(-_TWO * np.abs(x))
    return np.copysign((_ONE - e) / (_ONE + e), x)
