"""Drafts (particles) of one text, and their resampling. Pure functions on tuples.

Source:
    Sequential Monte Carlo with resampling by effective sample size: Doucet, de Freitas, Gordon
    2001, "Sequential Monte Carlo Methods in Practice", chapter 1. Systematic resampling: Kitagawa
    1996.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Draft", "best_of", "resampled", "rows_of", "seated"]


class Draft(NamedTuple):
    """One particle. A tuple, because one is made for every character of every draft."""

    form: Any
    """The constraint's state."""
    ids: tuple[int, ...] = ()
    logp: tuple[float, ...] = ()
    """The model's own log-probability of each id in nats; 0 for a mark, which is not drawn."""
    gain: tuple[float, ...] = ()
    """Nats by which the conditions make each id likelier; 0 without conditions."""
    probed: float = 0.0
    """Sum of what the search's probe read before each drawn id."""
    weight: float = 0.0
    """Log of the draft's importance weight."""
    row: int = 0
    """The draft's row of the batch (with twins: its pair of rows). The row has not read the last id
    yet, so forks of one draft share it until they read different ids."""


def resampled(
    drafts: list[Draft], forks: list[int], width: int, chance: float
) -> tuple[list[Draft], list[int]]:
    """Resample systematically to `width` forks, and reset the weights.

    Nothing changes if there are `width` forks already and their effective sample size is at least
    half of that.

    Args:
        drafts: The distinct drafts.
        forks: Index of the draft of each fork, ascending; an index may repeat.
        width: Number of forks wanted.
        chance: The one random number in [0, 1) that systematic resampling needs.

    Returns:
        (the drafts, the index of the draft of each resampled fork in ascending order).
    """
    if len(forks) == width == 1:
        return drafts, forks
    shares = _shares(drafts, forks)
    # 1 / sum of squared shares is the effective sample size.
    if len(forks) == width and 1 / float(np.square(shares).sum()) >= width / 2:
        return drafts, forks
    # Scaled by the last sum, which may round to less than 1, so that no point exceeds it. The
    # points ascend, so the picked forks ascend too.
    ends = np.cumsum(shares)
    picked = np.searchsorted(ends, (np.arange(width) + chance) / width * ends[-1], side="right")
    # From here on, the number of a draft's forks represents its weight.
    light = [draft._replace(weight=0.0) for draft in drafts]
    return light, [forks[at] for at in picked.tolist()]


def rows_of(drafts: Iterable[Draft], twins: int) -> list[int]:
    """Return the batch rows of these drafts and of their twins."""
    return [draft.row * twins + twin for draft in drafts for twin in range(twins)]


def seated(drafts: Iterable[Draft]) -> list[Draft]:
    """Return the drafts, each with a row of its own, numbered in order."""
    return [draft._replace(row=row) for row, draft in enumerate(drafts)]


def best_of(
    drafts: Sequence[Draft], rows: Sequence[int], worth: Callable[[Draft], float], keep: int
) -> list[int]:
    """Return the indices of the `keep` best distinct drafts, best first."""
    return sorted(set(rows), key=lambda row: (-worth(drafts[row]), row))[:keep]


def _shares(drafts: Sequence[Draft], rows: Sequence[int]) -> NDArray[np.float64]:
    """Return the normalised weights of forks; they sum to 1."""
    weights = np.array([drafts[row].weight for row in rows])
    shares = np.exp(weights - weights.max())
    normal: NDArray[np.float64] = shares / shares.sum()
    return normal
