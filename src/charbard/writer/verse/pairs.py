"""Load tables of pairs of characters: sparse matrices indexed by two characters."""

from importlib.resources import as_file, files
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Pairs", "load_pairs"]


class Pairs(NamedTuple):
    """The pairs of a table, ascending by row and column."""

    chars: str
    row_N: NDArray[np.int64]
    column_N: NDArray[np.int64]
    arrays: dict[str, NDArray[Any]]
    """All arrays of the file, by name."""


def load_pairs(name: str) -> Pairs:
    """Load a table from the folder `data` of the package `writer`."""
    with as_file(files("charbard.writer.data").joinpath(name)) as path, np.load(path) as held:
        arrays = {each: held[each] for each in held.files}
    chars = str(arrays["chars"][0])
    # The cells are stored as gaps between row * n + column, which compress well.
    codes = np.cumsum(arrays["steps"].astype(np.int64))
    return Pairs(chars, *np.divmod(codes, len(chars)), arrays)
