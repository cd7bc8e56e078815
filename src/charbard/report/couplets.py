"""Yardstick of parallelism (对仗): how closely the two lines of a couplet correspond.

The score is the pointwise mutual information of facing characters, estimated from the middle
couplets of eight-line regulated verse, where parallelism is the rule. The score ignores meaning,
but distinguishes real couplets from random ones (docs/models.md).

`writer.verse.parallel.parallelism` is also mutual information, but the writer optimises it, and a
target of optimisation cannot serve as a measure. It uses one shipped table, where all unseen pairs
score the same. Here the counts are separate for each form, and an unseen pair of frequent
characters scores lower than an unseen pair of rare ones.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.report.copying import place_among
from charbard.report.form import lines_in

__all__ = ["FacingPairs", "couplet_scores"]

_MIDDLE = (1, 2)
"""The couplets (0-based) that must be parallel in an eight-line poem."""
_UNSEEN = 0.5
"""Pseudo-count of a pair that was never seen."""


@dataclass(frozen=True)
class FacingPairs:
    """Immutable counts of facing characters, single and in pairs."""

    pairs: NDArray[np.uint64]
    counts: NDArray[np.int64]
    uppers: NDArray[np.int64]
    """Number of occurrences of each code point in the upper line."""
    lowers: NDArray[np.int64]

    @classmethod
    def learn(cls, poems: Iterable[str]) -> "FacingPairs":
        """Count facing characters in the middle couplets of eight-line poems; skip other poems."""
        middle = [c for poem in poems for c in _couplets(poem, _MIDDLE)]
        upper = _points("".join(upper for upper, _ in middle))
        lower = _points("".join(lower for _, lower in middle))
        pairs, counts = np.unique(_paired(upper, lower), return_counts=True)
        most = int(max(upper.max(initial=0), lower.max(initial=0))) + 1
        return cls(
            pairs, counts, np.bincount(upper, minlength=most), np.bincount(lower, minlength=most)
        )

    def score(self, upper: str, lower: str) -> float:
        """Return the mean mutual information per character in nats; above 1 is clearly parallel."""
        a, b = _points(upper), _points(lower)
        keys = _paired(a, b)
        place, known = place_among(keys, self.pairs)
        # Without any known pair, `counts` may be empty and must not be indexed.
        seen = np.where(known, self.counts[place], 0) + _UNSEEN if known.any() else _UNSEEN
        total = max(1, int(self.counts.sum()))
        expected = (_counted(self.uppers, a) + 1) * (_counted(self.lowers, b) + 1) / total
        return float(np.log(seen / np.maximum(expected, _UNSEEN)).mean())


def couplet_scores(model: FacingPairs, poems: Sequence[str]) -> dict[str, float]:
    """Return mean scores by position of the couplet in eight-line poems, and for random pairs."""
    names = ("首联", "颔联", "颈联", "尾联")
    scores: dict[str, list[float]] = {name: [] for name in (*names, "random")}
    before = ""
    for poem in poems:
        for name, (upper, lower) in zip(names, _couplets(poem, range(4)), strict=False):
            scores[name].append(model.score(upper, lower))
            if len(before) == len(upper):
                scores["random"].append(model.score(upper, before))
            before = lower
    return {name: float(np.mean(values)) for name, values in scores.items() if values}


def _couplets(poem: str, which: Iterable[int]) -> Iterator[tuple[str, str]]:
    lines = lines_in(poem)
    if len(lines) == 8 and len(set(map(len, lines))) == 1:
        for place in which:
            yield lines[2 * place], lines[2 * place + 1]


def _points(text: str) -> NDArray[np.int64]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)


def _paired(upper: NDArray[np.int64], lower: NDArray[np.int64]) -> NDArray[np.uint64]:
    # A code point has at most 21 bits, so each pair gets a number of its own.
    return (upper.astype(np.uint64) << np.uint64(32)) | lower.astype(np.uint64)


def _counted(counts: NDArray[np.int64], points: NDArray[np.int64]) -> NDArray[np.int64]:
    inside = points < len(counts)
    found: NDArray[np.int64] = np.where(inside, counts[np.where(inside, points, 0)], 0)
    return found
