"""Initialise a larger network from the weights of a smaller one.

A new text may have new characters and fields, the layers may become wider, and a network without
attention may get a head. The function that the old network computes is preserved: new symbols are
improbable at first, and the weights that read a new unit or the output of a new head start at zero.

Source: widening with outgoing weights of zero, as in Gesmundo and Maile 2023, "Composable
function-preserving expansions for transformer architectures".
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from charbard.bundle import Bundle
from charbard.config import ModelConfig
from charbard.errors import OptionError
from charbard.train.network import CharRNN
from charbard.vocab import Vocab

__all__ = ["grown_network", "grown_weights"]

_Floats = NDArray[np.float32]
_Places = NDArray[np.int_]
"""For each row or column of an array, where the smaller network has it; -1: nowhere."""
_SYMBOLS = ("embedding", "output.weight", "output.bias")
"""Arrays with a row for each symbol."""
_MAY_BEGIN = ("attention", "attention_span")
"""Settings that may be added to a bundle's network; of all others, only the width may change."""


def grown_network(base: Bundle, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the bundle's network, wider or with an attention head if requested.

    Raises:
        OptionError: The bundle's weights do not fit the network that is requested.
    """
    names = [name for name in ModelConfig.__dataclass_fields__ if name != "vocab_size"]
    network = {name: getattr(base.config, name) for name in names}
    begins = _MAY_BEGIN if base.config.attention is None else ()
    for name in names:
        asked = settings.get(name, network[name])
        wider = name == "hidden_size" and asked > network[name]
        if wider or name in begins:
            network[name] = asked
        elif asked != network[name]:
            raise OptionError(
                f"{name} is {network[name]!r} in the model to begin with,"
                f" it cannot become {asked!r}",
                code="grow.setting",
                values={"name": name, "value": str(network[name]), "given": str(asked)},
                hint=f"leave ⟪{name}⟫ out",
            )
    return network


def grown_weights(base: Bundle, vocab: Vocab, model: ModelConfig) -> dict[str, Tensor]:
    """Place the bundle's weights in the arrays of a larger network.

    Args:
        base: The model to start from.
        vocab: The symbols of the new network, which include those of the bundle.
        model: Settings of the new network.

    Returns:
        All weights of the larger network in float32, by name.
    """
    # Fixed seeds, so that all processes of a run grow the same weights.
    fresh = CharRNN(model, generator=torch.Generator().manual_seed(0)).named_weights()
    rng = np.random.default_rng(0)
    grown = {name: weight.detach().numpy() for name, weight in fresh.items()}
    known = {symbol: row for row, symbol in enumerate(base.vocab.symbols)}
    symbols = np.array([known.get(symbol, -1) for symbol in vocab.symbols])
    for name, weight in base.weights.items():
        old = weight.astype(np.float32)
        if name in _SYMBOLS:
            old = _with_rows(old, symbols, rng)
        _place(old, grown[name], _places(name, grown[name].shape, base.config, model))
    return {name: torch.from_numpy(value) for name, value in grown.items()}


def _with_rows(value: _Floats, symbols: _Places, rng: np.random.Generator) -> _Floats:
    """Keep the rows of old symbols; give new symbols (-1) rows near the mean and a low bias."""
    grown, new = value[symbols], symbols < 0
    if value.ndim == 1:
        grown[new] = value.min()
    else:
        spread = rng.normal(0, 0.1 * value.std(), (int(new.sum()), value.shape[1]))
        grown[new] = value.mean(0) + spread
    return grown


def _places(
    name: str, shape: tuple[int, ...], old: ModelConfig, new: ModelConfig
) -> tuple[_Places, ...]:
    """Return where the smaller network has each row, and each column, of an array.

    Args:
        name: The array.
        shape: Its shape in the larger network.
        old: The smaller network.
        new: The larger network.
    """
    units = np.full(new.hidden_size, -1)
    units[: old.hidden_size] = np.arange(old.hidden_size)
    rows, *columns = [np.arange(size) for size in shape]
    if name.startswith("layer"):
        gates = [np.where(units < 0, -1, units + g * old.hidden_size) for g in range(new.num_gates)]
        rows = np.concatenate(gates)
    reads_units = name.endswith(("weight_hh", "attention.weight")) or (
        name.endswith("weight_ih") and not name.startswith("layer0.")
    )
    if reads_units:
        columns = [units]
    reads_state = "output.weight" if new.projection_size is None else "projection.weight"
    if name == reads_state:
        # The head's output comes after the units, so it moves when units are added.
        head = np.full(new.attention or 0, -1)
        head[: old.attention or 0] = old.hidden_size + np.arange(old.attention or 0)
        columns = [np.concatenate((units, head))]
    return rows, *columns


def _place(old: _Floats, new: _Floats, places: tuple[_Places, ...]) -> None:
    """Copy a smaller array into a larger one. New rows keep their initial values; in
    old rows, new columns are set to zero."""
    new[places[0] >= 0] = 0
    kept = [axis >= 0 for axis in places]
    new[np.ix_(*kept)] = old[np.ix_(*(axis[axis >= 0] for axis in places))]
