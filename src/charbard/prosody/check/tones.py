"""The tones of a line as a string, for the checker.

Each character of the line becomes one of 平, 仄, 中 (both tones) and ？ (not in the book).
"""

from functools import cache, lru_cache

from charbard.prosody.book import tones_of, usual_tones_of

__all__ = ["BOTH", "UNKNOWN", "fits", "tone_bits", "tone_string", "tone_strings"]

BOTH, UNKNOWN = "中", "？"


class _Tones(dict[int, str]):
    """A translation table from code points to tones, filled when a character first occurs."""

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


@lru_cache(maxsize=256)  # a poem is compared with several variants
def tone_strings(lines: tuple[str, ...], *, book: str, usual: bool = False) -> tuple[str, ...]:
    """Return the `tone_string` of each line of a poem.

    >>> tone_strings(("床前", "看月明"), book="pingshui")
    ('平平', '中仄平')
    """
    tones, end = tone_string("".join(lines), book=book, usual=usual), 0
    return tuple(tones[end : (end := end + len(line))] for line in lines)


def tone_string(line: str, *, book: str, usual: bool = False) -> str:
    """Return the possible tones of a line's characters, or their usual tones if `usual` is set.

    >>> tone_string("床前看月明a", book="pingshui")
    '平平中仄平？'
    """
    # `translate` loops in C and calls Python only for characters that it meets for the first time.
    return line.translate(_tones(book, usual))


_LEVEL = str.maketrans("平仄中？", "1000")
_OBLIQUE = str.maketrans("平仄中？", "0100")


@lru_cache(maxsize=1024)
def tone_bits(tones: str) -> tuple[int, int]:
    """Return, as bits, which places are level, and which are oblique; the last place is bit 0.

    Args:
        tones: At least one tone, of characters or of a pattern.

    >>> tone_bits("平仄中平")
    (9, 4)
    """
    # Parsing binary digits is the quickest way from a string to a set of bits.
    return int(tones.translate(_LEVEL), 2), int(tones.translate(_OBLIQUE), 2)


def fits(tone: str, wanted: str) -> bool:
    """Return whether a character of this tone fits a place that requires `wanted`.

    A place of tone 中 requires nothing, and a character of tone 中 or ？ fits every place.

    >>> fits("平", "仄"), fits("中", "仄"), fits("仄", "中")
    (False, True, True)
    """
    return wanted == BOTH or tone not in "平仄" or tone == wanted
