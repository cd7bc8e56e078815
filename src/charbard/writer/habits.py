"""Habits of speech: pairs of characters that the model writes far more often than people do.

A writer that prefers what is likely does so at every step, and what is a little too likely adds up:
何处, which stands in one people's pair of 1,800, was one of 270 of the model's, 惆怅 came eighteen
times too often. So the second character of such a pair is made as much less likely as the pair is
too frequent, and a draft that is made of them counts for less.

The list belongs to the model that ships, with default settings: `scripts/build_habits.py`.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import pairwise
from math import log
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from charbard.prosody.machine import Ids
from charbard.runtime import Lean
from charbard.vocab import Vocab

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


def away_from_habits(vocab: Vocab) -> Lean:
    """A bias against the characters that would complete such a pair."""
    ends_of = _completions(vocab)
    return lambda ids: ends_of.get(ids[-1]) if ids else None


@cache
def _completions(vocab: Vocab) -> Mapping[int, tuple[Ids, NDArray[np.float32]]]:
    """From the id of a first character to ids of second ones, with nats to add."""
    found: dict[int, dict[int, float]] = defaultdict(dict)
    for pair, nats in habits().items():
        before, after = map(vocab.id_of, pair)
        if before is not None and after is not None:
            found[before][after] = -nats
    return MappingProxyType(
        {
            before: (
                np.array(sorted(ends), np.int32),
                np.array([ends[each] for each in sorted(ends)], np.float32),
            )
            for before, ends in found.items()
        }
    )
