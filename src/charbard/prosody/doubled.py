"""Reduplication (叠字): which characters are doubled in verse, and where in a line.

`scripts/build_doubled.py` built the table from verse: 悠悠 opens and closes lines, 年年 only opens
lines, and 心心 does not occur. This module is independent of models.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from charbard.tables import table_lines

__all__ = ["LONG", "doubled_at", "place_of"]

LONG = 8
"""From this line length on, counts are too small to distinguish places."""
_ANYWHERE = ("姓名",)
"""Kinds of form in which any character may be doubled: a name may be 圆圆 or 媛媛."""
_NOWHERE = ("对联",)
"""Kinds of form in which no character may be doubled, except where one side of a couplet answers a
doubled character in the other side."""
_CI = "词"


def doubled_at(kind: str, length: int, place: int) -> frozenset[str] | None:
    """Return the characters that may be doubled at a place; None allows every character.

    Args:
        kind: Kind of the form, as in `Form.kind`.
        length: Number of characters in the line.
        place: 0-based place of the first of the two characters.

    >>> "悠" in doubled_at("近体诗", 7, 5), "心" in doubled_at("近体诗", 7, 5)
    (True, False)
    >>> doubled_at("近体诗", 7, 3)
    frozenset()
    """
    if kind in _NOWHERE:
        return frozenset()
    if kind in _ANYWHERE:
        return None
    genre = _CI if kind == _CI else "诗"
    return _table().get((genre, *place_of(length, place)), frozenset())


def place_of(length: int, place: int) -> tuple[int, int]:
    """Return the table's key for a 0-based place: (length, 1-based place), or (8, 0) for a long
    line."""
    return (length, place + 1) if length < LONG else (LONG, 0)


@cache
def _table() -> Mapping[tuple[str, int, int], frozenset[str]]:
    rows = (row.split("\t") for row in table_lines("prosody", "doubled.tsv"))
    return MappingProxyType(
        {(genre, int(length), int(at)): frozenset(chars) for genre, length, at, chars in rows}
    )
