"""The network for production: weights are bytes, sums are exact, and rows are independent.

A text is bit for bit the same alone and in a batch of 256, in C and in NumPy. The benchmarks
measure how much quality the rounding costs compared with float32.

Shape letters: B batch, L layers, S slots of state, E embedding, H hidden, C query, key and value, P
output width, A sample specs (in attention: the width of the head).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charbard.bundle import Bundle
from charbard.cores import cores
from charbard.runtime import plain
from charbard.runtime.matrix import Matrix
from charbard.runtime.model import Turn, start_state
from charbard.runtime.sampling import Rows
from charbard.runtime.spec import Choices, SampleSpec
from charbard.runtime.state import State

fastest: Any = plain
try:
    from charbard.runtime import compiled

    fastest = compiled
except ImportError:  # built without a C compiler
    pass

__all__ = ["ByteModel", "is_compiled"]

F32 = NDArray[np.float32]
_MOST_THREADS = 4
_ROWS_A_THREAD = 48
"""Minimum number of rows for each thread; with fewer, a second thread costs more than it saves."""


def is_compiled() -> bool:
    """Return whether the C kernel was built; without it, everything works, but more slowly."""
    return fastest is not plain


class ByteModel:
    """A bundle's network, ready to step. See `Network` for what each method does.

    Args:
        bundle: The model.
        threads: Maximum number of threads for a large batch; None: one for each core, at most 4.
        compiled: Whether to use the C kernel if it was built.
    """

    def __init__(
        self, bundle: Bundle, *, threads: int | None = None, compiled: bool = True
    ) -> None:
        self.config = bundle.config
        self._kernel = fastest if compiled else plain
        weights, layers = bundle.weights, range(self.config.num_layers)
        self._embedding_VE = weights["embedding"]
        self._layers = [
            tuple(
                Matrix.of(weights[f"layer{layer}.weight_{of}"], weights[f"layer{layer}.bias_{of}"])
                for of in ("ih", "hh")
            )
            for layer in layers
        ]
        self._attention = self._projection = self._projection_of_found = None
        if self.config.attention is not None:
            self._attention = Matrix.of(weights["attention.weight"], weights["attention.bias"])
        if self.config.projection_size is not None:
            projection = Matrix.of(weights["projection.weight"], weights["projection.bias"])
            self._projection, of_found = projection.split(self.config.hidden_size)
            self._projection_of_found = of_found if self.config.attention is not None else None
        output = weights["embedding" if self.config.tied else "output.weight"]
        self._output = Matrix.of(output, weights["output.bias"])
        self._threads = min(cores(), _MOST_THREADS) if threads is None else threads
        # The calling thread computes one part itself.
        self._pool = ThreadPoolExecutor(max(1, self._threads - 1), "charbard-rows")

    def start(self, batch: int = 1) -> State:
        """Return the initial state, zeros."""
        return start_state(self.config, batch)

    def advance(
        self,
        ids_B: NDArray[np.integer],
        state: State,
        specs: Sequence[SampleSpec | None],
        keep_BLH: F32 | None = None,
        row_A: Rows | None = None,
    ) -> Turn:
        """Read one character in every row, then draw. Threads share the rows of a large batch."""
        count = min(self._threads, len(ids_B) // _ROWS_A_THREAD)
        if count < 2:
            return self._advance(ids_B, state, specs, keep_BLH, row_A)
        row_A = np.arange(len(ids_B)) if row_A is None else row_A
        edges = _edges(len(ids_B), specs, row_A, count)
        parts = [slice(*pair) for pair in pairwise(edges)]
        # Specs ascend by row, so a range of rows has a range of specs.
        parts_of_asks = [slice(*pair) for pair in pairwise(np.searchsorted(row_A, edges))]
        jobs = [
            (
                ids_B[part],
                state.part(part),
                specs[its],
                None if keep_BLH is None else keep_BLH[part],
                row_A[its] - part.start,
            )
            for part, its in zip(parts, parts_of_asks, strict=True)
        ]
        others = [self._pool.submit(self._advance, *job) for job in jobs[1:]]
        turns = [self._advance(*jobs[0]), *(other.result() for other in others)]
        return Turn(
            np.concatenate([turn.features_BP for turn in turns]),
            State.join([turn.state for turn in turns]),
            Choices(*map(np.concatenate, zip(*(turn.choices for turn in turns), strict=True))),
        )

    def _advance(
        self,
        ids_B: NDArray[np.integer],
        state: State,
        specs: Sequence[SampleSpec | None],
        keep_BLH: F32 | None,
        row_A: Rows | None,
    ) -> Turn:
        features_BP, after = self.step(ids_B, state, keep_BLH)
        return Turn(features_BP, after, self.choose(features_BP, specs, row_A))

    def step(
        self, ids_B: NDArray[np.integer], state: State, keep_BLH: F32 | None = None
    ) -> tuple[F32, State]:
        """Read one character in every row."""
        kernel, before_BSH = self._kernel, np.ascontiguousarray(state.values_BSH)
        after_BSH = np.empty_like(before_BSH)
        # The embedding gets an axis of one slot. So the input of every layer is a slot of an
        # array, and the kernel reads it without a copy.
        x_BSE, at = self._embedding_VE[ids_B][:, None], 0
        for layer, (w_ih, w_hh) in enumerate(self._layers):
            slot = layer * state.parts
            x_BG = kernel.product(x_BSE, w_ih, slot=at)
            h_BG = kernel.product(before_BSH, w_hh, slot=slot)
            kernel.cell(self.config.cell, x_BG, h_BG, before_BSH, after_BSH, slot)
            if keep_BLH is not None:
                after_BSH[:, slot] *= keep_BLH[:, layer]
            x_BSE, at = after_BSH, slot
        past, found_BA = state.past, None
        if self._attention is not None and past is not None:
            qkv_BC = kernel.product(x_BSE, self._attention, slot=at)
            found_BA, past = kernel.attend(qkv_BC, past, self.config.attention_span)
        return self._features(x_BSE, at, found_BA), State(after_BSH, state.parts, past)

    def _features(self, x_BSE: F32, at: int, found_BA: F32 | None) -> F32:
        """Compute the output layer's input from the outputs of the last layer and the attention."""
        if self._projection is None:
            parts = [x_BSE[:, at]] if found_BA is None else [x_BSE[:, at], found_BA]
            return np.ascontiguousarray(np.concatenate(parts, axis=1))
        features_BP: F32 = self._kernel.product(x_BSE, self._projection, slot=at)
        if found_BA is not None:  # quantised apart from the hidden part, whose scale differs
            features_BP += self._kernel.product(found_BA[:, None], self._projection_of_found)
        return features_BP

    def qkv(self, hidden_BH: F32) -> F32 | None:
        """Compute query, key and value from the last layer's output."""
        if self._attention is None:
            return None
        qkv_BC: F32 = self._kernel.product(
            np.ascontiguousarray(hidden_BH)[:, None], self._attention
        )
        return qkv_BC

    def read(self, ids_TB: NDArray[np.integer], state: State) -> tuple[F32, State]:
        """Read many characters in every row."""
        features_TBP = np.empty((*ids_TB.shape, self.config.output_width), np.float32)
        for time, ids_B in enumerate(ids_TB):
            features_TBP[time], state = self.step(ids_B, state)
        return features_TBP, state

    def logits(self, features_BP: F32, ids: NDArray[np.integer] | None = None) -> F32:
        """Compute unnormalised scores."""
        scores: F32 = self._kernel.product(np.ascontiguousarray(features_BP)[:, None], self._output)
        return scores if ids is None else scores[:, ids]

    def choose(
        self, features_BP: F32, specs: Sequence[SampleSpec | None], row_A: Rows | None = None
    ) -> Choices:
        """Draw a character for each sample spec."""
        choices: Choices = self._kernel.choose(
            np.ascontiguousarray(features_BP), self._output, specs, row_A
        )
        return choices


def _edges(batch: int, specs: Sequence[SampleSpec | None], row_A: Rows, count: int) -> list[int]:
    """Return the bounds of roughly equal parts of a batch; a row and its twin stay together."""
    edges: list[int] = np.linspace(0, batch, count + 1).astype(int).tolist()
    for place, edge in enumerate(edges[1:-1], 1):
        # A guided spec on the last row of a part reads its twin, the next row: include that row.
        last = int(np.searchsorted(row_A, edge)) - 1
        spec = specs[last] if last >= 0 and row_A[last] == edge - 1 else None
        edges[place] += spec is not None and spec.guidance is not None
    return edges
