"""One variant of a form, laid out slot by slot, with all that is known before a word is written.

Everything here is decided from the wish alone, by looking backward from the end: which patterns of
a line can still be filled, and which rhyme groups every line of a rhyme can still take.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.prosody.form import Variant
from charbard.prosody.lexicon import ANY, SYMBOLS, Kind, Lexicon, Mask

__all__ = ["UNKNOWN_KIND", "Need", "Plan", "Pool", "Slot", "make_plan"]

UNKNOWN_KIND = Kind(ANY, -1, -1)
"""A given character without a reading: books cannot contradict it, so it fits everywhere."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One character of the text."""

    line: int
    place: int | None
    """Place in the line; None for a mark after it."""
    locked: int | None = None
    """The one id that can stand here."""
    kind: Kind | None = None
    """What the form sees of a locked character."""
    banned: frozenset[int] = frozenset()
    """Ids that must not stand here, beyond those banned everywhere."""
    doubled: frozenset[int] | None = frozenset()
    """Ids that may stand here and at the place before; None: all."""
    echo: int | None = None
    """The earlier slot whose character stands here, too."""


@dataclass(frozen=True, eq=False)
class Plan:
    """One variant under one wish.

    Patterns of a line are numbered; sets of them, and of rhyme groups, are bits of an integer.
    """

    name: str
    slots: tuple[Slot, ...]
    patterns: tuple[tuple[tuple[int, ...], ...], ...]
    """For each line, for each pattern, the tones that would do at each place."""
    fitting: tuple[int, ...]
    """For each line the patterns that can be filled."""
    endings: tuple[tuple[int, ...], ...]
    """For each line, for each pattern, the groups its last character can rhyme in."""
    keys: tuple[int | None, ...]
    """For each line the number of its rhyme; None: it need not rhyme."""
    groups: tuple[int, ...]
    """For each rhyme the groups that all of its lines can take."""

    @property
    def is_feasible(self) -> bool:
        """Whether any text fits."""
        return all(self.fitting) and all(self.groups)

    def rhyme_at(self, at: int) -> int | None:
        """The number of the rhyme that a slot ends, if it ends one."""
        slot = self.slots[at]
        if slot.place is None or slot.place + 1 < len(self.patterns[slot.line][0]):
            return None
        return self.keys[slot.line]

    @property
    def spans(self) -> tuple[slice, ...]:
        """Where each line stands in the text, its mark included."""
        slots = self.slots
        starts = [at for at, slot in enumerate(slots) if at == 0 or slot.line != slots[at - 1].line]
        return tuple(slice(a, b) for a, b in zip(starts, [*starts[1:], len(slots)], strict=True))

    def rhyming(self, line: int, patterns: int, groups: int, kind: Kind) -> tuple[int, int]:
        """The patterns in whose tone a character rhymes in one of some groups; and those groups."""
        kept, found = 0, 0
        for place, pattern in enumerate(self.patterns[line]):
            ends = self.endings[line][place] & groups & kind.groups(pattern[-1])
            if patterns >> place & 1 and ends:
                kept |= 1 << place
                found |= ends
        return kept, found


class Pool:
    """The ids a chosen character may come from, and how many of them each demand leaves.

    Args:
        lexicon: The vocabulary in one rhyme book.
        allowed: (V,) ids that may be chosen at all.
        taken: Ids that stand locked somewhere, where characters must not repeat: they are allowed
            only beside themselves, and do not count.
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
        """How many ids have one of these tones."""
        key = (tones, banned)
        if key not in self._sizes:
            fits = self.lexicon.tones_K & tones != 0
            self._sizes[key] = int(self._counts(banned)[fits].sum())
        return self._sizes[key]

    def group_sizes(self, tones: int, banned: frozenset[int]) -> NDArray[np.int64]:
        """(G,) how many ids rhyme in each group in a reading of one of these tones."""
        return self._counts(banned) @ self.lexicon.groups_KG[tones].astype(np.int64)

    def groups(self, tones: int, banned: frozenset[int], at_least: int) -> int:
        """Bits of the groups that have at least so many ids to offer."""
        large = np.flatnonzero(self.group_sizes(tones, banned) >= at_least)
        return sum(1 << group for group in large.tolist())

    def rhyming_ids(self, tones: int, group: int, banned: frozenset[int]) -> frozenset[int]:
        """The ids that `group_sizes` counts."""
        mask = self._fresh & self.lexicon.rhyming(tones, 1 << group)
        return frozenset(np.flatnonzero(mask).tolist()) - banned

    def mask(self, tones: int) -> Mask:
        """(V,) ids with one of these tones."""
        if tones not in self._masks:
            self._masks[tones] = self.lexicon.toned(tones) & self.allowed
        return self._masks[tones]

    def rhyme_mask(self, tones: int, groups: int) -> Mask:
        """(V,) ids that rhyme in one of these groups in a reading of one of these tones."""
        return self.lexicon.rhyming(tones, groups) & self.allowed

    def _counts(self, banned: frozenset[int]) -> NDArray[np.int64]:
        """(K,) how many ids of each kind can be chosen."""
        out = [char for char in banned if self._fresh[char]]
        if not out:
            return self._count_K
        gone = np.bincount(self.lexicon.kind_V[out], minlength=len(self._count_K))
        return self._count_K - gone


@dataclass(frozen=True, slots=True)
class Need:
    """How many ids a slot must have to choose from, so that those before it can't use them up."""

    body: int = 1
    rhyme: int = 1


def make_plan(
    variant: Variant,
    slots: Sequence[Slot],
    pool: Pool,
    wanted: Sequence[int],
    need: Need,
) -> Plan:
    """Look backward from the end of every line and every rhyme.

    Args:
        variant: The lines.
        slots: Characters and marks of the whole text, with what is locked.
        pool: Where chosen characters come from.
        wanted: For each rhyme the groups that the wish allows, as bits.
        need: How many ids each slot must have to choose from.
    """
    names = list(dict.fromkeys(line.rhyme for line in variant.lines if line.rhyme is not None))
    keys = tuple(None if line.rhyme is None else names.index(line.rhyme) for line in variant.lines)
    groups = [wanted[key] if key < len(wanted) else -1 for key in range(len(names))]
    by_line: dict[int, list[Slot]] = {}
    for slot in slots:
        if slot.place is not None:
            by_line.setdefault(slot.line, []).append(slot)
    patterns, fitting, endings = [], [], []
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
        fitting.append(sum(1 << at for at, end in enumerate(ends) if end))
    everything = (1 << len(pool.lexicon.groups)) - 1
    groups = [bits & everything for bits in groups]
    fitting = [_open_at(ends, keys[at], groups) for at, ends in enumerate(endings)]
    return Plan(
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
    """Groups in which a line can end if it follows this pattern; -1 if it need not rhyme.

    0 if the pattern cannot be filled at all.
    """
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
    return sum(1 << at for at, end in enumerate(ends) if end & wanted)


def _union(bits: Sequence[int]) -> int:
    found = 0
    for more in bits:
        found |= more
    return found
