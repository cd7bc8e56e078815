"""Stock phrases: sequences of four characters that many poems share, such as 不知何处.

At low temperatures a model falls back on these phrases, because they are always likely. So the
character that completes a phrase gets a negative bias, and drafts with a stock phrase score lower.
At temperature 0.5, one of the 500 commonest phrases occurs in 12.6 % of a model's lines without the
biases against stock phrases and habits, in 3.8 % with both, and in 1.4 % of human-written lines
(`benchmarks/stock.py`).
"""

from collections.abc import Sequence
from functools import cache

from charbard.runtime import BiasRule
from charbard.tables import table_lines
from charbard.vocab import Vocab
from charbard.writer.verse.bias import away_from

__all__ = ["LENGTH", "away_from_stock", "stock_share"]

LENGTH = 4
_NATS = 3.0
"""Nats subtracted from a character that completes a stock phrase."""


@cache
def stock_phrases() -> frozenset[str]:
    """Load the stock phrases."""
    return frozenset(table_lines("writer", "stock.txt"))


def stock_share(lines: Sequence[str]) -> float:
    """Return the share of lines that contain a stock phrase.

    >>> stock_share(["不知何处是他乡", "感时花溅泪"])
    0.5
    """
    phrases = stock_phrases()
    return sum(not phrases.isdisjoint(_spans(line)) for line in lines) / max(1, len(lines))


def _spans(line: str) -> list[str]:
    return [line[at : at + LENGTH] for at in range(len(line) - LENGTH + 1)]


@cache
def away_from_stock(vocab: Vocab) -> BiasRule:
    """Return the bias rule against characters that would complete a stock phrase."""
    return away_from(dict.fromkeys(stock_phrases(), _NATS), vocab)
