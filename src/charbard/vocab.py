"""The characters a model knows, each with an id, and back.

Ids 0 and 1 are the end of a record and the unknown character; then comes a marker for each field
a record may be conditioned on, then the marker behind which the text itself begins, then the
characters, most frequent first.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from charbard.errors import BundleError, CorpusError
from charbard.text import variants

__all__ = ["END", "UNKNOWN", "Vocab", "count_chars"]

END = 0
"""Id that begins and ends every record; in a running text it never occurs."""
UNKNOWN = 1
"""Id of every character that is not in the vocabulary; it is read, never written."""
_TEXT = "<text>"


@dataclass(frozen=True)
class Vocab:
    """An ordered set of characters behind a few special symbols.

    >>> vocab = Vocab(chars=("a", "b"), fields=("form",))
    >>> vocab.symbols
    ('<end>', '<unknown>', '<form>', '<text>', 'a', 'b')
    >>> vocab.encode("abc").tolist()
    [4, 5, 1]
    """

    chars: tuple[str, ...]
    fields: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(set(self.chars)) != len(self.chars) or any(len(char) != 1 for char in self.chars):
            raise BundleError(
                "the vocabulary holds a character twice, or an entry that is not one",
                code="model.vocabulary",
            )

    @classmethod
    def from_counts(
        cls, counts: Mapping[str, int], *, min_count: int = 1, fields: Sequence[str] = ()
    ) -> "Vocab":
        """Keep the characters seen at least `min_count` times, most frequent first.

        Raises:
            CorpusError: None is left.
        """
        kept = [char for char, count in counts.items() if count >= min_count]
        if not kept:
            raise CorpusError(
                f"no character occurs {min_count} times or more",
                code="text.rare",
                values={"count": min_count},
                hint="give a longer text, or lower ⟪min_count⟫",
            )
        return cls(tuple(sorted(kept, key=lambda char: (-counts[char], char))), tuple(fields))

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol by id, for people to read."""
        markers = (*(f"<{field}>" for field in self.fields), _TEXT) if self.fields else ()
        return ("<end>", "<unknown>", *markers, *self.chars)

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, char: object) -> bool:
        return char in self._ids

    @cached_property
    def first_char(self) -> int:
        """Id of the first character; every smaller one is special."""
        return len(self.symbols) - len(self.chars)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {char: self.first_char + place for place, char in enumerate(self.chars)}

    @cached_property
    def _table(self) -> NDArray[np.int32]:
        """Id by code point, up to the highest one known; one more slot stands for the rest."""
        points = np.array([ord(char) for char in self.chars])
        table = np.full(int(points.max()) + 2, UNKNOWN, np.int32)
        table[points] = np.arange(self.first_char, len(self))
        return table

    def encode(self, text: str) -> NDArray[np.int32]:
        """One id a character; `UNKNOWN` for those that are not in the vocabulary."""
        return self._table[np.minimum(_points(text), len(self._table) - 1)]

    def decode(self, ids: Iterable[int]) -> str:
        """The characters of these ids; special symbols are left out."""
        return "".join(self.symbols[char_id] for char_id in ids if char_id >= self.first_char)

    def id_of(self, char: str) -> int | None:
        """A character's id, or None."""
        return self._ids.get(char)

    def nearest(self, char: str) -> str | None:
        """The character itself, else the nearest way to write it that is known, else None.

        >>> Vocab(chars=("马",)).nearest("馬")
        '马'
        """
        if char in self:
            return char
        return next((form for form in variants(char) if form in self), None)

    def opening(
        self, *, has_records: bool, fields: Mapping[str, str] = MappingProxyType({})
    ) -> list[int]:
        """What stands before a text.

        Before a record the end of the one before, the fields that are given, in the vocabulary's
        order, and the marker of its text; before a running text a line end, or else the commonest
        character.

        >>> Vocab(chars=("a",), fields=("form",)).opening(has_records=True, fields={"form": "a"})
        [0, 2, 4, 3]
        """
        if has_records:
            ids = [END]
            for name in self.fields:
                if name in fields:
                    ids += [self.marker(name), *self.encode(fields[name]).tolist()]
            return ids if self.text_marker is None else [*ids, self.text_marker]
        newline = self.id_of("\n")
        return [self.first_char if newline is None else newline]

    def with_field(self, opening: Sequence[int], field: str, value: Sequence[int]) -> list[int]:
        """An opening of a record with one more field, the last before its text.

        >>> Vocab(chars=("a",), fields=("form", "rhyme")).with_field([0, 4], "rhyme", [5])
        [0, 3, 5, 4]
        """
        *before, text_marker = opening
        return [*before, self.marker(field), *value, text_marker]

    def announced(self, opening: Sequence[int], field: str) -> list[int]:
        """An opening that ends where the value of one more field is to be written."""
        return [*opening[:-1], self.marker(field)]

    def marker(self, field: str) -> int:
        """Id of the marker that announces a field's value."""
        return 2 + self.fields.index(field)

    @property
    def text_marker(self) -> int | None:
        """Id of the marker that announces the text, if there are fields before it."""
        return 2 + len(self.fields) if self.fields else None


def count_chars(texts: Iterable[str]) -> dict[str, int]:
    """How often each character occurs.

    >>> count_chars(["ab", "a"])
    {'a': 2, 'b': 1}
    """
    totals = np.zeros(sys.maxunicode + 1, np.int64)
    for block in _blocks(texts):
        counts = np.bincount(_points(block))
        totals[: len(counts)] += counts
    return {chr(point): int(totals[point]) for point in np.flatnonzero(totals)}


def _blocks(texts: Iterable[str]) -> Iterator[str]:
    """Short texts joined, so that each count has much to do."""
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text)
        if size >= 1 << 20:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
