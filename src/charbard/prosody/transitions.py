"""Transitions of the machine: which variants, line patterns and rhymes each character leaves
possible.

Pure functions of the plans; `machine` interns and caches their results.

Sets are bits of an integer. A *live* is a variant still possible, with the patterns of its current
line that the characters so far fit. A pattern states which tones each place of a line allows.
"""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from charbard.prosody.lexicon import Kind
from charbard.prosody.plan import VariantPlan

__all__ = ["Groups", "Live", "Transitions", "members"]

T = TypeVar("T")
Live = tuple[int, int]
"""Number of a plan, and the patterns that its current line still fits, as bits."""
Groups = tuple[tuple[int, ...], ...]
"""For each plan and each of its rhymes, the groups it can still have, as bits."""


class Transitions:
    """The transitions between a machine's states.

    Args:
        plans: One plan per variant; they share their slots.
    """

    def __init__(self, plans: Sequence[VariantPlan]) -> None:
        self._plans = plans
        self._slots = plans[0].slots

    def inside(self, at: int, lives: Sequence[Live], tones: int) -> tuple[Live, ...]:
        """Return the lives after a character inside a line, where no rhyme is involved.

        Args:
            at: Its slot.
            lives: The lives before it.
            tones: Tones it can be read in, as bits.
        """
        slot = self._slots[at]
        if slot.place is not None:
            toned = self._toned(slot.line, slot.place, lives, tones)
            lives = [(number, patterns) for number, patterns in toned if patterns]
        assert lives, f"the character at {at} was not an allowed one"
        # Dropping them merges states that differ only in how the line was filled.
        return self._without_patterns(at + 1, lives)

    def across(
        self, at: int, lives: Sequence[Live], groups: Groups, kind: Kind
    ) -> tuple[Sequence[Live], Groups]:
        """Return lives and groups after a character that ends a line, or a mark before a new one.

        Args:
            at: Its slot.
            lives: The lives before it.
            groups: The groups before it.
            kind: The character's kind.
        """
        slot, after = self._slots[at], list(groups)
        if slot.place is not None:
            kept = []
            for number, patterns in self._toned(slot.line, slot.place, lives, kind.tones):
                plan = self._plans[number]
                if (key := plan.rhyme_at(at)) is not None:
                    # Tone and rhyme must hold in one and the same reading: `toned` has looked at
                    # all readings together, `rhyming` looks at those in the pattern's tone.
                    patterns, bits = plan.rhyming(slot.line, patterns, after[number][key], kind)
                    after[number] = _replaced(after[number], key, bits)
                if patterns:
                    kept.append((number, patterns))
            lives = kept
        at += 1
        if at < len(self._slots) and self._slots[at].line != slot.line:
            # A new line begins with every pattern that can be filled and that fits the rhyme.
            line = self._slots[at].line
            lives = [(number, self._plans[number].fitting[line]) for number, _ in lives]
            lives = self.fitting(at, lives, after)
        else:
            lives = self._without_patterns(at, lives)
        # Groups of a variant that is no longer possible are dropped, or two states that allow the
        # same would have different numbers and the machine's tables would grow.
        alive = {number for number, _ in lives}
        return lives, tuple(bits if n in alive else () for n, bits in enumerate(after))

    def fitting(
        self, at: int, lives: Sequence[Live], groups: Sequence[tuple[int, ...]]
    ) -> list[Live]:
        """Keep only patterns whose line can end in a group that its rhyme can still have."""
        if at == len(self._slots) or self._slots[at].place is None:
            return list(lives)
        # At a mark or at the end, tested above, patterns have been dropped already: their empty set
        # must not be mistaken for "no pattern fits".
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
        """Drop the patterns of a completed line: they no longer make a difference."""
        if at == len(self._slots) or self._slots[at].place is None:
            return tuple((number, 0) for number, _ in lives)
        return tuple(lives)


def members(items: Sequence[T], bits: int) -> list[T]:
    """Return the items whose bits are set, the lowest bit for the first item."""
    return [item for place, item in enumerate(items) if bits >> place & 1]


def _replaced(items: tuple[int, ...], place: int, item: int) -> tuple[int, ...]:
    return (*items[:place], item, *items[place + 1 :])
