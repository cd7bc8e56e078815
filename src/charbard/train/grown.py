"""Initialise a larger network from the weights of a smaller one.

A new text may have new characters and fields, and a network without attention may get a head. The
function that the old network computes is preserved: new symbols are improbable at first, and the
output of a new head is multiplied by zero until an update changes that.
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
from charbard.vocab import Vocab

__all__ = ["grown_network", "grown_weights"]

_MAY_BEGIN = ("attention", "attention_span")
"""Settings that may be added to a bundle's network; all others stay as the bundle has them."""
_A_ROW_A_SYMBOL = ("embedding", "output.weight", "output.bias")


def grown_network(base: Bundle, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of the bundle's network, with an attention head if one is requested.

    Raises:
        OptionError: The settings ask for a network that the weights do not fit.
    """
    names = [name for name in ModelConfig.__dataclass_fields__ if name != "vocab_size"]
    network = {name: getattr(base.config, name) for name in names}
    begins = _MAY_BEGIN if base.config.attention is None else ()
    for name in names:
        asked = settings.get(name, network[name])
        if name in begins:
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
    """Extend the bundle's weights by rows for new symbols and columns for a new head's output.

    Args:
        base: The model to start from.
        vocab: The symbols of the new training, which include those of the bundle.
        model: The network of the new training.

    Returns:
        float32 weights by name, without those of a new head, which are initialised at random.
    """
    # A fixed seed, so that all processes of a training grow the same weights.
    rng = np.random.default_rng(0)
    old = {symbol: row for row, symbol in enumerate(base.vocab.symbols)}
    rows = np.array([old.get(symbol, -1) for symbol in vocab.symbols])
    grown = {name: value.astype(np.float32) for name, value in base.weights.items()}
    for name in _A_ROW_A_SYMBOL:
        if name in grown:
            grown[name] = _with_rows(grown[name], rows, rng)
    return {
        name: torch.from_numpy(_with_columns(value, model.shapes()[name]))
        for name, value in grown.items()
    }


def _with_rows(
    value: NDArray[np.float32], rows: NDArray[np.int_], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Keep the rows of old symbols; give new ones (-1) rows near the mean and a low bias."""
    grown, new = value[rows], rows < 0
    if value.ndim == 1:
        grown[new] = value.min()
    else:
        spread = rng.normal(0, 0.1 * value.std(), (int(new.sum()), value.shape[1]))
        grown[new] = value.mean(0) + spread
    return grown


def _with_columns(value: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Append columns of zeros where a layer now reads a wider input."""
    return np.pad(value, [(0, size - had) for size, had in zip(shape, value.shape, strict=True)])
