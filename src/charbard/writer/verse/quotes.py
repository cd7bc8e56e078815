"""Human-written poems that ship with the package, for quotations and games.

Source: `data/quotes.tsv` and `data/little_known.tsv`, which `scripts/write_quotes.py` draws from
the corpus of verse (docs/data.md). None of the poems is in the split `heldout`.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from types import MappingProxyType

from charbard.prosody.poem import is_han
from charbard.tables import table_lines

__all__ = ["Known", "Quote", "little_known", "quoted", "quotes_near", "quotes_with", "verse_with"]

_SENTENCE = re.compile("[^。]+。")
_TITLE = 0.6
"""Weight of a match in the title, relative to one in the quoted lines."""


@dataclass(frozen=True)
class Known:
    """A poem by a human poet, as opposed to a generated one."""

    dynasty: str
    author: str
    title: str
    form: str
    text: str


@dataclass(frozen=True)
class Quote:
    """Two lines of a poem, with their source."""

    text: str
    poem: Known

    def as_dict(self) -> dict[str, str]:
        """Return the lines with their source, for JSON."""
        poem = self.poem
        return {
            "text": self.text,
            "dynasty": poem.dynasty,
            "author": poem.author,
            "title": poem.title,
        }


def little_known() -> tuple[Known, ...]:
    """Load little-known quatrains that no shipped model was trained on."""
    return _poems("little_known.tsv")


def quoted() -> tuple[Known, ...]:
    """Load the well-known poems that lines may be quoted from."""
    return _poems("quotes.tsv")


def quotes_near(theme: str, *, most: int = 6) -> list[Quote]:
    """Return the quotations that share the most with a theme, at most one from each poem.

    Each shared character or pair counts by its rarity, and counts less in the poem's title.

    >>> [quote.poem.title for quote in quotes_near("登鹳雀楼", most=1)]
    ['登鹳雀楼']
    """
    wanted = _wanted(theme)
    found: dict[str, tuple[float, Quote]] = {}
    for quote in _quotes():
        worth = sum(weight for part, weight in wanted.items() if part in quote.text)
        worth += _TITLE * sum(weight for part, weight in wanted.items() if part in quote.poem.title)
        if worth > found.get(quote.poem.text, (0.0, quote))[0]:
            found[quote.poem.text] = worth, quote
    best = sorted(found.values(), key=lambda pair: -pair[0])
    return [quote for _, quote in best[:most]]


def _wanted(theme: str) -> Mapping[str, float]:
    """Return the weights of a theme's characters and pairs; a pair weighs as much as both its
    characters."""
    chars = [char for char in theme if is_han(char)]
    single = {char: _weights().get(char, 0.0) for char in chars}
    return single | {a + b: single[a] + single[b] for a, b in pairwise(chars)}


def quotes_with(char: str, *, without: Collection[str] = ()) -> list[Quote]:
    """Return the quotations that contain a character, except those with a line already used."""
    return [
        quote
        for quote in _quotes()
        if char in quote.text and not any(said and said in quote.text for said in without)
    ]


def verse_with(chars: str) -> Quote | None:
    """Return a quotation with these characters in a row or, failing that, anywhere in it.

    >>> verse_with("明月").text.count("明月")
    1
    """
    together = next((quote for quote in _quotes() if chars in quote.text), None)
    wanted = Counter(chars)
    held = (quote for quote in _quotes() if wanted <= Counter(quote.text))
    return together or next(held, None)


@cache
def _poems(name: str) -> tuple[Known, ...]:
    return tuple(Known(*row.split("\t")) for row in table_lines("writer", name))


@cache
def _quotes() -> tuple[Quote, ...]:
    return tuple(Quote(found, poem) for poem in quoted() for found in _SENTENCE.findall(poem.text))


@cache
def _weights() -> Mapping[str, float]:
    """Return the inverse document frequency of each character, in nats."""
    counts = Counter(char for quote in _quotes() for char in set(quote.text))
    return MappingProxyType({char: math.log(len(_quotes()) / n) for char, n in counts.items()})
