"""Drafts of one text side by side: how they grow, die and double. Pure functions on tuples.

Source:
    Sequential Monte Carlo with resampling by effective sample size: Doucet, de Freitas, Gordon
    2001, "Sequential Monte Carlo Methods in Practice", chapter 1; systematic resampling: Kitagawa
    1996.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draft", "best_of", "resampled", "rows_of", "seated"]


class Draft(NamedTuple):
    """One particle; a tuple, as one is made for each character of each row."""

    form: Any
    """The constraint's state."""
    ids: tuple[int, ...] = ()
    logp: tuple[float, ...] = ()
    """The model's own log-probability of each id in nats; 0 for a mark, which is not drawn."""
    gain: tuple[float, ...] = ()
    """Nats by which the conditions make each id likelier; 0 without any."""
    weight: float = 0.0
    """Log of its importance among its fellows."""
    row: int = 0
    """Its row of the batch (with twins: its pair of rows), which has not read the last id: forks of
    one draft share a row until they have read what tells them apart."""


def resampled(
    crowd: list[Draft], rows: list[int], width: int, chance: float
) -> tuple[list[Draft], list[int]]:
    """Resample systematically to `width` rows; resets the weights.

    Nothing changes as long as there are as many as wanted and they count for half of them.

    Args:
        crowd: All drafts, no two alike.
        rows: Those that are alive, ascending; one that comes twice is two forks.
        width: How many are wanted.
        chance: A number in [0, 1): systematic resampling needs no more.

    Returns:
        The drafts, and the rows that go on, ascending.
    """
    if len(rows) == width == 1:
        return crowd, rows
    shares = _shares(crowd, rows)
    if len(rows) == width and 1 / float(np.square(shares).sum()) >= width / 2:
        return crowd, rows
    ends = np.cumsum(shares)
    picked = np.searchsorted(ends, (np.arange(width) + chance) / width * ends[-1], side="right")
    light = [draft._replace(weight=0.0) for draft in crowd]
    return light, [rows[at] for at in picked.tolist()]


def rows_of(drafts: Iterable[Draft], twins: int) -> list[int]:
    """Their rows of the batch, and those of their twins."""
    return [draft.row * twins + twin for draft in drafts for twin in range(twins)]


def seated(drafts: Iterable[Draft]) -> list[Draft]:
    """Return the drafts with rows of their own, numbered in order."""
    return [draft._replace(row=row) for row, draft in enumerate(drafts)]


def best_of(
    crowd: Sequence[Draft], rows: Sequence[int], worth: Callable[[Draft], float], keep: int
) -> list[int]:
    """Pick the `keep` drafts of highest worth, the best first, none twice."""
    return sorted(set(rows), key=lambda row: (-worth(crowd[row]), row))[:keep]


def _shares(crowd: Sequence[Draft], rows: Sequence[int]) -> NDArray[np.float64]:
    """Importance of rows among each other; they sum to 1."""
    weights = np.array([crowd[row].weight for row in rows])
    shares = np.exp(weights - weights.max())
    normal: NDArray[np.float64] = shares / shares.sum()
    return normal
