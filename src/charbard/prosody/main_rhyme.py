"""The rhyme that runs through a poem, and the one character that stands for it.

A model of verse is told it before the text, as it is told the form. For a poem of one rhyme only:
where the rhyme changes there is none to tell.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from charbard.prosody.book import Reading, fold, readings_of, rhyme_names, table_lines

__all__ = ["main_rhyme", "rhyme_sign", "signs_of"]

_SHARE = 0.75
"""Old verse rhymes loosely: so many of the sentences are enough."""
_PARTS = "东江支鱼佳真元萧歌麻庚尤侵覃屋觉质物合"
"""The nineteen parts of 词林正韵, each by the first rhyme of 平水韵 in it."""


def rhyme_sign(group: str, *, book: str) -> str | None:
    """One character for a rhyme group; None in a book whose groups have no such name.

    >>> rhyme_sign("寒", book="pingshui"), rhyme_sign("7", book="cilin")
    ('寒', '元')
    """
    if book == "cilin":
        return _PARTS[int(group) - 1]
    return group if book == "pingshui" else None


def signs_of(book: str) -> dict[str, str]:
    """The sign of each group of a book, by its name; empty for a book without signs."""
    signs = {group: rhyme_sign(group, book=book) for group in rhyme_names(book)}
    return {group: sign for group, sign in signs.items() if sign is not None}


def main_rhyme(text: str, *, book: str) -> str | None:
    """The group in which the sentences of a poem end, if most of them share one.

    Args:
        text: Lines with their marks; every sentence ends in 。
        book: Key of a rhyme book.

    >>> main_rhyme("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。", book="pingshui")
    '尤'
    """
    ends = [part[-1] for part in text.split("。")[:-1] if part]
    found = Counter(reading for end in ends for reading in _rhymes(end, book))
    if len(ends) < 2 or not found:
        return None
    # Of two that all share, the level one: 看 and 难 can be read either way.
    best = max(found, key=lambda reading: (found[reading], reading.tone == "平", reading.rhyme))
    return best.rhyme if found[best] >= _SHARE * len(ends) else None


@cache
def _rhymes(char: str, book: str) -> frozenset[Reading]:
    """Rhymes by tone; parts of 词林正韵, which join the tones, stand for themselves."""
    readings = readings_of(char, book=book) - _unused(fold(char), book)
    return frozenset(each._replace(tone="") if book == "cilin" else each for each in readings)


def _unused(char: str, book: str) -> frozenset[Reading]:
    """Readings that verse hardly uses; in the books that verse was written by."""
    if book == "xinyun":
        return frozenset()
    rare = _unused_table().get(char, frozenset())
    found = readings_of(char, book=book)
    return frozenset(each for each in found if not rare.isdisjoint((each.tone, "".join(each))))


@cache
def _unused_table() -> Mapping[str, frozenset[str]]:
    """Character -> tones, or tones with rhymes."""
    found: dict[str, set[str]] = {}
    for row in table_lines("unused.tsv"):
        char, item = row.split("\t")
        found.setdefault(char, set()).add(item)
    return MappingProxyType({char: frozenset(items) for char, items in found.items()})
