"""The tones of a line as a string, for the checker.

Over 平, 仄, 中 (both) and ？ (not in the book), one for each character of the line.
"""

from functools import cache, lru_cache

from charbard.prosody.book import tones_of, usual_tones_of

__all__ = ["BOTH", "UNKNOWN", "fits", "tone_bits", "tone_string", "tone_strings"]

BOTH, UNKNOWN = "中", "？"


class _Tones(dict[int, str]):
    """Code point -> tone, filled as characters are met."""

    def __init__(self, book: str, usual: bool) -> None:
        super().__init__()
        self._book = book
        self._of = usual_tones_of if usual else tones_of

    def __missing__(self, point: int) -> str:
        found = self._of(chr(point), book=self._book)
        tone = BOTH if len(found) == 2 else next(iter(found), UNKNOWN)
        self[point] = tone
        return tone


@cache
def _tones(book: str, usual: bool) -> _Tones:
    return _Tones(book, usual)


@lru_cache(maxsize=256)  # a poem is held against several variants
def tone_strings(lines: tuple[str, ...], *, book: str, usual: bool = False) -> tuple[str, ...]:
    """`tone_string` of each line of a poem.

    >>> tone_strings(("床前", "看月明"), book="pingshui")
    ('平平', '中仄平')
    """
    tones, end = tone_string("".join(lines), book=book, usual=usual), 0
    return tuple(tones[end : (end := end + len(line))] for line in lines)


def tone_string(line: str, *, book: str, usual: bool = False) -> str:
    """The tones a line's characters can have, or those they mostly have.

    >>> tone_string("床前看月明a", book="pingshui")
    '平平中仄平？'
    """
    return line.translate(_tones(book, usual))


_LEVEL = str.maketrans("平仄中？", "1000")
_OBLIQUE = str.maketrans("平仄中？", "0100")


@lru_cache(maxsize=1024)
def tone_bits(tones: str) -> tuple[int, int]:
    """Which places are level, and which oblique, as the bits of two numbers.

    Args:
        tones: What characters are, or what a pattern asks; one character at least.

    >>> tone_bits("平仄中平")
    (9, 4)
    """
    return int(tones.translate(_LEVEL), 2), int(tones.translate(_OBLIQUE), 2)


def fits(tone: str, wanted: str) -> bool:
    """Whether a character of this tone may stand where `wanted` is asked; 中 asks nothing.

    >>> fits("平", "仄"), fits("中", "仄"), fits("仄", "中")
    (False, True, True)
    """
    return wanted == BOTH or tone not in "平仄" or tone == wanted
