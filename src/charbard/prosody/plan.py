"""The plan of one variant: what the specification determines before writing begins.

A plan lists the slots of the text, the patterns of each line that can be filled, and the groups
that all lines of a rhyme can share. Sets of patterns and of groups are bits of an integer; -1 has
all bits set and is the set that excludes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.prosody.form import Variant
from charbard.prosody.lexicon import ANY, SYMBOLS, Kind, Lexicon, Mask

__all__ = ["UNKNOWN_KIND", "Need", "Pool", "Slot", "VariantPlan", "plan_variant"]

UNKNOWN_KIND = Kind(ANY, -1, -1)
"""Kind of a given character that the book does not list: it fits every tone and every rhyme."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One character position of the text."""

    line: int
    place: int | None
    """0-based place in the line; None for the mark after the line."""
    locked: int | None = None
    """The only id that is possible here; None leaves the slot open."""
    kind: Kind | None = None
    """Kind of the locked character, if any."""
    banned: frozenset[int] = frozenset()
    """Ids ruled out in this slot, in addition to ids that are banned everywhere."""
    doubled: frozenset[int] | None = frozenset()
    """Ids that may repeat the character before this slot; None allows all ids."""
    echo: int | None = None
    """Index of the earlier slot whose character this slot repeats."""


@dataclass(frozen=True, eq=False)
class VariantPlan:
    """What a specification determines about one variant.

    Patterns of a line are numbered; sets of patterns and of rhyme groups are bits of an integer.
    """

    name: str
    slots: tuple[Slot, ...]
    patterns: tuple[tuple[tuple[int, ...], ...], ...]
    """For each line and pattern, the tones allowed at each place, as bits."""
    fitting: tuple[int, ...]
    """For each line, the patterns that can be filled."""
    endings: tuple[tuple[int, ...], ...]
    """For each line and pattern, the groups in which the last character can rhyme."""
    keys: tuple[int | None, ...]
    """For each line, the number of its rhyme; None if the line need not rhyme."""
    groups: tuple[int, ...]
    """For each rhyme, the groups that all its lines can share."""

    @property
    def is_feasible(self) -> bool:
        """Whether every line has a pattern that can be filled, and every rhyme a possible group."""
        return all(self.fitting) and all(self.groups)

    def rhyme_at(self, at: int) -> int | None:
        """Return the number of the rhyme if a slot is for a rhyme word, else None."""
        slot = self.slots[at]
        # All patterns of a line have the same length, so the first one shows where the line ends.
        if slot.place is None or slot.place + 1 < len(self.patterns[slot.line][0]):
            return None
        return self.keys[slot.line]

    @property
    def spans(self) -> tuple[slice, ...]:
        """The slice of the text that each line takes up, with its mark."""
        slots = self.slots
        starts = [at for at, slot in enumerate(slots) if at == 0 or slot.line != slots[at - 1].line]
        return tuple(slice(a, b) for a, b in zip(starts, [*starts[1:], len(slots)], strict=True))

    def rhyming(self, line: int, patterns: int, groups: int, kind: Kind) -> tuple[int, int]:
        """Return (patterns under which a character of this kind rhymes in one of the groups, the
        groups in which it then rhymes)."""
        kept, found = 0, 0
        for place, pattern in enumerate(self.patterns[line]):
            # Only readings in the pattern's own tone count: 看 rhymes in 寒 when read level, and in
            # 翰 when read oblique.
            ends = self.endings[line][place] & groups & kind.groups(pattern[-1])
            if patterns >> place & 1 and ends:
                kept |= 1 << place
                found |= ends
        return kept, found


class Pool:
    """The ids from which a writer may choose, with counts of how many satisfy each demand.

    Args:
        lexicon: The vocabulary in one rhyme book.
        allowed: Mask (V,) of the ids that may be chosen.
        taken: Locked ids that must not be written again. They are not counted, but stay in masks,
            because a locked character may still be doubled.
    """

    def __init__(self, lexicon: Lexicon, allowed: Mask, taken: Iterable[int] = ()) -> None:
        self.lexicon = lexicon
        self.allowed = allowed
        self._fresh = allowed.copy()
        self._fresh[list(taken)] = False
        self._count_K = np.bincount(lexicon.kind_V[self._fresh], minlength=len(lexicon.kinds))
        self._masks: dict[int, Mask] = {}
        self._sizes: dict[tuple[int, frozenset[int]], int] = {}

    def tone_size(self, tones: int, banned: frozenset[int]) -> int:
        """Count the ids that have one of these tones."""
        key = (tones, banned)
        # Every place of every variant needs a count, but few tones and bans are distinct.
        if key not in self._sizes:
            fits = self.lexicon.tones_K & tones != 0
            self._sizes[key] = int(self._counts(banned)[fits].sum())
        return self._sizes[key]

    def group_sizes(self, tones: int, banned: frozenset[int]) -> NDArray[np.int64]:
        """Count, for each group (G,), the ids that rhyme in it when read in one of these tones."""
        return self._counts(banned) @ self.lexicon.groups_KG[tones].astype(np.int64)

    def groups(self, tones: int, banned: frozenset[int], at_least: int) -> int:
        """Return, as bits, the groups that have at least this many ids."""
        large = np.flatnonzero(self.group_sizes(tones, banned) >= at_least)
        # `tolist` yields Python integers, as it must: a book has up to 106 groups, and shifting by
        # an np.int64 overflows at 64.
        return sum(1 << group for group in large.tolist())

    def rhyming_ids(self, tones: int, group: int, banned: frozenset[int]) -> frozenset[int]:
        """Return the ids that `group_sizes` counts for this group."""
        mask = self._fresh & self.lexicon.rhyming(tones, 1 << group)
        return frozenset(np.flatnonzero(mask).tolist()) - banned

    def mask(self, tones: int) -> Mask:
        """Return the mask (V,) of allowed ids that have one of these tones."""
        if tones not in self._masks:
            self._masks[tones] = self.lexicon.toned(tones) & self.allowed
        return self._masks[tones]

    def rhyme_mask(self, tones: int, groups: int) -> Mask:
        """Return the mask (V,) of allowed ids that rhyme in one of these groups when read in one of
        these tones."""
        return self.lexicon.rhyming(tones, groups) & self.allowed

    def _counts(self, banned: frozenset[int]) -> NDArray[np.int64]:
        """Count, for each kind (K,), the ids that can be chosen and are not banned."""
        # There are few bans, so subtract them by kind instead of counting the vocabulary again.
        out = [char for char in banned if self._fresh[char]]
        if not out:
            return self._count_K
        gone = np.bincount(self.lexicon.kind_V[out], minlength=len(self._count_K))
        return self._count_K - gone


@dataclass(frozen=True, slots=True)
class Need:
    """Minimum number of ids that a slot needs, so that other slots cannot use them all up."""

    body: int = 1
    rhyme: int = 1


def plan_variant(
    variant: Variant,
    slots: Sequence[Slot],
    pool: Pool,
    wanted: Sequence[int],
    need: Need,
) -> VariantPlan:
    """Find which patterns of a variant can be filled, and which groups its rhymes can have.

    Args:
        variant: The variant to plan.
        slots: All characters and marks of the text, including locks.
        pool: Ids from which the writer may choose.
        wanted: For each rhyme, the groups that the specification allows, as bits.
        need: Minimum number of ids that each slot needs.
    """
    # Rhymes are numbered by first occurrence, which is the order of `FormSpec.rhyme`.
    names = list(dict.fromkeys(line.rhyme for line in variant.lines if line.rhyme is not None))
    keys = tuple(None if line.rhyme is None else names.index(line.rhyme) for line in variant.lines)
    groups = [wanted[key] if key < len(wanted) else -1 for key in range(len(names))]
    by_line: dict[int, list[Slot]] = {}
    for slot in slots:
        if slot.place is not None:
            by_line.setdefault(slot.line, []).append(slot)
    # 1) Find the groups in which each line can end under each pattern. A rhyme keeps only groups in
    #    which all its lines can end.
    patterns, endings = [], []
    for number, line in enumerate(variant.lines):
        tones = tuple(tuple(SYMBOLS[symbol] for symbol in pattern) for pattern in line.patterns)
        rhymed = keys[number] is not None
        ends = tuple(
            _ending(pattern, by_line[number], pool, need, rhymed=rhymed) for pattern in tones
        )
        if (key := keys[number]) is not None:
            groups[key] &= _union(ends)
        patterns.append(tones)
        endings.append(ends)
    # 2) Replace -1 (all bits) by the groups that exist, because later steps list and count groups.
    everything = (1 << len(pool.lexicon.groups)) - 1
    groups = [bits & everything for bits in groups]
    # 3) A pattern fits only if its line can end in a group that all lines of its rhyme share.
    fitting = [_open_at(ends, keys[at], groups) for at, ends in enumerate(endings)]
    return VariantPlan(
        variant.name,
        tuple(slots),
        tuple(patterns),
        tuple(fitting),
        tuple(endings),
        keys,
        tuple(groups),
    )


def _ending(
    pattern: Sequence[int], slots: Sequence[Slot], pool: Pool, need: Need, *, rhymed: bool
) -> int:
    """Return the groups in which a line can end under this pattern; -1 if the line need not rhyme.

    The result is 0 if the pattern cannot be filled at all.
    """
    # The last character of a rhymed line is judged by its groups, all others by tone alone.
    body = len(slots) - rhymed
    for tones, slot in zip(pattern[:body], slots[:body], strict=True):
        if slot.kind is not None:
            if not slot.kind.tones & tones:
                return 0
        elif pool.tone_size(tones, slot.banned) < need.body:
            return 0
    if not rhymed:
        return -1
    last = slots[-1]
    if last.kind is not None:
        return last.kind.groups(pattern[-1])
    return pool.groups(pattern[-1], last.banned, need.rhyme)


def _open_at(ends: Sequence[int], key: int | None, groups: Sequence[int]) -> int:
    wanted = -1 if key is None else groups[key]
    # If a line need not rhyme, `end` and `wanted` are -1, so only a pattern that cannot be filled
    # (0) drops out.
    return sum(1 << at for at, end in enumerate(ends) if end & wanted)


def _union(bits: Sequence[int]) -> int:
    found = 0
    for more in bits:
        found |= more
    return found
