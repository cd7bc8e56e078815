"""One variant of a form, laid out slot by slot, with all that is known before writing begins.

Everything here follows from the specification alone, computed backward from the end: which patterns
of a line can be filled, and which rhyme groups all lines of a rhyme can share. Sets of patterns and
of groups are bits of an integer; -1, all bits set, is the set that excludes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.prosody.form import Variant
from charbard.prosody.lexicon import ANY, SYMBOLS, Kind, Lexicon, Mask

__all__ = ["UNKNOWN_KIND", "Need", "Pool", "Slot", "VariantPlan", "plan_variant"]

UNKNOWN_KIND = Kind(ANY, -1, -1)
"""Kind of a given character without readings: no book contradicts it, so it fits everywhere."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One character position of the text."""

    line: int
    place: int | None
    """Place in the line; None for the mark after it."""
    locked: int | None = None
    """The one id that is possible here."""
    kind: Kind | None = None
    """Kind of a locked character."""
    banned: frozenset[int] = frozenset()
    """Ids ruled out here, beyond those banned everywhere."""
    doubled: frozenset[int] | None = frozenset()
    """Ids that may repeat the character before this slot; None allows all."""
    echo: int | None = None
    """The earlier slot whose character this one repeats."""


@dataclass(frozen=True, eq=False)
class VariantPlan:
    """One variant under one specification.

    Patterns of a line are numbered; sets of patterns and of rhyme groups are bits of an integer.
    """

    name: str
    slots: tuple[Slot, ...]
    patterns: tuple[tuple[tuple[int, ...], ...], ...]
    """For each line and pattern, the tones allowed at each place, as bits."""
    fitting: tuple[int, ...]
    """For each line, the patterns that can be filled."""
    endings: tuple[tuple[int, ...], ...]
    """For each line and pattern, the groups its last character can rhyme in."""
    keys: tuple[int | None, ...]
    """For each line, the number of its rhyme; None if it need not rhyme."""
    groups: tuple[int, ...]
    """For each rhyme, the groups that all of its lines can share."""

    @property
    def is_feasible(self) -> bool:
        """Whether any text satisfies the plan."""
        return all(self.fitting) and all(self.groups)

    def rhyme_at(self, at: int) -> int | None:
        """Return the number of the rhyme that a slot ends, or None."""
        slot = self.slots[at]
        # All patterns of a line have its length, so the first one tells where the line ends.
        if slot.place is None or slot.place + 1 < len(self.patterns[slot.line][0]):
            return None
        return self.keys[slot.line]

    @property
    def spans(self) -> tuple[slice, ...]:
        """Slice of each line in the text, its mark included."""
        slots = self.slots
        starts = [at for at, slot in enumerate(slots) if at == 0 or slot.line != slots[at - 1].line]
        return tuple(slice(a, b) for a, b in zip(starts, [*starts[1:], len(slots)], strict=True))

    def rhyming(self, line: int, patterns: int, groups: int, kind: Kind) -> tuple[int, int]:
        """Return the patterns in whose tone a character rhymes in one of these groups; and those
        groups."""
        kept, found = 0, 0
        for place, pattern in enumerate(self.patterns[line]):
            # In the pattern's own tone: 看 rhymes in 寒 when read level and in 翰 when read
            # oblique.
            ends = self.endings[line][place] & groups & kind.groups(pattern[-1])
            if patterns >> place & 1 and ends:
                kept |= 1 << place
                found |= ends
        return kept, found


class Pool:
    """The ids available for chosen characters, with counts of how many satisfy each demand.

    Args:
        lexicon: The vocabulary in one rhyme book.
        allowed: (V,) ids that may be chosen at all.
        taken: Ids locked somewhere, if characters must not repeat: they are allowed only directly
            next to that place, and are not counted.
    """

    def __init__(self, lexicon: Lexicon, allowed: Mask, taken: Iterable[int] = ()) -> None:
        self.lexicon = lexicon
        self.allowed = allowed
        # Taken ids stay in the masks, since a character may still be doubled, but out of the
        # counts.
        self._fresh = allowed.copy()
        self._fresh[list(taken)] = False
        self._count_K = np.bincount(lexicon.kind_V[self._fresh], minlength=len(lexicon.kinds))
        self._masks: dict[int, Mask] = {}
        self._sizes: dict[tuple[int, frozenset[int]], int] = {}

    def tone_size(self, tones: int, banned: frozenset[int]) -> int:
        """Count the ids that have one of these tones."""
        key = (tones, banned)
        # Every place of every variant asks, but distinct tones and bans are few.
        if key not in self._sizes:
            fits = self.lexicon.tones_K & tones != 0
            self._sizes[key] = int(self._counts(banned)[fits].sum())
        return self._sizes[key]

    def group_sizes(self, tones: int, banned: frozenset[int]) -> NDArray[np.int64]:
        """Count (G,) the ids that rhyme in each group when read in one of these tones."""
        return self._counts(banned) @ self.lexicon.groups_KG[tones].astype(np.int64)

    def groups(self, tones: int, banned: frozenset[int], at_least: int) -> int:
        """Return, as bits, the groups that have at least this many ids."""
        large = np.flatnonzero(self.group_sizes(tones, banned) >= at_least)
        # `tolist` is essential: a book has up to 106 groups, and 1 << np.int64 overflows at 64.
        return sum(1 << group for group in large.tolist())

    def rhyming_ids(self, tones: int, group: int, banned: frozenset[int]) -> frozenset[int]:
        """Return the ids that `group_sizes` counts."""
        mask = self._fresh & self.lexicon.rhyming(tones, 1 << group)
        return frozenset(np.flatnonzero(mask).tolist()) - banned

    def mask(self, tones: int) -> Mask:
        """Return the mask (V,) of ids with one of these tones."""
        if tones not in self._masks:
            self._masks[tones] = self.lexicon.toned(tones) & self.allowed
        return self._masks[tones]

    def rhyme_mask(self, tones: int, groups: int) -> Mask:
        """Return the mask (V,) of ids that rhyme in one of these groups, read in one of these
        tones."""
        return self.lexicon.rhyming(tones, groups) & self.allowed

    def _counts(self, banned: frozenset[int]) -> NDArray[np.int64]:
        """Count the ids of each kind that can be chosen; shape (K,)."""
        # Bans are few: subtract them by kind instead of counting the whole vocabulary again.
        out = [char for char in banned if self._fresh[char]]
        if not out:
            return self._count_K
        gone = np.bincount(self.lexicon.kind_V[out], minlength=len(self._count_K))
        return self._count_K - gone


@dataclass(frozen=True, slots=True)
class Need:
    """Minimum number of ids for a slot, so that earlier slots cannot use them up."""

    body: int = 1
    rhyme: int = 1


def plan_variant(
    variant: Variant,
    slots: Sequence[Slot],
    pool: Pool,
    wanted: Sequence[int],
    need: Need,
) -> VariantPlan:
    """Plan a variant backward from the end of every line and every rhyme.

    Args:
        variant: The lines.
        slots: All characters and marks of the text, including locks.
        pool: Ids available for chosen characters.
        wanted: For each rhyme, the groups that the specification allows, as bits.
        need: Minimum number of ids for each slot.
    """
    # Rhymes are numbered by first occurrence, which is the order of `FormSpec.rhyme`.
    names = list(dict.fromkeys(line.rhyme for line in variant.lines if line.rhyme is not None))
    keys = tuple(None if line.rhyme is None else names.index(line.rhyme) for line in variant.lines)
    groups = [wanted[key] if key < len(wanted) else -1 for key in range(len(names))]
    by_line: dict[int, list[Slot]] = {}
    for slot in slots:
        if slot.place is not None:
            by_line.setdefault(slot.line, []).append(slot)
    # 1) For each line: the groups it can end in under each pattern. A rhyme keeps only the groups
    #    that all of its lines can end in.
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
    # 2) Replace "all bits" by the groups that exist: an open rhyme must count as finite from here.
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
    """Return the groups in which a line can end under this pattern; -1 if it need not rhyme.

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
    # A line that need not rhyme has end = wanted = -1, so only an unfillable pattern (0) drops out.
    return sum(1 << at for at, end in enumerate(ends) if end & wanted)


def _union(bits: Sequence[int]) -> int:
    found = 0
    for more in bits:
        found |= more
    return found
