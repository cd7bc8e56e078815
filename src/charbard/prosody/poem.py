"""Parse verse as people write it: lines, marks, stanzas, and the text around a poem.

No rules of verse apply here: a line is whatever its writer set off as a line. If a text can be read
in several ways (is the second row a preface?), `readings` yields all of them, likeliest first.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from charbard.errors import OptionError
from charbard.prosody.pasted import (
    GAP,
    MARKS,
    PAUSE,
    chars_of_line,
    is_char,
    is_han,
    plain_text,
)

__all__ = ["GAP", "MARKS", "Poem", "is_han", "read_poem", "readings"]

_MOST_AROUND = 8
"""Number of cuts to try at the top of a text, which may begin with up to seven rows of other
text."""
_SIGNS = r"/／|｜\\·・•‧∙･~～〜－–—―\-_=+"
_DYNASTY = (
    "(?:先秦|秦|两汉|东汉|西汉|汉|魏晋|魏|东晋|西晋|晋|南北朝|南朝|北朝|隋|唐|五代|南唐|后蜀|"
    "北宋|南宋|宋|辽|金|元|明|清|近现代|近代|现代|当代)"
)
_LABEL = re.compile(r"\s*(?:作者|诗人|词人|朝代|年代|标题|题目|词牌|曲牌|体裁|诗名|词名)\s*[：\s]")
_BY = re.compile(
    rf"\W*{_DYNASTY}[代朝]?\W+[\u3400-\u9fff]{{1,6}}\W*|\W*[\u3400-\u9fff]{{2,4}}\W+{_DYNASTY}[代朝]?\W*"
)
_BELOW = re.compile(
    r"\s*[【\[（(]?\s*(?:注释|译文|赏析|简析|鉴赏|注|按|校记|题解|作者简介|创作背景)\s*[】\]）)]?\s*(?:[：\d]|$)"
)
# Lines of verse can also begin with 出自 or 出处 (出处全在人), but only a source names a book or a
# dynasty.
_SOURCE = re.compile(
    rf"\s*(?:[—–―─-]+|http|(?:选自|出自|摘自|录自|见于|来源|出处)"
    rf"(?:\s|[^{MARKS}]*(?:[《〈“「『]|{_DYNASTY}[代朝])|[^{MARKS}]*：))"
)
_TITLE = re.compile(r"\s*[《〈【〔「『].*[》〉】〕」』].*")
_TITLED = re.compile(r"\s*([《〈【][^》〉】]*[》〉】])(.*)")
_AUTHOR = re.compile(r"\s*([\u3400-\u9fff]{2,4})\s*[：\s]")
_NUMBER = re.compile(r"^\s*(?:\d{1,3}|[其之][一二三四五六七八九十]+)\s*[、。：)）]\s*(?=\S)")
_SPACED = re.compile(r"(?<=[。！？])(?:\s{2,}|\u3000)")
_LINE = re.compile(rf"([^{MARKS}]+)([{MARKS}]*)")


@dataclass(frozen=True)
class Poem:
    """A poem as its writer divided it into lines."""

    lines: tuple[str, ...]
    """Each line without punctuation; `GAP` for a character that cannot be read."""
    marks: tuple[str, ...]
    """The mark after each line; empty if there is none."""
    stanza_ends: frozenset[int]
    """1-based numbers of the lines that end a stanza; always includes the last line."""
    title: str = ""
    """Text above the poem, such as title, author and preface."""
    source: str = ""
    """Text below the poem, such as its source and notes."""
    pauses: frozenset[int] = frozenset()
    """Position of each 、, as the number of characters before it."""
    left_out: str = ""
    """Distinct signs in the verse that are neither characters nor punctuation."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of characters in each line."""
        return tuple(map(len, self.lines))

    @property
    def is_undivided(self) -> bool:
        """Whether the text is a single line without marks or pauses, so that nothing divides
        it."""
        return len(self.lines) == 1 and not self.marks[0] and not self.pauses

    def with_stanzas(self, ends: Iterable[int]) -> "Poem":
        """Return the poem with stanzas that end after these lines (1-based)."""
        ends = frozenset(ends)
        return self if ends == self.stanza_ends else replace(self, stanza_ends=ends)

    def split_at_pauses(self) -> "Poem":
        """Return the poem with a line end at every 、."""
        text, ends = "".join(self.lines), tuple(accumulate(self.shape))
        # Marks are looked up by position, because the numbers of the lines change.
        marks = dict(zip(ends, self.marks, strict=True))
        cuts = sorted({*ends, *self.pauses})
        return replace(
            self,
            lines=tuple(text[a:b] for a, b in zip([0, *cuts], cuts, strict=False)),
            marks=tuple(marks.get(cut, PAUSE) for cut in cuts),
            stanza_ends=frozenset(cuts.index(ends[line - 1]) + 1 for line in self.stanza_ends),
            pauses=frozenset(),
        )


def read_poem(text: str) -> Poem:
    r"""Parse the lines of a poem, in any layout.

    Punctuation ends lines. In a text without punctuation, every row is a line, or every word
    between spaces, `/`, `|`, `·`, `-`, `～` or 、. A first row is a title if it is set in 《》,
    names an author, lacks the punctuation of other rows, or stands out by its length or by a blank
    row after it. Only Chinese characters and □ count as characters.

    Raises:
        OptionError: The text has no Chinese character.

    >>> poem = read_poem("静夜思\n\n床前明月光，疑是地上霜。\n举头望明月，低头思故乡。")
    >>> poem.title, poem.shape, poem.marks[0]
    ('静夜思', (5, 5, 5, 5), '，')
    """
    return next(readings(text))


def readings(text: str) -> Iterator[Poem]:
    """Yield every way to read a text, likeliest first: its first and last rows may not be verse.

    Raises:
        OptionError: The text has no Chinese character.
    """
    rows = [_NUMBER.sub("", row).strip() for row in plain_text(text).strip().split("\n")]
    if not any(is_han(char) for row in rows for char in row):
        raise OptionError(
            f"no Chinese character in {text.strip()[:20]!r}: it cannot be judged",
            code="check.foreign",
            values={"text": text.strip()[:20]},
            hint="give a poem in Chinese characters",
        )
    rows, below = _without_notes(rows)
    above, rows = _heading(rows)
    seen = set()
    for first, last in _cuts_of(rows):
        for poem in _read_rows(rows[first:last]):
            # Different cuts may leave the same verse, which should be judged only once.
            key = (poem.lines, poem.stanza_ends)
            if key not in seen:
                seen.add(key)
                title = " ".join(filter(_has_han, [*above, *rows[:first]]))
                source = " ".join(filter(_has_han, [*rows[last:], *below]))
                yield replace(poem, title=title, source=source) if title or source else poem


def _cuts_of(rows: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the ranges of rows that may be the poem: all rows, then without one or more first rows,
    then also without last rows."""
    full = [number for number, row in enumerate(rows) if _has_han(row)]
    # Text above a poem (title, author, preface) is commoner than text below it, so first rows are
    # cut in the inner loop.
    for below in range(min(3, len(full))):
        for above in range(min(_MOST_AROUND, len(full) - below)):
            yield full[above] if above else 0, full[-1 - below] + 1


def _has_han(row: str) -> bool:
    return any(map(is_han, row))


def _without_notes(rows: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split rows before the first row that is a note (注释, 译文) or names the source."""
    for number, row in enumerate(rows):
        if number and (_BELOW.match(row) or (_SOURCE.match(row) and _has_han(row))):
            return list(rows[:number]), list(rows[number:])
    return list(rows), []


def _heading(rows: list[str]) -> tuple[list[str], list[str]]:
    """Return (the rows that certainly precede a poem, the remaining rows)."""
    marked = [any(mark in row for mark in MARKS) and not _LABEL.match(row) for row in rows]
    count = 0
    if any(marked):
        count = marked.index(True)
    elif rows and (_TITLE.fullmatch(rows[0]) or _is_odd_one_out(rows)):
        count = 1
    while count < len(rows) - 1 and (
        not rows[count] or _LABEL.match(rows[count]) or _BY.fullmatch(rows[count])
    ):
        count += 1
    words, row = _heading_words(rows[count])
    rest = [row, *rows[count + 1 :]] if row else rows[count + 1 :]
    above = [row for row in [*rows[:count], words] if row]
    return (above, rest) if any(map(_has_han, rest)) else ([], rows)


def _is_odd_one_out(rows: Sequence[str]) -> bool:
    """Return whether the first row looks like a title: rows differ in length, and the second row
    is blank or all rows but the first are equally long."""
    rest = {len(row) for row in rows[1:] if row}
    if len(rows) < 3 or rest == {len(rows[0])}:
        return False
    return not rows[1] or len(rest) == 1


def _heading_words(row: str) -> tuple[str, str]:
    """Split a row into its title and author, and the verse after them.

    >>> _heading_words("登鹳雀楼 王之涣 白日依山尽，黄河入海流。")
    ('登鹳雀楼 王之涣', '白日依山尽，黄河入海流。')
    """
    above = ""
    if (titled := _TITLED.fullmatch(row)) and _has_han(titled[2]):
        named = _AUTHOR.match(titled[2])
        above = titled[1] + (named[1] if named else "")
        row = titled[2][named.end() if named else 0 :].lstrip("： ")
    words = row.split()
    marked = [any(mark in word for mark in MARKS) for word in words]
    if True not in marked[:-1] and True not in marked:
        return above, row
    first = marked.index(True)
    # The first words are a heading, unless a later word has no mark either: then spaces separate
    # lines.
    if first and all(marked[first:]) and words[first][-1:] in MARKS:
        above = " ".join(filter(None, [above, *words[:first]]))
        row = " ".join(words[first:])
    return above, row


def _read_rows(rows: Sequence[str]) -> Iterator[Poem]:
    """Yield the rows as a poem, in two ways if it is unclear whether spaces separate lines."""
    text = "\n".join(rows)
    if any(mark in text for mark in MARKS):
        yield _divided(rows, "")
        if any(" " in row.strip() or "\u3000" in row.strip() for row in rows):
            yield _divided(rows, r"\s")
        return
    parted = [row for row in rows if row]
    if len(parted) > 1 and not any(re.search(rf"[{_SIGNS}\s]", row) for row in parted):
        yield _divided(rows, "")
    yield _divided(rows, rf"\s{_SIGNS}{PAUSE}")


def _divided(rows: Sequence[str], separators: str) -> Poem:
    """Divide rows into lines at punctuation marks and at these separators."""
    lines: list[str] = []
    marks: list[str] = []
    ends, pauses, left_out = set[int](), set[int](), dict[str, None]()
    size = 0
    for row in rows:
        if not _has_han(row) and GAP not in row:
            ends.add(len(lines))
            left_out |= dict.fromkeys(filter(_is_odd, row))
            continue
        for part in _SPACED.split(row):
            for piece in re.split(rf"[{separators}]+", part) if separators else [part]:
                for line, mark in _LINE.findall(piece):
                    chars = chars_of_line(line)
                    if len(chars) < len(line):
                        left_out |= dict.fromkeys(filter(_is_odd, line))
                    if not chars:
                        continue
                    if PAUSE in line:
                        pauses |= {size + at for at in _pauses(line)}
                    size += len(chars)
                    lines.append(chars)
                    marks.append(mark[:1])
            if part is not row and part != row:
                ends.add(len(lines))
    # If a blank row follows every row, the rows are lines, not stanzas.
    ends = set() if ends >= set(range(1, len(lines))) else ends
    ends = (ends | {len(lines)}) - {0}
    return Poem(
        tuple(lines),
        tuple(marks),
        frozenset(ends),
        pauses=frozenset(pauses),
        left_out="".join(left_out),
    )


def _pauses(line: str) -> Iterator[int]:
    """Yield, for each 、 inside a line, the number of characters before it."""
    parts = [chars_of_line(part) for part in line.split(PAUSE)]
    yield from (end for end in accumulate(map(len, parts[:-1])) if 0 < end < sum(map(len, parts)))


def _is_odd(char: str) -> bool:
    """Return whether a dropped sign is worth reporting, as letters, digits and emoji are."""
    return (char.isalnum() and not is_char(char)) or (
        ord(char) > 0x2190 and char not in _QUIET and not is_char(char)
    )


_QUIET = frozenset(
    "\u3000、。，！？；：“”‘’「」『』《》〈〉【】〔〕（）—…～〜·・｜／－─ー\ufe0f\u200d"
) | frozenset(map(chr, range(0xFF01, 0xFF66)))
