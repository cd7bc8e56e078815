"""Measure how varied texts are: distinct n-grams, repeated texts, similarity between themes."""

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

__all__ = ["distinct", "grams_of", "jaccard", "repeated"]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
"""Base of the polynomial hash: odd, so that no bit of a character is lost, and with bits of both
values in every part, so that alike n-grams get unlike hashes."""


def grams_of(text: str, size: int) -> NDArray[np.uint64]:
    """Return every n-gram of letters as a hash; none crosses a mark, space or line end.

    The hash is polynomial, modulo 2**64. Two of a million different n-grams share theirs with a
    probability of about 3e-8.

    >>> len(grams_of("春江潮，水连", 2))
    3
    """
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    letters = np.fromiter(map(str.isalpha, text), np.bool_, len(text))
    count = max(0, len(text) - size + 1)
    grams, whole = np.zeros(count, np.uint64), np.ones(count, np.bool_)
    for place in range(size):
        part = slice(place, place + count)
        # All n-grams grow at once: each round appends one character to every one of them.
        grams = grams * _FACTOR + points[part]
        whole &= letters[part]
    return grams[whole]


def distinct(texts: Iterable[str], size: int) -> float:
    """Return distinct-n: the number of different n-grams as a share of all n-grams."""
    grams = grams_of("\n".join(texts), size)
    return len(np.unique(grams)) / max(1, len(grams))


def repeated(texts: Sequence[str]) -> int:
    """Count the texts that repeat an earlier one verbatim."""
    return len(texts) - len(set(texts))


def jaccard(groups: Sequence[Sequence[str]], size: int = 2) -> float:
    """Return the mean Jaccard similarity of texts, by their n-grams: 0 to 1.

    The mean is over all pairs of texts from two different groups, such as poems on two themes.
    """
    sets = [[set(grams_of(text, size).tolist()) for text in texts] for texts in groups]
    likeness = [
        len(a & b) / max(1, len(a | b))
        for first, second in combinations(sets, 2)
        for a in first
        for b in second
    ]
    return float(np.mean(likeness)) if likeness else 0.0
