"""A vocabulary classified by a rhyme book: which ids fit a required tone or rhyme.

A lexicon has ids and readings, not probabilities. It is built once per vocabulary and book, and
shared by all machines.

A vocabulary has thousands of characters but far fewer distinct sets of readings. All rules are
therefore evaluated per *kind* (K), and one gather spreads the result over the ids (V).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from charbard.prosody.book import USUAL, readings_of
from charbard.prosody.doubled import doubled_at
from charbard.vocab import Vocab

__all__ = ["ANY", "LEVEL", "OBLIQUE", "SYMBOLS", "Kind", "Lexicon", "kind_of", "listed"]

Mask = NDArray[np.bool_]
LEVEL, OBLIQUE = 1, 2
ANY = LEVEL | OBLIQUE
SYMBOLS = {"平": LEVEL, "仄": OBLIQUE, "中": ANY}
"""Symbol of a pattern -> the tones that satisfy it, as bits."""
_NONE = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class Kind:
    """The tones and rhymes of a character; a form cannot distinguish characters of one kind."""

    tones: int
    """Possible tones, as bits."""
    level: int
    """Rhyme groups of the level readings, as bits by group number."""
    oblique: int
    """Rhyme groups of the oblique readings, as bits by group number."""

    def groups(self, tones: int) -> int:
        """Return, as bits, the rhyme groups of the readings in these tones."""
        return (self.level if tones & LEVEL else 0) | (self.oblique if tones & OBLIQUE else 0)


@dataclass(frozen=True, eq=False)
class Lexicon:
    """A vocabulary's ids, classified by one rhyme book.

    Shapes: V symbols of the vocabulary, K kinds, G rhyme groups. Arrays are never modified.
    """

    vocab: Vocab
    book: str
    groups: tuple[str, ...]
    """Names of the rhyme groups; a group's number is its index here."""
    number: Mapping[str, int]
    """Name of a group -> its number."""
    kinds: tuple[Kind, ...]
    kind_V: NDArray[np.int32]
    """Number of the kind of each id; 0 is the kind of ids without a reading."""
    tones_K: NDArray[np.int64]
    """Tones of each kind, as bits."""
    groups_KG: Mapping[int, NDArray[np.bool_]]
    """Set of tones (as bits) -> for each kind, the groups of its readings in these tones."""
    choosable_V: Mask
    """Ids that may be chosen in writing; a user can still give other characters."""
    _doubled: dict[tuple[str, int, int], frozenset[int] | None] = field(default_factory=dict)

    @classmethod
    def build(
        cls, vocab: Vocab, book: str, *, least: float = USUAL, unwritten: str = ""
    ) -> "Lexicon":
        """Classify every character of a vocabulary.

        Args:
            vocab: The characters and their ids.
            book: Key of a rhyme book.
            least: Omit rarer readings, as in `book.readings_of`; writing uses `USUAL`.
            unwritten: Characters that are never chosen, such as unusual spellings.
        """
        found = [readings_of(char, book=book, least=least) for char in vocab.chars]
        # Many characters have the same readings, so each distinct set gets its kind only once.
        distinct = dict.fromkeys(found)
        names = sorted({reading.rhyme for readings in distinct for reading in readings}, key=_order)
        number = {name: place for place, name in enumerate(names)}
        # Kind 0 is reserved for special ids and for characters that the book does not list. They
        # are never chosen.
        kinds: dict[Kind, int] = {Kind(0, 0, 0): 0}
        places = {
            readings: kinds.setdefault(kind_of(readings, number), len(kinds))
            for readings in distinct
        }
        kind_V = np.zeros(len(vocab), np.int32)
        kind_V[vocab.first_char :] = [places[readings] for readings in found]
        tones_K = np.array([kind.tones for kind in kinds])
        groups_KG = {
            bits: _unpacked([kind.groups(bits) for kind in kinds], len(names))
            # A pattern can require no other sets of tones, so these tables serve every rhyme mask.
            for bits in (LEVEL, OBLIQUE, ANY)
        }
        choosable_V: Mask = kind_V != 0
        choosable_V[vocab.encode(unwritten)] = False
        return cls(
            vocab, book, tuple(names), number, tuple(kinds), kind_V, tones_K, groups_KG, choosable_V
        )

    def toned(self, tones: int) -> Mask:
        """Return the mask (V,) of ids that have one of these tones."""
        mask: Mask = (self.tones_K[self.kind_V] & tones).astype(bool)
        return mask

    def doubled(self, kind: str, length: int, place: int) -> frozenset[int] | None:
        """Return the ids that may repeat the character before them; None allows all ids.

        Args:
            kind: Kind of the form, as in `Form.kind`.
            length: Number of characters in the line.
            place: 0-based place of the second of the two characters.
        """
        # Results are cached here because machines are compiled often and share this lexicon.
        key = (kind, length, place)
        if key not in self._doubled:
            chars = doubled_at(kind, length, place - 1)
            ids = None if chars is None else [self.vocab.id_of(char) for char in chars]
            known = None if ids is None else frozenset(each for each in ids if each is not None)
            self._doubled[key] = known
        return self._doubled[key]

    def rhyming(self, tones: int, groups: int) -> Mask:
        """Return the mask (V,) of ids that rhyme in one of these groups (as bits) when read in one
        of these tones."""
        # Decide per kind before spreading over the ids: there are far fewer kinds than ids.
        chosen = _unpacked([groups], len(self.groups))[0]
        rhymes_K: Mask = np.any(self.groups_KG[tones][:, chosen], axis=1)
        mask: Mask = rhymes_K[self.kind_V]
        return mask


def kind_of(readings: Iterable[tuple[str, str]], number: Mapping[str, int]) -> Kind:
    """Return the kind of a character with these readings; groups without a number are ignored.

    >>> kind_of([("平", "东"), ("仄", "送")], {"东": 0, "送": 1})
    Kind(tones=3, level=1, oblique=2)
    """
    tones, groups = 0, {LEVEL: 0, OBLIQUE: 0}
    for tone, group in readings:
        tones |= SYMBOLS[tone]
        if group in number:
            groups[SYMBOLS[tone]] |= 1 << number[group]
    return Kind(tones, groups[LEVEL], groups[OBLIQUE])


def listed(ids: frozenset[int], mask: Mask) -> NDArray[np.int32]:
    """Return the given ids that are set in the mask, in ascending order."""
    if not ids:
        return _NONE
    found = np.fromiter(ids, np.int32, len(ids))
    found = found[mask[found]]
    found.sort()
    return found


def _unpacked(bits: Sequence[int], size: int) -> NDArray[np.bool_]:
    """Expand integers to booleans of shape (len(bits), size), lowest bit first."""
    # A book has up to 106 groups, too many for an int64, so the bits are unpacked from bytes.
    width = (size + 7) // 8
    packed = np.frombuffer(b"".join(each.to_bytes(width, "little") for each in bits), np.uint8)
    found = np.unpackbits(packed.reshape(len(bits), width), axis=1, bitorder="little")
    return found[:, :size].astype(np.bool_)


def _order(name: str) -> tuple[int, str]:
    """Return a sort key that orders numbered parts by number, and named groups by name."""
    return (int(name), "") if name.isdecimal() else (0, name)
