"""A vocabulary: the characters that a model knows, mapped to ids and back.

Ids 0 and 1 are the end of a record and the unknown character. They are followed by a marker for
each field that a record may be conditioned on, the marker that precedes the text itself, and the
characters, most frequent first. A vocabulary without fields has no markers.
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
"""Id that begins and ends every record; it never occurs inside running text."""
UNKNOWN = 1
"""Id of every character outside the vocabulary; models read it but never write it."""
_TEXT = "<text>"


@dataclass(frozen=True)
class Vocab:
    """An ordered set of characters, preceded by a few special symbols.

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
        """Build a vocabulary of the characters with a count of at least `min_count`, most frequent
        first.

        Raises:
            CorpusError: No character is frequent enough.
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
        """Printable name of every id, in the order of ids."""
        markers = (*(f"<{field}>" for field in self.fields), _TEXT) if self.fields else ()
        return ("<end>", "<unknown>", *markers, *self.chars)

    def __len__(self) -> int:
        return len(self.symbols)

    def __contains__(self, char: object) -> bool:
        return char in self._ids

    @cached_property
    def first_char(self) -> int:
        """Id of the first character; all smaller ids are special symbols."""
        return len(self.symbols) - len(self.chars)

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {char: self.first_char + place for place, char in enumerate(self.chars)}

    @cached_property
    def _table(self) -> NDArray[np.int32]:
        """Id of each code point up to the highest known one; the last entry is for higher ones."""
        points = np.array([ord(char) for char in self.chars])
        table = np.full(int(points.max()) + 2, UNKNOWN, np.int32)
        table[points] = np.arange(self.first_char, len(self))
        return table

    def encode(self, text: str) -> NDArray[np.int32]:
        """Encode a text, one id per character; unknown characters become `UNKNOWN`."""
        return self._table[np.minimum(_points(text), len(self._table) - 1)]

    def decode(self, ids: Iterable[int]) -> str:
        """Decode ids to characters, skipping special symbols."""
        return "".join(self.symbols[char_id] for char_id in ids if char_id >= self.first_char)

    def id_of(self, char: str) -> int | None:
        """Return a character's id; None if the vocabulary does not have it."""
        return self._ids.get(char)

    def nearest(self, char: str) -> str | None:
        """Return the character itself if it is known, else its nearest known variant, else None.

        >>> Vocab(chars=("马",)).nearest("馬")
        '马'
        """
        if char in self:
            return char
        return next((form for form in variants(char) if form in self), None)

    def opening(
        self, *, has_records: bool, fields: Mapping[str, str] = MappingProxyType({})
    ) -> list[int]:
        """Return the ids that precede a text.

        A record is preceded by the end of the previous record, the given fields in the order of the
        vocabulary, and the text marker. Running text is preceded by a line end or, if the
        vocabulary has none, by the most frequent character.

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
        """Return a record's opening with one more field, inserted just before the text marker.

        >>> Vocab(chars=("a",), fields=("form", "rhyme")).with_field([0, 4], "rhyme", [5])
        [0, 3, 5, 4]
        """
        *before, text_marker = opening
        return [*before, self.marker(field), *value, text_marker]

    def announced(self, opening: Sequence[int], field: str) -> list[int]:
        """Return an opening that ends in a field's marker instead of the text marker."""
        return [*opening[:-1], self.marker(field)]

    def marker(self, field: str) -> int:
        """Return the id of the marker that precedes a field's value."""
        return 2 + self.fields.index(field)

    @property
    def text_marker(self) -> int | None:
        """Id of the marker that precedes the text; None if the vocabulary has no fields."""
        return 2 + len(self.fields) if self.fields else None


def count_chars(texts: Iterable[str]) -> dict[str, int]:
    """Count the occurrences of each character.

    >>> count_chars(["ab", "a"])
    {'a': 2, 'b': 1}
    """
    totals = np.zeros(sys.maxunicode + 1, np.int64)
    for block in _blocks(texts):
        counts = np.bincount(_points(block))
        totals[: len(counts)] += counts
    return {chr(point): int(totals[point]) for point in np.flatnonzero(totals)}


def _blocks(texts: Iterable[str]) -> Iterator[str]:
    """Join short texts into blocks, because counting many short texts one by one is slow."""
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
    # A lone surrogate, as in broken JSON, must become an unknown character and not an error.
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
