"""Recurrent cells as pure functions in NumPy.

Shape letters: B batch, H hidden width, G gates x H. The input's part of the gates,
`x_BG` = W_ih x + b_ih, is an argument: it does not depend on the state, so it is computed for a
whole text at once. The order of the gates is PyTorch's.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["CELL_STEPS", "LayerWeights", "gru_step", "lstm_step", "rnn_step"]

F32 = NDArray[np.float32]


class LayerWeights(NamedTuple):
    """Weights of one recurrent layer, transposed to multiply row vectors from the right."""

    w_ih_EG: F32
    w_hh_HG: F32
    b_ih_G: F32
    b_hh_G: F32


def rnn_step(x_BG: F32, state: tuple[F32, ...], w: LayerWeights) -> tuple[F32, ...]:
    """Compute one step of a plain RNN: h' = tanh(x + W_hh h + b_hh).

    Args:
        x_BG: The input's part of the gates.
        state: (h_BH,) before the step; not modified.
        w: Weights of this layer.

    Returns:
        (h_BH,) after the step; h_BH is also the output.

    Source:
        The equations in the `torch.nn.RNN` documentation.
    """
    (h_BH,) = state
    return (np.tanh(x_BG + h_BH @ w.w_hh_HG + w.b_hh_G),)


def gru_step(x_BG: F32, state: tuple[F32, ...], w: LayerWeights) -> tuple[F32, ...]:
    """Compute one step of a GRU, whose gates are in the order reset, update, new.

    Arguments and result are those of `rnn_step`.

    Source:
        The equations in the `torch.nn.GRU` documentation.
    """
    (h_BH,) = state
    x_r, x_z, x_n = np.split(x_BG, 3, axis=-1)
    h_r, h_z, h_n = np.split(h_BH @ w.w_hh_HG + w.b_hh_G, 3, axis=-1)
    reset, update = _sigmoid(x_r + h_r), _sigmoid(x_z + h_z)
    new = np.tanh(x_n + reset * h_n)
    return (new + update * (h_BH - new),)


def lstm_step(x_BG: F32, state: tuple[F32, ...], w: LayerWeights) -> tuple[F32, ...]:
    """Compute one step of an LSTM, whose gates are in the order input, forget, cell, output.

    Arguments and result are those of `rnn_step`, except that the state is (h_BH, c_BH).

    Source:
        The equations in the `torch.nn.LSTM` documentation.
    """
    h_BH, c_BH = state
    i, f, g, o = np.split(x_BG + h_BH @ w.w_hh_HG + w.b_hh_G, 4, axis=-1)
    c_BH = _sigmoid(f) * c_BH + _sigmoid(i) * np.tanh(g)
    return _sigmoid(o) * np.tanh(c_BH), c_BH


def _sigmoid(x: F32) -> F32:
    """Compute 1 / (1 + e^-x) through tanh, which cannot overflow."""
    half: F32 = np.tanh(x * np.float32(0.5)) * np.float32(0.5) + np.float32(0.5)
    return half


CELL_STEPS = {"rnn": rnn_step, "gru": gru_step, "lstm": lstm_step}
