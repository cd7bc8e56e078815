"""Divide sets of poems that a source stores as one poem, by numbers in the text or by rhyme."""

import re
from collections.abc import Iterator
from dataclasses import replace

from charbard.corpora.verse.clean import regular_marks
from charbard.corpora.verse.gather import RawPoem
from charbard.prosody.main_rhyme import main_rhyme

__all__ = ["joined_poems", "marked_poems"]

_MARK = re.compile("【(其[一二三四五六七八九十]+)】|（(其[一二三四五六七八九十]+)）")
_COUNT = re.compile("([一二三四五六七八九十]+)首(?:其|$|[ （])")
_DIGITS = {digit: number for number, digit in enumerate("一二三四五六七八九", 1)}
_LENGTHS = (4, 8)
"""Numbers of lines that a poem in a set may have."""


def marked_poems(raw: RawPoem) -> list[RawPoem]:
    """Divide a set in which a number (其一) precedes each poem; return any other poem unchanged.

    The number is moved into the title, and `.1`, `.2` and so on are appended to the id.
    """
    text = "".join(raw.paragraphs)
    marks = list(_MARK.finditer(text))
    if len(marks) < 2 or text[: marks[0].start()].strip():
        return [raw]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return [
        replace(
            raw,
            id=f"{raw.id}.{place}",
            title=f"{_COUNT.sub('', raw.title)} {mark[1] or mark[2]}".strip(),
            paragraphs=(text[mark.end() : end].strip(),),
        )
        for place, (mark, end) in enumerate(zip(marks, ends, strict=True), 1)
    ]


def joined_poems(title: str, lines: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the lines of each poem, if the title counts several poems and they differ in rhyme.

    Eight lines with a single rhyme are one poem even if the title counts several, because the
    source lists most sets poem by poem, each poem under the title of the set.

    >>> quatrain = ("白日依山尽", "黄河入海流", "欲穷千里目", "更上一层楼")
    >>> other = ("床前明月光", "疑是地上霜", "举头望明月", "低头思故乡")
    >>> len(list(joined_poems("五绝二首", quatrain + other)))
    2
    """
    size = _size(title, lines)
    if size is None:
        yield lines
        return
    parts = [lines[start : start + size] for start in range(0, len(lines), size)]
    rhymes = [main_rhyme(regular_marks(part), book="pingshui") for part in parts]
    whole = main_rhyme(regular_marks(lines), book="pingshui")
    if whole is not None or None in rhymes or len(set(rhymes)) == 1:
        yield lines
    else:
        yield from parts


def _size(title: str, lines: tuple[str, ...]) -> int | None:
    """Return the number of lines per poem if the text has four or eight lines for each poem that
    the title counts, else None."""
    match = _COUNT.search(title)
    if match is None or len({len(line) for line in lines}) != 1 or len(lines[0]) not in (5, 7):
        return None
    count = _number(match[1])
    return next((size for size in _LENGTHS if count > 1 and count * size == len(lines)), None)


def _number(text: str) -> int:
    """Parse a Chinese number below one hundred.

    >>> _number("二十四"), _number("十"), _number("九")
    (24, 10, 9)
    """
    tens, ten, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if ten else 0) + _DIGITS.get(ones, 0)
