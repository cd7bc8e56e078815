"""The main rhyme of a poem, and its sign: the single character that represents it.

A verse model is conditioned on the main rhyme, among other fields. A poem whose rhyme changes has
no main rhyme, and its field is missing.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from charbard.prosody.book import Reading, fold, readings_of, rhyme_names
from charbard.tables import table_lines

__all__ = ["main_rhyme", "rhyme_sign", "signs_of"]

_SHARE = 0.75
"""Minimum share of the sentences that must rhyme with each other; old verse rhymes loosely."""
_PARTS = "东江支鱼佳真元萧歌麻庚尤侵覃屋觉质物合"
"""Signs of the nineteen parts of the 词林正韵, each named after its first rhyme in the 平水韵."""


def rhyme_sign(group: str, *, book: str) -> str | None:
    """Return the sign of a rhyme group; None if the groups of the book have no signs.

    >>> rhyme_sign("寒", book="pingshui"), rhyme_sign("7", book="cilin")
    ('寒', '元')
    """
    if book == "cilin":
        return _PARTS[int(group) - 1]
    return group if book == "pingshui" else None


def signs_of(book: str) -> dict[str, str]:
    """Map the names of a book's groups to their signs; empty if the groups have no signs."""
    signs = {group: rhyme_sign(group, book=book) for group in rhyme_names(book)}
    return {group: sign for group, sign in signs.items() if sign is not None}


def main_rhyme(text: str, *, book: str) -> str | None:
    """Return the group in which at least three quarters of a poem's sentences end, or None.

    Args:
        text: Lines with their marks; the mark 。 ends a sentence.
        book: Key of a rhyme book.

    >>> main_rhyme("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。", book="pingshui")
    '尤'
    """
    # The part after the last 。 is empty or an unfinished sentence, so it is left out.
    ends = [part[-1] for part in text.split("。")[:-1] if part]
    found = Counter(reading for end in ends for reading in _rhymes(end, book))
    if len(ends) < 2 or not found:
        return None
    # If sentences share a level and an oblique rhyme, as 看 and 难 do, the level rhyme wins. The
    # name is compared last, only to make the choice deterministic: the counts come from sets.
    best = max(found, key=lambda reading: (found[reading], reading.tone == "平", reading.rhyme))
    return best.rhyme if found[best] >= _SHARE * len(ends) else None


@cache
def _rhymes(char: str, book: str) -> frozenset[Reading]:
    """Return the readings of a character that are not rare in verse. For the 词林正韵, whose parts
    span the tones, tones are left blank."""
    readings = readings_of(char, book=book) - _unused(fold(char), book)
    return frozenset(each._replace(tone="") if book == "cilin" else each for each in readings)


def _unused(char: str, book: str) -> frozenset[Reading]:
    """Return the readings that verse hardly ever uses; empty for the 中华新韵, which postdates the
    counted verse."""
    if book == "xinyun":
        return frozenset()
    rare = _unused_table().get(char, frozenset())
    found = readings_of(char, book=book)
    return frozenset(each for each in found if not rare.isdisjoint((each.tone, "".join(each))))


@cache
def _unused_table() -> Mapping[str, frozenset[str]]:
    """Load the table: character -> its unused tones, or unused tones with rhymes."""
    found: dict[str, set[str]] = {}
    for row in table_lines("prosody", "unused.tsv"):
        char, item = row.split("\t")
        found.setdefault(char, set()).add(item)
    return MappingProxyType({char: frozenset(items) for char, items in found.items()})
