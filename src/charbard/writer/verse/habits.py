"""Habits of speech: pairs of characters that the model writes far more often than people do.

A writer that prefers what is likely does so at every step, and what is a little too likely adds up:
何处, which stands in one people's pair of 1,800, was one of 270 of the model's, 惆怅 came eighteen
times too often. So the second character of such a pair is made as much less likely as the pair is
too frequent, and a draft that is made of them counts for less.

The list belongs to the model that ships, with default settings: `scripts/build_habits.py`.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import log
from types import MappingProxyType

from charbard.runtime import Lean
from charbard.vocab import Vocab
from charbard.writer.verse.bias import away_from

__all__ = ["away_from_habits", "habit_share", "habits"]


@cache
def habits() -> Mapping[str, float]:
    """For each pair how many nats too likely it is."""
    text = files("charbard.writer.data").joinpath("habits.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType({pair: log(float(times)) for pair, times in rows})


def habit_share(lines: Sequence[str]) -> float:
    """Nats a character by which the text is made of habits.

    >>> habit_share(["惆怅不知何处"]) > habit_share(["两个黄鹂鸣翠柳"])
    True
    """
    known = habits()
    nats = sum(known.get(a + b, 0.0) for line in lines for a, b in pairwise(line))
    return nats / max(1, sum(map(len, lines)))


@cache
def away_from_habits(vocab: Vocab) -> Lean:
    """A bias against the characters that would complete such a pair."""
    return away_from(habits(), vocab)
