"""Words that can face a given word in a couplet, as 秋月 faces 春风.

The table of parallelism measures how well two words face each other. The words are the keywords of
the corpus and pairs of characters that recur in the poems that ship with the package.
"""

import heapq
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from charbard.corpus.verse.poem import lines_of
from charbard.corpus.verse.words import keywords, pair_starts, pairs_of
from charbard.errors import OptionError
from charbard.prosody.book import fold
from charbard.prosody.check import Report
from charbard.writer.verse.parallel import parallelism
from charbard.writer.verse.quotes import quoted

__all__ = ["Facing", "answers_to", "facing_line", "facing_words", "word_at"]

_FREQUENCY = 0.7
"""Nats added to a word's score for each factor of e in its count, to favour common words."""
_RECURRING = 3
"""Minimum occurrences in the quoted poems for a pair of characters to count as a word."""
_TRIED = 48
"""Maximum number of words that are checked against the form; a check takes some milliseconds."""


@dataclass(frozen=True)
class Facing:
    """Words that can fill a place of a poem and face `word` in the other line of the couplet."""

    word: str
    """Empty if the place faces no word of two characters."""
    start: int
    """0-based place in the line at which each of `answers` begins."""
    answers: Iterator[str]


def facing_words(
    report: Report, line: int, place: int, *, recheck: Callable[[str], Report]
) -> Facing:
    """Find words for a place that face the word above or below and break no additional rule.

    Args:
        report: The check of the unchanged poem against its form.
        line: 0-based line of the place.
        place: 0-based place of the character in the line.
        recheck: Function that checks a changed poem in the same way.

    Raises:
        OptionError: The poem has no such place.
    """
    lines = ["".join(map(fold, text)) for text in report.poem.lines]
    if line >= len(lines) or place >= len(lines[line]):
        raise OptionError(
            f"there is no line {line + 1}, character {place + 1}",
            code="place.none",
            values={"line": line + 1, "place": place + 1},
            hint="both are counted from 1",
        )
    other = facing_line(lines, line, is_couplet=report.kind == "对联")
    start = None if other is None else word_at(lines[other], place)
    if other is None or start is None:
        return Facing("", place, iter(()))
    word = lines[other][start : start + 2]
    before, now, after = (
        lines[line][:start],
        lines[line][start : start + 2],
        lines[line][start + 2 :],
    )
    taken = set(lines[other] + before + after)

    # Lazy, because every answer costs a check, and only a few answers are shown.
    def kept() -> Iterator[str]:
        for answer in answers_to(word, is_above=other < line, most=_TRIED):
            if answer == now or taken & set(answer):
                continue
            changed = [*lines[:line], before + answer + after, *lines[line + 1 :]]
            marked = zip(changed, report.poem.marks, strict=True)
            found = recheck("".join(text + (mark or "。") for text, mark in marked))
            if len(found.violations) <= len(report.violations):
                yield answer

    return Facing(word, start, kept())


def facing_line(lines: Sequence[str], line: int, *, is_couplet: bool) -> int | None:
    """Return the line that a line of a couplet faces (both 0-based); None if there is none.

    In verse, this is the other line of the pair; in a couplet of several phrases, it is the same
    phrase of the other side. Lines of different lengths do not face each other.

    >>> facing_line(["明月松间照", "清泉石上流"], 1, is_couplet=False)
    0
    >>> facing_line(["天对地", "雨对风", "山对水", "月对云"], 1, is_couplet=True)
    3
    """
    half = len(lines) // 2
    # Lines 0 and 1 are a couplet, 2 and 3 are the next: flipping the lowest bit finds the partner.
    other = (line + half) % (2 * half or 1) if is_couplet else line ^ 1
    return other if other < len(lines) and len(lines[other]) == len(lines[line]) else None


def word_at(line: str, place: int) -> int | None:
    """Return the 0-based start of the two-character word that covers position `place`; None if
    there is none.

    >>> word_at("明月松间照", 1), word_at("大漠孤烟直", 4)
    (0, 3)
    """
    counts = _counts()
    starts = [at for at in pair_starts(len(line)) if at <= place < at + 2]
    return max(starts, key=lambda at: counts.get(line[at : at + 2], -1), default=None)


@lru_cache(maxsize=1024)
def answers_to(word: str, *, is_above: bool, most: int) -> tuple[str, ...]:
    """Return words that face a word well in a couplet, the best first.

    Args:
        word: A word of two characters.
        is_above: Whether `word` is in the upper line and the returned words are in the lower.
        most: Maximum number of words.

    >>> "流水" in answers_to("落花", is_above=True, most=20)
    True
    """

    def worth(item: tuple[str, int]) -> float:
        other, count = item
        pair = (word, other) if is_above else (other, word)
        return len(word) * parallelism(*pair) + _FREQUENCY * math.log(1 + count)

    best = heapq.nlargest(most, _counts().items(), key=worth)
    return tuple(other for other, _ in best)


@cache
def _counts() -> Mapping[str, int]:
    """Return two-character words with their counts in the quoted poems; rare keywords count 0."""
    lines = (line for poem in quoted() for line in lines_of(poem.text))
    pairs = Counter(pair for line in lines for pair in pairs_of(line))
    known = {word: 0 for word in keywords() if len(word) == 2}
    return known | {word: count for word, count in pairs.items() if count >= _RECURRING}
