"""Habits: pairs of characters that the model writes far more often than people do.

Sampling below temperature 1 prefers what is likely at every step, and small preferences add up:
何处 is one pair in 1,800 in human-written verse but was one in 270 in the model's verse, and 惆怅
occurred eighteen times too often. So the second character of such a pair gets a negative bias, the
log of the ratio of these frequencies (at most 12), and drafts with many such pairs score lower.

`scripts/build_habits.py` builds the list for the shipped model at its default settings.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from math import log
from types import MappingProxyType

from charbard.runtime import BiasRule
from charbard.tables import table_lines
from charbard.vocab import Vocab
from charbard.writer.verse.bias import away_from

__all__ = ["away_from_habits", "habit_share", "habits"]


@cache
def habits() -> Mapping[str, float]:
    """Load the pairs, each with the nats by which it is too likely."""
    rows = (line.split("\t") for line in table_lines("writer", "habits.tsv"))
    return MappingProxyType({pair: log(float(times)) for pair, times in rows})


def habit_share(lines: Sequence[str]) -> float:
    """Return the nats per character by which the pairs of a text are too likely.

    >>> habit_share(["惆怅不知何处"]) > habit_share(["两个黄鹂鸣翠柳"])
    True
    """
    known = habits()
    nats = sum(known.get(a + b, 0.0) for line in lines for a, b in pairwise(line))
    return nats / max(1, sum(map(len, lines)))


@cache
def away_from_habits(vocab: Vocab) -> BiasRule:
    """Return the bias rule against characters that would complete one of the pairs."""
    return away_from(habits(), vocab)
