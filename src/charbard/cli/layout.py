"""Layout of a poem in the terminal: script, pinyin, tone marks, columns."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from charbard.errors import OptionError

__all__ = ["check_layout", "laid_out", "pinyin_of", "tone_marks"]

LAYOUTS = ("horizontal", "vertical")
_TONES = {frozenset("平"): "○", frozenset("仄"): "●", frozenset("平仄"): "◐"}
_VERTICAL_MARKS = {
    "，": "︐",
    "。": "︒",
    "、": "︑",
    "！": "︕",
    "？": "︖",
    "；": "︔",
    "：": "︓",
}


def check_layout(layout: str, *, pinyin: bool, tones: bool) -> None:
    """Check the options of a layout before anything is written.

    Raises:
        OptionError: There is no such layout, or it has no place for pinyin or tones.
    """
    if layout not in LAYOUTS:
        raise OptionError(
            f"no layout {layout!r}",
            code="cli.choice",
            values={"given": layout, "known": LAYOUTS},
            hint=f"choose one of: {', '.join(LAYOUTS)}",
        )
    if layout == "vertical" and (pinyin or tones):
        extra = "pinyin" if pinyin else "tones"
        raise OptionError(
            f"a vertical layout has no place for {extra}",
            code="cli.vertical",
            values={"given": f"--{extra}"},
            hint=f"leave out --{extra}, or give --layout horizontal",
        )


def laid_out(
    lines: Sequence[str],
    marks: Sequence[str],
    *,
    stanza_ends: Sequence[int],
    book: str,
    pinyin: bool = False,
    tones: bool = False,
    layout: str = "horizontal",
) -> str:
    """Lay out a poem as text of several rows.

    Args:
        lines: Lines without their marks.
        marks: The mark after each line.
        stanza_ends: 1-based numbers of the lines that end a stanza; a blank row or column follows.
        book: Rhyme book that decides the tones.
        pinyin: Whether to print the modern reading above each line.
        tones: Whether to print tones below each line: ○ level, ● oblique, ◐ both.
        layout: horizontal, one sentence per row, or one line with pinyin or tones; or vertical,
            columns from right to left, which have neither.
    """
    if layout == "vertical":
        return _vertical(lines, marks, stanza_ends)
    if not (pinyin or tones):
        return "\n".join(_sentences(lines, marks, stanza_ends))
    rows: list[str] = []
    sounds = _pinyin_of_poem(lines, book) if pinyin else []
    for at, (line, mark) in enumerate(zip(lines, marks, strict=True)):
        above = sounds[at] if pinyin else [""] * len(line)
        below = list(tone_marks(line, book)) if tones else [""] * len(line)
        rows += _in_columns([above, [*line, mark], below])
        if at + 1 in stanza_ends:
            rows.append("")
    return "\n".join(rows).rstrip("\n")


def _in_columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Align the entries of rows in columns, whatever their widths, omitting empty rows.

    >>> list(_in_columns([["chūn", "wàng"], ["春", "望", "，"], ["○", "●"]]))
    ['chūn wàng', '春   望   ，', '○    ●']
    """
    from rich.cells import cell_len

    widths = [max(map(cell_len, column)) for column in zip_longest(*rows, fillvalue="")]
    for row in rows:
        padded = [
            text + " " * (width - cell_len(text)) for text, width in zip(row, widths, strict=False)
        ]
        if line := " ".join(padded).rstrip():
            yield line


def _sentences(
    lines: Sequence[str], marks: Sequence[str], stanza_ends: Sequence[int]
) -> Iterator[str]:
    """Yield a row for each sentence, and a blank one between stanzas."""
    row = ""
    for number, (line, mark) in enumerate(zip(lines, marks, strict=True), 1):
        row += line + mark
        if "。" in mark or number in stanza_ends:
            yield row
            row = ""
        if number in stanza_ends[:-1]:
            yield ""
    if row:
        yield row


def pinyin_of(name: str, surname: str) -> str:
    """Return the modern readings of a name with tone marks, separated by spaces.

    >>> pinyin_of("曾春江", "曾")
    'zēng chūn jiāng'
    """
    from charbard.writer.verse.display import pinyin_of_name

    return " ".join(pinyin_of_name(name, surname))


def _pinyin_of_poem(lines: Sequence[str], book: str) -> list[list[str]]:
    from charbard.writer.verse.display import pinyin_of_poem

    return pinyin_of_poem(lines, book=book)


def tone_marks(line: str, book: str) -> str:
    """Return a tone mark for each character; ？ marks characters that the book does not list.

    >>> tone_marks("春望看", "pingshui")
    '○◐◐'
    """
    from charbard.prosody import tones_of

    return "".join(_TONES.get(tones_of(char, book=book), "？") for char in line)


def _vertical(lines: Sequence[str], marks: Sequence[str], stanza_ends: Sequence[int]) -> str:
    """Lay lines out as columns from right to left, with vertical forms of the marks."""
    columns: list[list[str]] = []
    for number, (line, mark) in enumerate(zip(lines, marks, strict=True), 1):
        columns.append([*line, *(_VERTICAL_MARKS.get(each, each) for each in mark)])
        if number in stanza_ends[:-1]:
            columns.append([])
    height = max(map(len, columns))
    rows = [
        "　".join(column[row] if row < len(column) else "　" for column in reversed(columns))
        for row in range(height)
    ]
    return "\n".join(row.rstrip("　") for row in rows)
