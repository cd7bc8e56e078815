"""Inspect a network: activations of single units, ablation of units, and attention weights.

Shape letters: N characters, L layers, H hidden units.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from charbard.config import ModelConfig
from charbard.errors import OptionError
from charbard.runtime.attention import attention_of
from charbard.runtime.model import Network

__all__ = ["activations", "attention_map", "without_units"]

F32 = NDArray[np.float32]


def activations(network: Network, ids_N: NDArray[np.integer], *, keep_LH: F32 | None = None) -> F32:
    """Return the output of every unit after each character, (N, L, H), in -1..1.

    Args:
        network: The network.
        ids_N: The text, preceded by its opening; at least one id.
        keep_LH: Mask that ablates units, from `without_units`.
    """
    keep_BLH = None if keep_LH is None else keep_LH[None]
    state, after = network.start(), []
    for char_id in ids_N:
        _, state = network.step(np.array([char_id]), state, keep_BLH)
        after.append(state.hidden_BLH[0])
    return np.stack(after)


def attention_map(network: Network, hidden_NH: F32) -> F32 | None:
    """Return the attention weights between the positions of a text, (N, N).

    Row n holds the weights that position n gives to every position; 1 minus the sum of
    the row is the weight of the zero slot.

    Args:
        network: The network.
        hidden_NH: The last layer's output at each position, from `activations`.

    Returns:
        The weights; None if the network has no attention.
    """
    qkv_NC = network.qkv(hidden_NH)
    return None if qkv_NC is None else attention_of(qkv_NC, network.config.attention_span)


def without_units(config: ModelConfig, units: Iterable[tuple[int, int]]) -> F32:
    """Return the mask that ablates these units, given as 0-based pairs (layer, unit).

    Returns:
        (L, H), for `Task.keep_LH` and `activations`: 0 at these units, 1 elsewhere.

    Raises:
        OptionError: The network has no such unit.
    """
    keep_LH = np.ones((config.num_layers, config.hidden_size), np.float32)
    for layer, unit in units:
        if not (0 <= layer < config.num_layers and 0 <= unit < config.hidden_size):
            raise OptionError(
                f"no unit {unit} in layer {layer}",
                code="unit.none",
                values={
                    "unit": unit,
                    "layer": layer,
                    "layers": config.num_layers,
                    "units": config.hidden_size,
                },
                hint=f"layers 0 to {config.num_layers - 1}, units 0 to {config.hidden_size - 1}",
            )
        keep_LH[layer, unit] = 0
    return keep_LH
