"""How a poem is set out in the terminal: script, pinyin, tone marks, columns."""

from collections.abc import Sequence

from charbard.errors import OptionError

__all__ = ["laid_out", "pinyin_of", "tone_marks"]

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


def laid_out(
    lines: Sequence[str],
    marks: Sequence[str],
    *,
    book: str,
    pinyin: bool = False,
    tones: bool = False,
    layout: str = "horizontal",
) -> str:
    """A poem as text of several rows.

    Args:
        lines: Each without its mark.
        marks: Behind each line.
        book: Rhyme book that decides the tones.
        pinyin: Today's reading above each line.
        tones: ○ level, ● oblique, ◐ both, below each line.
        layout: horizontal, a couplet a row; or vertical, columns from right to left.
    """
    if layout not in LAYOUTS:
        raise OptionError(f"no layout {layout!r}", hint=f"choose one of: {', '.join(LAYOUTS)}")
    if layout == "vertical":
        return _vertical(lines, marks)
    if not (pinyin or tones):
        text = "".join(a + b for a, b in zip(lines, marks, strict=True))
        return text.replace("。", "。\n").rstrip("\n")
    rows, sounds = [], _pinyin_of_poem(lines, book) if pinyin else []
    for at, (line, mark) in enumerate(zip(lines, marks, strict=True)):
        if pinyin:
            rows.append(" ".join(sounds[at]))
        rows.append(line + mark)
        if tones:
            rows.append(tone_marks(line, book))
    return "\n".join(rows)


def pinyin_of(name: str, surname: str) -> str:
    """Today's readings of a name with tone marks, parted by spaces.

    >>> pinyin_of("曾春江", "曾")
    'zēng chūn jiāng'
    """
    from charbard.writer.display import pinyin_of_name

    return " ".join(pinyin_of_name(name, surname))


def _pinyin_of_poem(lines: Sequence[str], book: str) -> list[list[str]]:
    from charbard.writer.display import pinyin_of_poem

    return pinyin_of_poem(lines, book=book)


def tone_marks(line: str, book: str) -> str:
    """A mark for each character; ？ for one that the book does not list.

    >>> tone_marks("春望看", "pingshui")
    '○◐◐'
    """
    from charbard.prosody import tones_of

    return "".join(_TONES.get(tones_of(char, book=book), "？") for char in line)


def _vertical(lines: Sequence[str], marks: Sequence[str]) -> str:
    """Columns from right to left, each line with its mark turned."""
    columns = [
        [*line, *(_VERTICAL_MARKS.get(each, each) for each in mark)]
        for line, mark in zip(lines, marks, strict=True)
    ]
    height = max(map(len, columns))
    rows = [
        "　".join(column[row] if row < len(column) else "　" for column in reversed(columns))
        for row in range(height)
    ]
    return "\n".join(row.rstrip("　") for row in rows)
