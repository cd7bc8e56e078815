"""Rhyme books: the tones and rhymes of each character.

A character may have several readings, so look-ups return sets. An empty set means that the book
does not list the character, and the caller must decide how to treat it. Tables are read once, on
first use, and never change. This module is independent of lines and forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from charbard.errors import OptionError
from charbard.tables import table_lines

__all__ = [
    "BOOKS",
    "USED",
    "USUAL",
    "Book",
    "Reading",
    "book_named",
    "chars_of",
    "common_chars",
    "fold",
    "readings_of",
    "rhyme_label",
    "rhyme_names",
    "rhymes_of",
    "rhymes_with",
    "tones_of",
    "usual_rhymes_of",
    "usual_tones_of",
]

USED, USUAL = 3.0, 15.0
"""A reading counts as used, or as usual, if it has at least this percentage of its character's
occurrences in verse."""


class Reading(NamedTuple):
    """One reading of a character."""

    tone: str
    """平 (level) or 仄 (oblique)."""
    rhyme: str
    """Name of the rhyme in the book, without the tone; a part of the 词林正韵 covers all tones."""


@dataclass(frozen=True)
class Book:
    """A rhyme book: its key, Chinese name, other names and purpose."""

    key: str
    name: str
    aliases: tuple[str, ...]
    note: str


BOOKS: Mapping[str, Book] = MappingProxyType(
    {
        book.key: book
        for book in (
            Book("pingshui", "平水韵", ("平水",), "106 rhymes; regulated verse since the Tang"),
            Book("cilin", "词林正韵", ("词林", "词韵"), "19 parts; 词 of the Song"),
            Book("xinyun", "中华新韵", ("新韵",), "14 rhymes; today's standard speech"),
        )
    }
)


def book_named(name: str) -> Book:
    """Return the rhyme book with this key or Chinese name, in either script.

    Raises:
        OptionError: There is no such book.

    >>> book_named("平水韻").key
    'pingshui'
    """
    plain = "".join(map(fold, name))
    for book in BOOKS.values():
        if plain in (book.key, book.name, *book.aliases):
            return book
    known = ", ".join(f"{book.key} ({book.name})" for book in BOOKS.values())
    raise OptionError(
        f"no rhyme book named {name!r}",
        code="book.unknown",
        values={"book": name, "known": [book.name for book in BOOKS.values()]},
        hint=f"choose one of: {known}",
    )


def readings_of(char: str, *, book: str, least: float = 0) -> frozenset[Reading]:
    """Return every reading of a character; empty if the book does not list it.

    Args:
        char: One character, in any script.
        book: Key of a rhyme book.
        least: Minimum percentage of the character's occurrences; readings known to be rarer are
            omitted. `USUAL` is for writing, 0 for checking.

    >>> sorted(readings_of("看", book="pingshui"))
    [Reading(tone='仄', rhyme='翰'), Reading(tone='平', rhyme='寒')]
    """
    table = _readings(book, least)
    # The character's own entry comes first: a book may list a shape that `fold` would replace.
    return table.get(char) or table.get(fold(char)) or frozenset()


def usual_tones_of(char: str, *, book: str) -> frozenset[str]:
    """Return a character's usual tones: those used when writing, and accepted by a check without a
    note.

    >>> sorted(tones_of("不", book="pingshui")), sorted(usual_tones_of("不", book="pingshui"))
    (['仄', '平'], ['仄'])
    """
    return frozenset(reading.tone for reading in readings_of(char, book=book, least=USUAL))


def usual_rhymes_of(char: str, *, book: str, tone: str | None = None) -> frozenset[str]:
    """Return the rhymes of a character's usual readings, in the given tone or in any tone.

    >>> sorted(rhymes_of("逢", book="pingshui")), sorted(usual_rhymes_of("逢", book="pingshui"))
    (['东', '冬', '江'], ['冬'])
    """
    readings = readings_of(char, book=book, least=USUAL)
    return frozenset(reading.rhyme for reading in readings if tone in (None, reading.tone))


def tones_of(char: str, *, book: str) -> frozenset[str]:
    """Return 平, 仄 or both; empty if the book does not list the character.

    >>> sorted(tones_of("看", book="pingshui")), sorted(tones_of("雪", book="xinyun"))
    (['仄', '平'], ['仄'])
    """
    return frozenset(reading.tone for reading in readings_of(char, book=book))


def rhymes_of(char: str, *, book: str, tone: str | None = None) -> frozenset[str]:
    """Return the names of the rhymes that a character belongs to, in the given tone or in any tone.

    >>> rhymes_of("看", book="pingshui", tone="平")
    frozenset({'寒'})
    """
    readings = readings_of(char, book=book)
    return frozenset(reading.rhyme for reading in readings if tone in (None, reading.tone))


def rhyme_names(book: str, tone: str | None = None) -> tuple[str, ...]:
    """Return the names of a book's rhymes in the book's order, for 平, 上, 去 or 入, or for all.

    >>> rhyme_names("pingshui", "平")[:3], len(rhyme_names("pingshui"))
    (('东', '冬', '江'), 106)
    """
    rows = (row.split("\t") for row in table_lines("prosody", "rhymes.tsv"))
    return tuple(
        name
        for key, tones, names in rows
        if key == book and (tone is None or tone in tones)
        for name in names.split()
    )


def rhyme_label(name: str, *, book: str) -> str:
    """Return a rhyme's name as it is usually written.

    >>> rhyme_label("12", book="cilin"), rhyme_label("东", book="pingshui")
    ('第十二部', '东')
    """
    if book != "cilin":
        return name
    tens, ones = divmod(int(name), 10)
    return f"第{'十' if tens else ''}{'一二三四五六七八九'[ones - 1] if ones else ''}部"


def rhymes_with(
    char: str, *, book: str, tone: str | None = None, least: float = USUAL
) -> tuple[str, ...]:
    """List the characters that rhyme with this one in the same tone, most frequent in verse first.

    Args:
        tone: Tone in which to read the character, 平 or 仄; None allows any reading.
        least: As in `readings_of`.

    >>> rhymes_with("来", book="pingshui")[:6]
    ('来', '开', '回', '台', '梅', '才')
    """
    found = readings_of(char, book=book, least=least)
    rhyming = {
        other
        for reading in found
        if tone in (None, reading.tone)
        for other in chars_of(reading, book=book, least=least)
    }
    return tuple(sorted(rhyming, key=_rank))


@cache
def chars_of(reading: Reading, *, book: str, least: float = 0) -> tuple[str, ...]:
    """List every character that has this reading, most frequent in verse first.

    >>> chars_of(Reading("平", "江"), book="pingshui", least=USUAL)[:3]
    ('江', '双', '窗')
    """
    table = _readings(book, least)
    return tuple(sorted((char for char, found in table.items() if reading in found), key=_rank))


def _rank(char: str) -> tuple[int, str]:
    places = _places()
    return places.get(char, len(places)), char


@cache
def _places() -> Mapping[str, int]:
    return MappingProxyType({char: place for place, char in enumerate(common_chars())})


def fold(char: str) -> str:
    """Return the shape under which the books list a character: simplified, with variants merged.

    >>> fold("裏"), fold("里"), fold("峯"), fold("a")
    ('里', '里', '峰', 'a')
    """
    return _shapes().get(char, char)


@cache
def common_chars() -> str:
    """Return the characters that occur in verse, most frequent first."""
    return "".join(table_lines("prosody", "common.txt"))


@cache
def _rows(book: str) -> Mapping[str, str]:
    """Load a book's table: character -> `平寒 去翰`."""
    rows = table_lines("prosody", f"{book_named(book).key}.tsv")
    return MappingProxyType(dict(row.split("\t") for row in rows))


@cache
def _readings(book: str, min_share: float) -> Mapping[str, frozenset[Reading]]:
    """Load the readings of every character, except readings known to be rarer than `min_share`
    percent."""
    # Many characters have the same readings, so each distinct set is built only once.
    made: dict[str, frozenset[Reading]] = {}
    table = {}
    for char, row in _rows(book).items():
        if row not in made:
            made[row] = frozenset(
                Reading("平" if item[0] == "平" else "仄", item[1:]) for item in row.split()
            )
        table[char] = made[row]
    if min_share and book_named(book).key != "xinyun":
        _prune(table, min_share)
    return MappingProxyType(table)


def _prune(table: dict[str, frozenset[Reading]], min_share: float) -> None:
    for row in table_lines("prosody", "rare.tsv"):
        char, rare, share = row.split("\t")
        if char in table and float(share) < min_share:
            table[char] = frozenset(
                reading
                for reading in table[char]
                if reading.tone != rare and reading.tone + reading.rhyme != rare
            )


@cache
def _shapes() -> Mapping[str, str]:
    return MappingProxyType(dict(row.split("\t") for row in table_lines("prosody", "shapes.tsv")))
