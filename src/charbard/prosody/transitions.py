"""Transitions of the machine: which variants, line patterns and rhymes each character leaves
possible.

The functions depend only on the plans; `machine` interns and caches their results.

Sets are stored as integer bitmasks. A *live variant* is one that is still possible, together with
the patterns of its current line that match the characters so far. A pattern states which tones each
place of a line allows.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from charbard.prosody.lexicon import Kind
from charbard.prosody.plan import VariantPlan

__all__ = ["Groups", "Live", "Transitions", "members"]

T = TypeVar("T")
Live = tuple[int, int]
"""A live variant: (number of its plan, patterns that its current line still fits, as bits)."""
Groups = tuple[tuple[int, ...], ...]
"""For each plan and each of its rhymes, the groups that are still possible, as bits."""


class Transitions:
    """The transitions between a machine's states.

    Args:
        plans: One plan per variant, all with the same slots.
    """

    def __init__(self, plans: Sequence[VariantPlan]) -> None:
        self._plans = plans
        self._slots = plans[0].slots

    def inside(self, at: int, lives: Sequence[Live], tones: int) -> tuple[Live, ...]:
        """Return the live variants after a character inside a line, where no rhyme is involved.

        Args:
            at: Slot of the character.
            lives: The live variants before the character.
            tones: Possible tones of the character, as bits.
        """
        slot = self._slots[at]
        if slot.place is not None:
            toned = self._toned(slot.line, slot.place, lives, tones)
            lives = [(number, patterns) for number, patterns in toned if patterns]
        assert lives, f"the character at {at} was not an allowed one"
        # Dropping the patterns of a finished line merges states that differ only in these patterns.
        return self._without_patterns(at + 1, lives)

    def across(
        self, at: int, lives: Sequence[Live], groups: Groups, kind: Kind
    ) -> tuple[Sequence[Live], Groups]:
        """Return the live variants and groups after a slot that ends a line: its last character, or
        the mark that precedes the next line.

        Args:
            at: The slot.
            lives: The live variants before the character.
            groups: The possible groups before the character.
            kind: Kind of the character.
        """
        slot, after = self._slots[at], list(groups)
        if slot.place is not None:
            kept = []
            for number, patterns in self._toned(slot.line, slot.place, lives, kind.tones):
                plan = self._plans[number]
                if (key := plan.rhyme_at(at)) is not None:
                    # Tone and rhyme must fit in the same reading: `_toned` has considered all
                    # readings together, and `rhyming` considers the readings in the pattern's tone.
                    patterns, bits = plan.rhyming(slot.line, patterns, after[number][key], kind)
                    after[number] = _replaced(after[number], key, bits)
                if patterns:
                    kept.append((number, patterns))
            lives = kept
        at += 1
        if at < len(self._slots) and self._slots[at].line != slot.line:
            # A new line begins with every pattern that can be filled and fits the line's rhyme.
            line = self._slots[at].line
            lives = [(number, self._plans[number].fitting[line]) for number, _ in lives]
            lives = self.fitting(at, lives, after)
        else:
            lives = self._without_patterns(at, lives)
        # Drop the groups of variants that are no longer possible: otherwise equivalent states would
        # get different numbers, and the machine's tables would grow.
        alive = {number for number, _ in lives}
        return lives, tuple(bits if n in alive else () for n, bits in enumerate(after))

    def fitting(
        self, at: int, lives: Sequence[Live], groups: Sequence[tuple[int, ...]]
    ) -> list[Live]:
        """Keep only the patterns under which the line can end in a group that is still possible."""
        if at == len(self._slots) or self._slots[at].place is None:
            return list(lives)
        # The test above is needed because at a mark or at the end the patterns are already dropped:
        # the empty set must not be taken to mean that no pattern fits.
        line, kept = self._slots[at].line, []
        for number, patterns in lives:
            plan = self._plans[number]
            if (key := plan.keys[line]) is not None:
                patterns = sum(
                    1 << place
                    for place, ends in enumerate(plan.endings[line])
                    if patterns >> place & 1 and ends & groups[number][key]
                )
            if patterns:
                kept.append((number, patterns))
        return kept

    def _toned(self, line: int, place: int, lives: Sequence[Live], tones: int) -> Iterator[Live]:
        """Keep the patterns that allow one of these tones at a place."""
        for number, patterns in lives:
            wanted = self._plans[number].patterns[line]
            yield (
                number,
                sum(
                    1 << pattern
                    for pattern, allowed in enumerate(wanted)
                    if patterns >> pattern & 1 and allowed[place] & tones
                ),
            )

    def _without_patterns(self, at: int, lives: Sequence[Live]) -> tuple[Live, ...]:
        """Drop the patterns at a mark or at the end, where the completed line's patterns no longer
        matter."""
        if at == len(self._slots) or self._slots[at].place is None:
            return tuple((number, 0) for number, _ in lives)
        return tuple(lives)


def members(items: Sequence[T], bits: int) -> list[T]:
    """Return the items whose bits are set; the lowest bit belongs to the first item."""
    return [item for place, item in enumerate(items) if bits >> place & 1]


def _replaced(items: tuple[int, ...], place: int, item: int) -> tuple[int, ...]:
    return (*items[:place], item, *items[place + 1 :])
