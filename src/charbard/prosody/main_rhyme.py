"""The main rhyme of a poem, and the single character that represents it.

A verse model is conditioned on the main rhyme as it is on the form. Only a poem with a single rhyme
has one; where the rhyme changes, the field is missing.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from charbard.prosody.book import Reading, fold, readings_of, rhyme_names
from charbard.tables import table_lines

__all__ = ["main_rhyme", "rhyme_sign", "signs_of"]

_SHARE = 0.75
"""Share of the sentences that must rhyme; old verse rhymes loosely."""
_PARTS = "东江支鱼佳真元萧歌麻庚尤侵覃屋觉质物合"
"""The nineteen parts of 词林正韵, each represented by its first rhyme of 平水韵."""


def rhyme_sign(group: str, *, book: str) -> str | None:
    """Return the character that represents a rhyme group; None in a book without such names.

    >>> rhyme_sign("寒", book="pingshui"), rhyme_sign("7", book="cilin")
    ('寒', '元')
    """
    if book == "cilin":
        return _PARTS[int(group) - 1]
    return group if book == "pingshui" else None


def signs_of(book: str) -> dict[str, str]:
    """Return the sign of each group of a book, by the group's name; empty for a book without
    signs."""
    signs = {group: rhyme_sign(group, book=book) for group in rhyme_names(book)}
    return {group: sign for group, sign in signs.items() if sign is not None}


def main_rhyme(text: str, *, book: str) -> str | None:
    """Return the group in which the sentences of a poem end, if most of them share one.

    Args:
        text: Lines with their marks; every sentence ends in 。
        book: Key of a rhyme book.

    >>> main_rhyme("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。", book="pingshui")
    '尤'
    """
    # What follows the last 。 is an unfinished sentence, or nothing.
    ends = [part[-1] for part in text.split("。")[:-1] if part]
    found = Counter(reading for end in ends for reading in _rhymes(end, book))
    if len(ends) < 2 or not found:
        return None
    # Of two that all share, the level one: 看 and 难 can be read either way.
    # The name only makes ties deterministic, because the counts come from sets.
    best = max(found, key=lambda reading: (found[reading], reading.tone == "平", reading.rhyme))
    return best.rhyme if found[best] >= _SHARE * len(ends) else None


@cache
def _rhymes(char: str, book: str) -> frozenset[Reading]:
    """Return a character's rhymes by tone; parts of 词林正韵, which span tones, represent
    themselves."""
    readings = readings_of(char, book=book) - _unused(fold(char), book)
    return frozenset(each._replace(tone="") if book == "cilin" else each for each in readings)


def _unused(char: str, book: str) -> frozenset[Reading]:
    """Return the readings that verse hardly ever uses, for the books by which it was written."""
    if book == "xinyun":
        return frozenset()
    rare = _unused_table().get(char, frozenset())
    found = readings_of(char, book=book)
    return frozenset(each for each in found if not rare.isdisjoint((each.tone, "".join(each))))


@cache
def _unused_table() -> Mapping[str, frozenset[str]]:
    """Load the table: character -> tones, or tones with rhymes."""
    found: dict[str, set[str]] = {}
    for row in table_lines("prosody", "unused.tsv"):
        char, item = row.split("\t")
        found.setdefault(char, set()).add(item)
    return MappingProxyType({char: frozenset(items) for char, items in found.items()})
