"""Derive the form of a couplet from one given side: tones, marks and repetitions.

The other side has the opposite tone at the even places and the last place of each phrase. It
repeats a character exactly where the given side does. This module uses rhyme books, but no models.
"""

import re
from collections.abc import Iterator, Sequence

from charbard.errors import OptionError
from charbard.prosody.book import book_named, fold, usual_tones_of
from charbard.prosody.form import Echo, Form, Line, Variant

__all__ = ["MOST", "PHRASE", "facing_form", "phrases_of"]

PHRASE, MOST = range(1, 16), range(2, 31)
"""Allowed lengths, in characters, of a phrase and of a whole side."""
_MARK = re.compile(r"[，。！？；：、,.!?;:/\s]+")
_PLAIN = str.maketrans(",.!?;:", "，。！？；：")
_OPPOSITE = {"平": "仄", "仄": "平"}


def phrases_of(side: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split one side of a couplet into its phrases and the marks between them.

    Raises:
        OptionError: The side is too short or too long, or not Chinese.

    >>> phrases_of("天对地，雨对风。")
    (('天对地', '雨对风'), ('，',))
    """
    phrases = tuple("".join(map(fold, part)) for part in _MARK.split(side) if part)
    for char in "".join(phrases):
        # Ideographs begin at U+3400, after letters, digits and kana. Hangul, which comes later, is
        # not caught.
        if char < "\u3400":
            raise OptionError(
                f"the line {side!r} has {char!r} in it",
                code="couplet.foreign",
                values={"line": side, "char": char},
                hint="give Chinese characters and marks",
            )
    if sum(map(len, phrases)) not in MOST or any(len(each) not in PHRASE for each in phrases):
        longest = max(map(len, phrases), default=0)
        raise OptionError(
            f"the line {side!r} has {sum(map(len, phrases))} characters, {longest} in one phrase",
            code="couplet.length",
            values={
                "line": side,
                "count": sum(map(len, phrases)),
                "least": MOST[0],
                "most": MOST[-1],
                "phrase": PHRASE[-1],
            },
            hint=f"give {MOST[0]} to {MOST[-1]} characters, at most {PHRASE[-1]} in a phrase",
        )
    inner = [mark for mark in _MARK.findall(side.strip("，。！？；：、,.!?;:/ \t\n"))]
    marks = tuple((mark.strip() or "，")[0].translate(_PLAIN).replace("/", "，") for mark in inner)
    return phrases, marks


def facing_form(side: str, book: str, *, is_second: bool = False) -> Form:
    """Return the form of a couplet whose first or second side is given.

    Args:
        side: The given side; punctuation separates its phrases.
        book: Key or name of the rhyme book that decides the tones.
        is_second: Whether the given side is the second one.

    Raises:
        OptionError: The side is too short or too long, or not Chinese; or there is no such book.

    >>> facing_form("春风又绿江南岸", "pingshui").variants[0].lines[1].patterns
    ('中仄平平中仄平',)
    """
    phrases, marks = phrases_of(side)
    key = book_named(book).key
    asked = _opposed(phrases, key, "平" if is_second else "仄")
    given = [("中" * len(phrase),) for phrase in phrases]
    upper, lower = (asked, given) if is_second else (given, asked)
    # A first side of several phrases ends in a semicolon, because commas separate its phrases.
    lines = (
        *_side(upper, (*marks, "；" if marks else "，")),
        *_side(lower, (*marks, "。")),
    )
    echoes = _echoes(phrases, 0 if is_second else len(phrases))
    name = "+".join(str(len(phrase)) for phrase in phrases)
    variant = Variant("对下联" if is_second else "对上联", lines, tuple(echoes))
    return Form(f"{name}言对", "对联", (variant,), book=key)


def _side(phrases: Sequence[tuple[str, ...]], marks: Sequence[str]) -> Iterator[Line]:
    """Yield one side of a couplet as lines, one line for each phrase."""
    last = len(phrases) - 1
    for place, (patterns, mark) in enumerate(zip(phrases, marks, strict=True)):
        yield Line(patterns, None, mark, ends_stanza=place == last and mark == "。")


def _echoes(phrases: Sequence[str], shift: int) -> Iterator[Echo]:
    """Yield the repetitions within a side as echoes, with `shift` added to the line numbers."""
    first: dict[str, tuple[int, int]] = {}
    for line, phrase in enumerate(phrases):
        for place, char in enumerate(phrase):
            earlier = first.setdefault(char, (line, place))
            if earlier != (line, place):
                yield Echo(line + shift, place, earlier[0] + shift, earlier[1])


def _opposed(phrases: tuple[str, ...], book: str, ends: str) -> list[tuple[str, ...]]:
    """Return the allowed tone patterns of the phrases that face the given ones.

    The answer to a repeated character has one tone at all its places, even where a place would
    otherwise be free.

    Args:
        phrases: The given phrases.
        book: Key of the rhyme book.
        ends: Tone in which the given side ends if its last character can have both tones.
    """
    tones: dict[str, str] = {}
    for phrase in phrases:
        for place, char in enumerate(phrase, 1):
            found = usual_tones_of(char, book=book)
            # A character with both tones has no opposite, so the place that faces it stays free.
            if len(found) == 1 and (place % 2 == 0 or place == len(phrase)):
                tones[char] = _OPPOSITE[min(found)]
    last = phrases[-1][-1]
    tones.setdefault(last, _OPPOSITE[ends])
    whole = "".join(phrases)
    patterns = []
    for phrase in phrases:
        asked = ""
        for place, char in enumerate(phrase, 1):
            counts = place % 2 == 0 or place == len(phrase) or whole.count(char) > 1
            asked += tones.get(char, "中") if counts else "中"
        asked = _without_lone_level(asked, phrase, whole)
        patterns.append(_without_three_level(asked, phrase, whole))
    return patterns


def _without_lone_level(pattern: str, phrase: str, whole: str) -> str:
    """Tighten a pattern so that it excludes 孤平.

    If a phrase of five or seven characters ends in 平, any tone, 仄, 平, then the character before
    these four must be level as well.

    >>> _without_lone_level("中仄中平中仄平", "无边落木萧萧下", "无边落木萧萧下")
    '中仄平平中仄平'
    """
    if len(pattern) not in (5, 7):
        return pattern
    at = len(pattern) - 5
    is_lone = (pattern[at + 1], pattern[at + 3], pattern[at + 4]) == ("平", "仄", "平")
    # A repeated character must have one tone at all its places, so only a unique one is tightened.
    if is_lone and pattern[at] == "中" and whole.count(phrase[at]) == 1:
        return f"{pattern[:at]}平{pattern[at + 1 :]}"
    return pattern


def _without_three_level(pattern: str, phrase: str, whole: str) -> tuple[str, ...]:
    """Return patterns that exclude three level characters at the end of a phrase of five or seven,
    if a free place allows this; else return the pattern unchanged."""
    if len(pattern) not in (5, 7) or "仄" in pattern[-3:]:
        return (pattern,)
    options = [
        pattern[:at] + "仄" + pattern[at + 1 :]
        # An oblique character at either place breaks the row of three, so each place gets its own
        # pattern.
        for at in (len(pattern) - 3, len(pattern) - 2)
        if pattern[at] == "中" and whole.count(phrase[at]) == 1
    ]
    return tuple(options) or (pattern,)
