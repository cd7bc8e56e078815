"""Reading verse as people write it down: lines, punctuation, stanzas, a title above.

Knows no rules; what is a line here is what the writer set off as one.
"""

import re
from dataclasses import dataclass

from charbard.errors import OptionError

__all__ = ["MARKS", "Poem", "is_han", "read_poem"]

MARKS = "，。！？；："
"""What ends a line. 、 parts a line without ending it."""
_WIDE = str.maketrans(",.!?;:", MARKS[0] + MARKS[1] + "！？；：")
_NOTE = re.compile(r"（[^）]*）|\([^)]*\)|\[[^\]]*\]|〔[^〕]*〕")
_TITLE = re.compile(r"\s*[《〈【].*[》〉】].*")
_LINE = re.compile(rf"([^{MARKS}]+)([{MARKS}]*)")
_DROPPED = re.compile(r"[、·・“”‘’\"'「」『』—…\s]+")


@dataclass(frozen=True)
class Poem:
    """A poem as it was written down."""

    lines: tuple[str, ...]
    """Each line without punctuation."""
    marks: tuple[str, ...]
    """What stands behind each line; empty where nothing does."""
    stanza_ends: frozenset[int]
    """Lines behind which a blank one stands, from 1; the last line always."""
    title: str = ""
    """What stood above the poem: title, author."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Characters in each line."""
        return tuple(map(len, self.lines))


def read_poem(text: str) -> Poem:
    r"""The lines of a poem, in any layout.

    With punctuation, that ends the lines; without, every row or word is one. A row above that is
    set in 《》, or has no punctuation when others do, or stands before a blank row, is a title.

    Raises:
        OptionError: There is no Chinese character in it.

    >>> poem = read_poem("静夜思\n\n床前明月光，疑是地上霜。\n举头望明月，低头思故乡。")
    >>> poem.title, poem.shape, poem.marks[0]
    ('静夜思', (5, 5, 5, 5), '，')
    """
    rows = [row.strip() for row in _NOTE.sub("", text.translate(_WIDE)).strip().splitlines()]
    title, rows = _title(rows)
    punctuated = any(mark in row for row in rows for mark in MARKS)
    lines: list[str] = []
    marks: list[str] = []
    ends = set()
    for row in rows:
        if not row:
            ends.add(len(lines))
            continue
        for line, mark in _LINE.findall(row) if punctuated else [(w, "") for w in row.split()]:
            if chars := _DROPPED.sub("", line):
                lines.append(chars)
                marks.append(mark[:1])
    if not any(is_han(char) for line in lines for char in line):
        raise OptionError(
            f"no verse in {text.strip()[:20]!r}", hint="give a poem in Chinese characters"
        )
    return Poem(tuple(lines), tuple(marks), frozenset(ends | {len(lines)}) - {0}, title)


def _title(rows: list[str]) -> tuple[str, list[str]]:
    """What stands above a poem, and the rest."""
    marked = [any(mark in row for mark in MARKS) for row in rows]
    count = 0
    if any(marked):
        count = marked.index(True)
    elif rows and (_TITLE.fullmatch(rows[0]) or _is_odd_one_out(rows)):
        count = 1
    above = [row for row in rows[:count] if row]
    return " ".join(above), rows[count:]


def _is_odd_one_out(rows: list[str]) -> bool:
    """A first row before a blank one, or of another length than all the rest."""
    rest = {len(row) for row in rows[1:] if row}
    return len(rows) > 2 and (not rows[1] or (len(rest) == 1 and len(rows[0]) not in rest))


def is_han(char: str) -> bool:
    """A Chinese character.

    >>> is_han("诗"), is_han("a"), is_han("，")
    (True, False, False)
    """
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U0003ffff"
