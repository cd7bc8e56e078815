"""Parallelism (对仗): how well two lines of a couplet correspond, character by character.

The measure is the pointwise mutual information of two facing characters, in nats, counted over the
middle couplets of human-written octaves. Smoothing gives pairs that never occur there a finite
value.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import numpy as np

from charbard.writer.verse.pairs import load_pairs

__all__ = ["UNSEEN", "parallelism", "partners"]

_SHARE = 0.3
"""Weight of the independent distribution in the smoothed probability of a pair."""
UNSEEN = float(np.log(_SHARE / (1 + _SHARE)))
"""Mutual information of a pair that was never seen."""


def parallelism(above: str, below: str) -> float:
    """Return the mean mutual information of the facing characters of two lines, in nats.

    >>> parallelism("明月松间照", "清泉石上流") > parallelism("明月松间照", "不知何处去")
    True
    """
    if not above or len(above) != len(below):
        return UNSEEN
    found = [partners(a).get(b, UNSEEN) for a, b in zip(above, below, strict=True)]
    return sum(found) / len(found)


def partners(above: str) -> Mapping[str, float]:
    """Return the characters that occur below a character, with their mutual information in nats.

    >>> partners("山")["水"] > 2
    True
    """
    return _table().get(above, _NOTHING)


_NOTHING: Mapping[str, float] = MappingProxyType({})


@cache
def _table() -> Mapping[str, Mapping[str, float]]:
    """Load upper character -> lower characters with their mutual information in nats."""
    chars, rows, columns, held = load_pairs("parallel.npz")
    total = float(held["above"].sum())
    expected = held["above"][rows].astype(float) * held["below"][columns] / total
    # Smoothed by mixing in the independent distribution; a count of 0 gives `UNSEEN`.
    ratio = (held["counts"] / expected + _SHARE) / (1 + _SHARE)
    below: dict[str, dict[str, float]] = {}
    cells = zip(rows.tolist(), columns.tolist(), np.log(ratio).tolist(), strict=True)
    for row, column, nats in cells:
        below.setdefault(chars[row], {})[chars[column]] = nats
    return below
