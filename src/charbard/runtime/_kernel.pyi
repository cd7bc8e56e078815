"""The compiled kernel; see c/kernel.c. `compiled` must pass arrays of the right sizes."""

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
_Matrix = tuple[Array, Array, Array, Array]
_Four = tuple[int, int, int, int]

def variants() -> list[str]: ...
def use(name: str) -> None: ...
def product(x: Array, layout: _Four, matrix: _Matrix, out: Array) -> None: ...
def cell(kind: int, x: Array, h: Array, before: Array, after: Array, layout: _Four) -> None: ...
def look(asked: Array, address: Array, layout: _Four, new: Array, found: Array) -> None: ...
def choose(
    features: Array,
    width: int,
    matrix: _Matrix,
    logits: Array,
    at: Array,
    row_of: Array,
    allowed: Sequence[Array | None],
    biases: Sequence[tuple[Array, Array] | None],
    capped: Sequence[Array | None],
    numbers: Array,
    places: Array,
    ids: Array,
    logp: Array,
    mass: Array,
    tempered: Array,
    gain: Array,
) -> None: ...
