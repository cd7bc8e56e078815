"""Prevent stutters: characters doubled where verse does not double them (寸心心).

A stutter depends on slots and on the ids that may be doubled in each slot, not on tones or rhymes.
"""

from collections.abc import Sequence
from typing import NamedTuple

from charbard.prosody.plan import Slot

__all__ = ["Before", "Stutter"]


class Before(NamedTuple):
    """What has just been written in the current line."""

    last: int | None = None
    """Id of the last character; None at the beginning of a line."""
    is_double: bool = False
    """Whether the last two characters are equal, so that a third one would stutter."""


class Stutter:
    """The ids that would stutter in each slot of a text.

    Args:
        slots: The slots of the text, with given characters and permitted doublings.
        size: Number of ids in the vocabulary.
    """

    def __init__(self, slots: Sequence[Slot], size: int) -> None:
        self._doubled = [slot.doubled for slot in slots]
        self._goes_on = [_is_inside(slots, at, at + 1) for at in range(len(slots))]
        self._given = [_given_after(slots, at) for at in range(len(slots))]
        self._undoubled = [_undoubled(slots, at, size) for at in range(len(slots))]

    def ids(self, at: int, before: Before) -> frozenset[int]:
        """Return the ids that would stutter in a slot, given the characters on either side."""
        last, doubled = before.last, self._doubled[at]
        given, is_odd = self._given[at]
        # A given character cannot be barred from the next slot, so a stutter with it is prevented
        # here, one slot early.
        odd = [given] if given is not None and (is_odd or given == last) else []
        # Three equal characters in a row stutter even where a pair is permitted.
        if last is not None and (before.is_double or (doubled is not None and last not in doubled)):
            odd.append(last)
        return self._undoubled[at].union(odd) if odd else self._undoubled[at]

    def after(self, at: int, before: Before, char_id: int) -> Before:
        """Return the `Before` of the next slot after a character is written in this slot."""
        return Before(char_id, char_id == before.last) if self._goes_on[at] else _NOTHING


_NOTHING = Before()


def _is_inside(slots: Sequence[Slot], at: int, after: int) -> bool:
    """Return whether two slots are both characters of the same line."""
    if after >= len(slots) or slots[at].line != slots[after].line:
        return False
    return slots[at].place is not None and slots[after].place is not None


def _undoubled(slots: Sequence[Slot], at: int, size: int) -> frozenset[int]:
    """Return the ids that may not be doubled if the next slot echoes this one, else no ids."""
    # `not kept` covers two cases: None permits all ids, and an empty set would bar every id, which
    # a rule of style must never do.
    if at + 1 == len(slots) or slots[at + 1].echo != at or not (kept := slots[at + 1].doubled):
        return frozenset()
    return frozenset(range(size)) - kept


def _given_after(slots: Sequence[Slot], at: int) -> tuple[int | None, bool]:
    """Return the character given for the next slot, and whether the same character would stutter in
    this slot.

    A character that may be doubled stutters only before a given pair, which it would turn into
    three.
    """
    if not _is_inside(slots, at, at + 1) or (given := slots[at + 1].locked) is None:
        return None, False
    doubled = slots[at + 1].doubled
    is_odd = doubled is not None and given not in doubled
    return given, is_odd or (_is_inside(slots, at, at + 2) and slots[at + 2].locked == given)
