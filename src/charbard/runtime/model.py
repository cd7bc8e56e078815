"""A bundle's network, ready to step.

Shape letters: T time, B batch, L layers, E embedding, H hidden, P output width, V symbols.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.bundle import Bundle
from charbard.runtime.cells import CELL_STEPS, F32, LayerWeights

__all__ = ["Model", "State"]


class State(NamedTuple):
    """What the network remembers: for each layer (h_BH, c_BH), or (h_BH,). Never modified."""

    layers: tuple[tuple[F32, ...], ...]


class Model:
    """Pure functions over one set of weights: nothing in here changes after it is made."""

    def __init__(self, bundle: Bundle) -> None:
        self.config = bundle.config
        weights = bundle.weights
        self._embedding_VE = weights["embedding"]
        self._layers = [
            LayerWeights(
                np.ascontiguousarray(weights[f"layer{layer}.weight_ih"].T),
                np.ascontiguousarray(weights[f"layer{layer}.weight_hh"].T),
                weights[f"layer{layer}.bias_ih"],
                weights[f"layer{layer}.bias_hh"],
            )
            for layer in range(self.config.num_layers)
        ]
        self._projection = None
        if self.config.projection_size is not None:
            self._projection = (weights["projection.weight"].T, weights["projection.bias"])
        output = weights["embedding" if self.config.tied else "output.weight"]
        self._output_PV, self._bias_V = np.ascontiguousarray(output.T), weights["output.bias"]

    def start(self, batch: int = 1) -> State:
        """The state before anything was read: zeros."""
        zeros = np.zeros((batch, self.config.hidden_size), np.float32)
        parts = 2 if self.config.cell == "lstm" else 1
        return State(((zeros,) * parts,) * self.config.num_layers)

    def read(self, ids_TB: NDArray[np.integer], state: State) -> tuple[F32, State]:
        """Read characters.

        Args:
            ids_TB: What is read.
            state: State before it. Not modified.

        Returns:
            What the output layer reads after each character, (T, B, P), and the state at the end.
        """
        step = CELL_STEPS[self.config.cell]
        x_TBE = self._embedding_VE[ids_TB]
        after = []
        for weights, memory in zip(self._layers, state.layers, strict=True):
            x_TBG = x_TBE @ weights.w_ih_EG + weights.b_ih_G
            x_TBE = np.empty((*ids_TB.shape, self.config.hidden_size), np.float32)
            for time, x_BG in enumerate(x_TBG):
                memory = step(x_BG, memory, weights)
                x_TBE[time] = memory[0]
            after.append(memory)
        if self._projection is not None:
            weight_HP, bias_P = self._projection
            x_TBE = x_TBE @ weight_HP + bias_P
        return x_TBE, State(tuple(after))

    def logp(self, features: F32) -> F32:
        """Log-probability of every symbol: (..., P) to (..., V), in nats."""
        logits: F32 = features @ self._output_PV + self._bias_V
        logits -= logits.max(axis=-1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(axis=-1, keepdims=True))
        return logits
