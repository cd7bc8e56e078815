"""The reference network: a bundle's weights in float32, computed by the textbook equations.

Shape letters: T time, B batch, L layers, S slots of state, E embedding, H hidden, W hidden and
attention's output concatenated, C query, key and value, P output width, V symbols, A sample specs
(in `attend`: the width of the head).
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from charbard.bundle import Bundle
from charbard.config import ModelConfig
from charbard.runtime.attention import attend
from charbard.runtime.cells import CELL_STEPS, F32, LayerWeights
from charbard.runtime.past import Past
from charbard.runtime.sampling import Rows, choose
from charbard.runtime.spec import Choices, SampleSpec
from charbard.runtime.state import State

__all__ = ["Model", "Network", "Turn", "log_softmax", "start_state"]


class Turn(NamedTuple):
    """Result of advancing all rows by one step."""

    features_BP: F32
    """Input of the output layer, a row for each row of the batch."""
    state: State
    choices: Choices


class Network(Protocol):
    """Interface of every implementation of the network. Implementations are immutable."""

    config: ModelConfig

    def start(self, batch: int = 1) -> State:
        """Return the initial state, zeros."""
        ...

    def step(
        self, ids_B: NDArray[np.integer], state: State, keep_BLH: F32 | None = None
    ) -> tuple[F32, State]:
        """Read one character in every row.

        Args:
            ids_B: The id that each row reads.
            state: State of the B rows before that character; not modified.
            keep_BLH: Factor on each unit's output: 1 keeps it, 0 ablates it.

        Returns:
            Input of the output layer, (B, P), and the new state.
        """
        ...

    def read(self, ids_TB: NDArray[np.integer], state: State) -> tuple[F32, State]:
        """Read many characters in every row; return features (T, B, P) and the final state."""
        ...

    def qkv(self, hidden_BH: F32) -> F32 | None:
        """Compute query, key and value, (B, 3 x attention), from the last layer's output; None if
        the network has no attention."""
        ...

    def logits(self, features_BP: F32, ids: NDArray[np.integer] | None = None) -> F32:
        """Compute unnormalised scores of all symbols, (B, V), or of these `ids`, (B, len(ids))."""
        ...

    def choose(
        self, features_BP: F32, specs: Sequence[SampleSpec | None], row_A: Rows | None = None
    ) -> Choices:
        """Draw a character for each sample spec.

        Args:
            features_BP: Input of the output layer.
            specs: Sample specs; the twin of a guided row is the next row.
            row_A: The row that each spec draws from, ascending; None: spec n draws from row n.
        """
        ...

    def advance(
        self,
        ids_B: NDArray[np.integer],
        state: State,
        specs: Sequence[SampleSpec | None],
        keep_BLH: F32 | None = None,
        row_A: Rows | None = None,
    ) -> Turn:
        """Read one character in every row, then draw: `step` and `choose` in one call."""
        ...


class Model:
    """The reference network. A row's results may differ in the last bit from batch to batch."""

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
        self._attention = self._projection = None
        if self.config.attention is not None:
            self._attention = (weights["attention.weight"].T, weights["attention.bias"])
        if self.config.projection_size is not None:
            self._projection = (weights["projection.weight"].T, weights["projection.bias"])
        output = weights["embedding" if self.config.tied else "output.weight"]
        self._output_PV, self._bias_V = np.ascontiguousarray(output.T), weights["output.bias"]

    def start(self, batch: int = 1) -> State:
        """See `Network`."""
        return start_state(self.config, batch)

    def step(
        self, ids_B: NDArray[np.integer], state: State, keep_BLH: F32 | None = None
    ) -> tuple[F32, State]:
        """See `Network`."""
        features, state = self.read(ids_B[None], state, keep_BLH)
        return features[0], state

    def read(
        self, ids_TB: NDArray[np.integer], state: State, keep_BLH: F32 | None = None
    ) -> tuple[F32, State]:
        """See `Network`."""
        step, parts = CELL_STEPS[self.config.cell], state.parts
        x_TBE = self._embedding_VE[ids_TB]
        after_BSH = np.empty_like(state.values_BSH)
        for layer, weights in enumerate(self._layers):
            slots = range(layer * parts, (layer + 1) * parts)
            memory = tuple(state.values_BSH[:, slot] for slot in slots)
            # The input's part needs no state, so one product computes it for all times.
            x_TBG = x_TBE @ weights.w_ih_EG + weights.b_ih_G
            x_TBE = np.empty((*ids_TB.shape, self.config.hidden_size), np.float32)
            for time, x_BG in enumerate(x_TBG):
                memory = step(x_BG, memory, weights)
                if keep_BLH is not None:
                    memory = (memory[0] * keep_BLH[:, layer], *memory[1:])
                x_TBE[time] = memory[0]
            for slot, vector_BH in zip(slots, memory, strict=True):
                after_BSH[:, slot] = vector_BH
        qkv_TBC, past = self.qkv(x_TBE), state.past
        if qkv_TBC is not None and past is not None:
            found_TBA, past = attend(qkv_TBC, past, self.config.attention_span)
            x_TBE = np.concatenate((x_TBE, found_TBA), axis=-1)
        if self._projection is not None:
            weight_WP, bias_P = self._projection
            x_TBE = x_TBE @ weight_WP + bias_P
        return x_TBE, State(after_BSH, parts, past)

    def qkv(self, hidden: F32) -> F32 | None:
        """See `Network`; the argument may have any number of leading axes."""
        if self._attention is None:
            return None
        weight_HC, bias_C = self._attention
        qkv: F32 = hidden @ weight_HC + bias_C
        return qkv

    def logits(self, features: F32, ids: NDArray[np.integer] | None = None) -> F32:
        """See `Network`; the argument may have any number of leading axes."""
        if ids is not None:
            some: F32 = features @ self._output_PV[:, ids] + self._bias_V[ids]
            return some
        scores: F32 = features @ self._output_PV + self._bias_V
        return scores

    def choose(
        self, features_BP: F32, specs: Sequence[SampleSpec | None], row_A: Rows | None = None
    ) -> Choices:
        """See `Network`."""
        return choose(self.logits(features_BP), specs, row_A)

    def advance(
        self,
        ids_B: NDArray[np.integer],
        state: State,
        specs: Sequence[SampleSpec | None],
        keep_BLH: F32 | None = None,
        row_A: Rows | None = None,
    ) -> Turn:
        """See `Network`."""
        features_BP, after = self.step(ids_B, state, keep_BLH)
        return Turn(features_BP, after, self.choose(features_BP, specs, row_A))


def start_state(config: ModelConfig, batch: int) -> State:
    """Return the initial state of this network: zeros, and an empty past if it has attention."""
    shape = (batch, config.num_layers * config.num_parts, config.hidden_size)
    past = None if config.attention is None else Past.empty(batch)
    return State(np.zeros(shape, np.float32), config.num_parts, past)


def log_softmax(logits: F32) -> F32:
    """Return log-probabilities in nats, normalised over the last axis."""
    logp: F32 = logits - logits.max(axis=-1, keepdims=True)
    logp -= np.log(np.exp(logp).sum(axis=-1, keepdims=True))
    return logp
