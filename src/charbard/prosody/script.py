"""Convert verse from one script to the other.

Simplifying is unambiguous: every traditional character has one simplified shape. The reverse
is not: 云 is 雲 or 云, 发 is 發 or 髮. A table counted in Tang verse decides by the neighbours;
OpenCC converts whatever the table lacks.
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
"""Weight of a character's overall shares when smoothing the counts of one of its pairs."""


@dataclass(frozen=True)
class TraditionalCounts:
    """Counts of which traditional character a simplified one stood for."""

    alone: Mapping[str, Mapping[str, int]]
    """Character -> traditional character -> count; omits characters that OpenCC gets right."""
    context: Mapping[str, Mapping[str, int]]
    """The same counts by `<` + left neighbour + character, and by `>` + character + right
    neighbour."""


def to_simplified(text: str) -> str:
    """Convert text to simplified characters; keep one whose simplified shape is outside the BMP.

    >>> to_simplified("朝辭白帝彩雲間")
    '朝辞白帝彩云间'
    """
    found: str = _converter("t2s").convert(text)
    if len(found) != len(text):
        return found
    return "".join(new if new <= "\uffff" else old for new, old in zip(found, text, strict=True))


def to_traditional(text: str) -> str:
    """Convert verse to traditional characters, each line separately.

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
    """Convert modern words to traditional characters, by phrases instead of by usage in verse.

    >>> words_to_traditional("头发与开发")
    '頭髮與開發'
    """
    found: str = _converter("s2t").convert(text)
    return found


def choose(line: str, choices: TraditionalCounts) -> str:
    """Choose the likeliest traditional characters for one line, without punctuation.

    Each candidate is scored by how often the character stood for it, and by how much more often
    it did beside these neighbours (naive Bayes over the two pairs).
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
        # log P(target) plus, for each neighbour, log P(target | pair) / P(target): the pair's count
        # divided by the overall share, both smoothed, up to a constant.
        share = counts[target] / total
        return math.log(share) + sum(
            math.log((pair.get(target, 0) / share + _PRIOR) / (size + _PRIOR))
            for pair, size in pairs
        )

    return max(counts, key=weight)


@cache
def _unseen(char: str) -> str:
    """Convert a character that the table lacks as OpenCC converts it in isolation."""
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
