"""A vocabulary seen through a rhyme book: which ids can stand where a tone or a rhyme is asked.

Knows ids and readings, no probabilities. Built once for a vocabulary, shared by every machine.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.prosody.book import readings_of
from charbard.vocab import Vocab

__all__ = ["ANY", "LEVEL", "OBLIQUE", "SYMBOLS", "Kind", "Lexicon", "kind_of"]

Mask = NDArray[np.bool_]
LEVEL, OBLIQUE = 1, 2
ANY = LEVEL | OBLIQUE
SYMBOLS = {"平": LEVEL, "仄": OBLIQUE, "中": ANY}
"""What a position of a pattern asks for, as bits of tones that would do."""


@dataclass(frozen=True, slots=True)
class Kind:
    """All that a form can see of a character: characters of one kind are interchangeable."""

    tones: int
    """Bits: which tones it can have."""
    level: int
    """Bits by number of the group: where it rhymes when read level."""
    oblique: int
    """The same when read oblique."""

    def groups(self, tones: int) -> int:
        """Bits of the groups it rhymes with in a reading of one of these tones."""
        return (self.level if tones & LEVEL else 0) | (self.oblique if tones & OBLIQUE else 0)


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Masks over a vocabulary's ids, by tone and by rhyme.

    Shapes: V symbols of the vocabulary. Arrays are shared and never written to.
    """

    vocab: Vocab
    book: str
    groups: tuple[str, ...]
    """Names of the rhyme groups; a group's number is its place here."""
    number: Mapping[str, int]
    """Number of each group."""
    kinds: tuple[Kind, ...]
    kind_V: NDArray[np.int32]
    """Number of each id's kind; 0 is the kind of ids that have no reading."""
    tones: Mapping[int, Mask]
    """(V,) by bits of `SYMBOLS`: ids that have one of these tones."""
    rhymes: Mapping[tuple[int, int], Mask]
    """(V,) by (bits of tones, group number)."""

    @classmethod
    def build(cls, vocab: Vocab, book: str, *, pruned: bool = True) -> "Lexicon":
        """Look every character of a vocabulary up.

        Args:
            vocab: The characters and their ids.
            book: Key of a rhyme book.
            pruned: Leave out readings that verse hardly uses, as a writer should.
        """
        found = [readings_of(char, book=book, pruned=pruned) for char in vocab.chars]
        names = sorted({reading.rhyme for readings in found for reading in readings}, key=_order)
        number = {name: place for place, name in enumerate(names)}
        kinds: dict[Kind, int] = {Kind(0, 0, 0): 0}
        kind_V = np.zeros(len(vocab), np.int32)
        for place, readings in enumerate(found):
            kind = kind_of(readings, number)
            kind_V[vocab.first_char + place] = kinds.setdefault(kind, len(kinds))
        tones, rhymes = _masks(tuple(kinds), kind_V, len(names))
        return cls(vocab, book, tuple(names), number, tuple(kinds), kind_V, tones, rhymes)


    def rhyming(self, tones: int, group: int) -> Mask:
        """(V,) ids that rhyme in a group in a reading of one of these tones."""
        return self.rhymes[tones, group]


def kind_of(readings: Iterable[tuple[str, str]], number: Mapping[str, int]) -> Kind:
    """A character's kind from its readings; groups without a number are left out.

    >>> kind_of([("平", "东"), ("仄", "送")], {"东": 0, "送": 1})
    Kind(tones=3, level=1, oblique=2)
    """
    tones, groups = 0, {LEVEL: 0, OBLIQUE: 0}
    for tone, group in readings:
        tones |= SYMBOLS[tone]
        if group in number:
            groups[SYMBOLS[tone]] |= 1 << number[group]
    return Kind(tones, groups[LEVEL], groups[OBLIQUE])


def _masks(
    kinds: tuple[Kind, ...], kind_V: NDArray[np.int32], num_groups: int
) -> tuple[dict[int, Mask], dict[tuple[int, int], Mask]]:
    """Decide for each kind, then spread over the ids."""
    tones = {
        bits: np.array([bool(kind.tones & bits) for kind in kinds])[kind_V]
        for bits in (LEVEL, OBLIQUE, ANY)
    }
    rhymes = {}
    for bits in (LEVEL, OBLIQUE, ANY):
        of_kind = [kind.groups(bits) for kind in kinds]
        for group in range(num_groups):
            has = np.array([bool(groups >> group & 1) for groups in of_kind])
            rhymes[bits, group] = has[kind_V]
    for mask in (*tones.values(), *rhymes.values()):
        mask.setflags(write=False)
    return tones, rhymes


def _order(name: str) -> tuple[int, str]:
    """Numbered parts by number, named groups by name."""
    return (int(name), "") if name.isdecimal() else (0, name)
