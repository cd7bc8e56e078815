"""Convert verse from one script to the other.

Simplification is unambiguous: every traditional character has one simplified shape. The reverse is
not: 云 is 雲 or 云, 发 is 發 or 髮. A table of counts from Tang verse decides by the neighbouring
characters; OpenCC converts characters that the table lacks.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from charbard.tables import table_lines

if TYPE_CHECKING:
    import opencc

__all__ = ["TraditionalCounts", "choose", "to_simplified", "to_traditional", "words_to_traditional"]

_PRIOR = 2.0
"""Weight of a character's overall shares when the counts of a pair of characters are smoothed."""


@dataclass(frozen=True)
class TraditionalCounts:
    """Counts of the traditional characters that simplified characters stood for."""

    alone: Mapping[str, Mapping[str, int]]
    """Character -> traditional character -> count, without characters that OpenCC converts
    correctly."""
    context: Mapping[str, Mapping[str, int]]
    """Key of a pair -> traditional character -> count. The key is `<` + left neighbour + character,
    or `>` + character + right neighbour."""


def to_simplified(text: str) -> str:
    """Convert text to simplified characters, except where the simplified shape is outside the BMP.

    >>> to_simplified("朝辭白帝彩雲間")
    '朝辞白帝彩云间'
    """
    found: str = _converter("t2s").convert(text)
    if len(found) != len(text):
        return found
    return "".join(new if new <= "\uffff" else old for new, old in zip(found, text, strict=True))


def to_traditional(text: str) -> str:
    """Convert verse to traditional characters, line by line.

    >>> to_traditional("白发三千丈，云开花发。")
    '白髮三千丈，雲開花發。'
    """
    lines: list[str] = []
    line = ""
    for char in text:
        if "\u3400" <= char <= "\u9fff" or char > "\U0001ffff":
            line += char
            continue
        lines += [choose(line, _choices()), char]
        line = ""
    return "".join([*lines, choose(line, _choices())])


def words_to_traditional(text: str) -> str:
    """Convert modern words to traditional characters by OpenCC's phrases, not by usage in verse.

    >>> words_to_traditional("头发与开发")
    '頭髮與開發'
    """
    found: str = _converter("s2t").convert(text)
    return found


def choose(line: str, choices: TraditionalCounts) -> str:
    """Choose the likeliest traditional characters for one line, without punctuation.

    A candidate's score combines how often the simplified character stood for it overall, and how
    much more often beside each of the two neighbours (naive Bayes).
    """
    framed = f"^{line}$"
    return "".join(
        _best(char, framed[place - 1], framed[place + 1], choices)
        for place, char in enumerate(line, 1)
    )


def _best(char: str, left: str, right: str, choices: TraditionalCounts) -> str:
    counts = choices.alone.get(char)
    if counts is None:
        return _unseen(char)
    if len(counts) == 1:
        return next(iter(counts))
    total = sum(counts.values())
    found = [choices.context.get(key) for key in (f"<{left}{char}", f">{char}{right}")]
    pairs = [(pair, sum(pair.values())) for pair in found if pair]

    def weight(target: str) -> float:
        # The score is log P(target) + sum over the pairs of log(P(target | pair) / P(target)), up
        # to a constant. The counts of each pair are smoothed towards the overall shares.
        share = counts[target] / total
        return math.log(share) + sum(
            math.log((pair.get(target, 0) / share + _PRIOR) / (size + _PRIOR))
            for pair, size in pairs
        )

    return max(counts, key=weight)


@cache
def _unseen(char: str) -> str:
    """Convert a character that the table lacks with OpenCC, in isolation."""
    found: str = _converter("s2t").convert(char)
    return found


@cache
def _choices() -> TraditionalCounts:
    alone: dict[str, Mapping[str, int]] = {}
    context: dict[str, Mapping[str, int]] = {}
    for row in table_lines("prosody", "traditional.tsv"):
        key, targets = row.split("\t")
        table = alone if len(key) == 1 else context
        table[key] = {item[0]: int(item[1:]) for item in targets.split(" ")}
    return TraditionalCounts(MappingProxyType(alone), MappingProxyType(context))


@cache
def _converter(name: str) -> "opencc.OpenCC":
    import opencc

    return opencc.OpenCC(name)
