"""A form, and all that is asked of a poem in it, as a machine that allows no wrong character.

The machine reads a text from left to right, marks included, and says at each character which ids
may come next: exactly those from which the end can still be reached. It knows ids and readings,
no probabilities; it satisfies the runtime's `Constraint` without importing it.

How it can be certain: a plan decides beforehand, from the end backward, which patterns of each line
can be filled and which groups all lines of a rhyme can take. A text in progress is then the set of
patterns that the line begun still fits and the groups that each rhyme can still be, for every
variant still possible. Such sets are few, so they are numbered as they are met, and their masks
kept.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from charbard.prosody.lexicon import Kind, Lexicon, Mask
from charbard.prosody.plan import Plan, Pool
from charbard.prosody.repeats import Scarce, find_scarce

__all__ = ["Machine", "VerseState"]

T = TypeVar("T")
Ids = NDArray[np.int32]
_EMPTY = np.zeros(0, np.int32)


class VerseState(NamedTuple):
    """A text in progress. A value: never changed, always replaced."""

    core: int
    """Number of what has been settled of place, patterns and rhyme."""
    used: frozenset[int] = frozenset()
    """Ids that must not be written again."""
    last: int | None = None
    """The character before, if it may be doubled."""


class _Live(NamedTuple):
    """One variant in progress."""

    plan: int
    patterns: int
    """Bits of the patterns that the line in progress fits."""
    groups: tuple[int, ...]
    """For each rhyme the bits of the groups it can still be."""


class _Core(NamedTuple):
    at: int
    lives: tuple[_Live, ...]


class Machine:
    """What `compiler.plan_wish` makes. Its memory of masks grows, its answers never change."""

    def __init__(self, plans: Sequence[Plan], pool: Pool, *, repeats: str, taken: frozenset[int]):
        self.plans = tuple(plans)
        self.slots = self.plans[0].slots
        self.lexicon: Lexicon = pool.lexicon
        self._pool = pool
        self._repeats = repeats
        self._taken = taken
        self._rhymed = tuple(
            any(plan.rhyme_at(at) is not None for plan in plans) for at in range(len(self.slots))
        )
        choices = sum(slot.locked is None for slot in self.slots)
        self._scarce: tuple[Scarce | None, ...] = tuple(
            find_scarce(plan, pool, choices) if repeats == "none" else None for plan in plans
        )
        self._cores: list[_Core] = []
        self._numbers: dict[_Core, int] = {}
        self._nexts: list[dict[int, int]] = []
        self._masks: dict[int, tuple[Mask, Ids]] = {}
        self._shared: dict[object, tuple[Mask, Ids]] = {}
        lives = tuple(_Live(n, plan.fitting[0], plan.groups) for n, plan in enumerate(plans))
        self._start = self._number(_Core(0, lives))

    def __len__(self) -> int:
        """Characters of the text, marks included."""
        return len(self.slots)

    def start(self) -> VerseState:
        """Nothing written yet."""
        return VerseState(self._start, self._taken)

    def is_done(self, state: VerseState) -> bool:
        """Whether the text is complete."""
        return self._cores[state.core].at == len(self.slots)

    def place(self, state: VerseState) -> int:
        """How many characters have been written."""
        return self._cores[state.core].at

    def forced(self, state: VerseState) -> int | None:
        """The one id that can come next, if it is locked or a mark."""
        at = self._cores[state.core].at
        return self.slots[at].locked if at < len(self.slots) else None

    def allowed(self, state: VerseState) -> Ids:
        """The ids that may come next, ascending; at least one, unless the text is complete."""
        ids, barred = self.choices(state)
        if not len(barred):
            return ids
        keep = np.ones(len(ids), np.bool_)
        keep[np.searchsorted(ids, barred)] = False
        return ids[keep]

    def choices(self, state: VerseState) -> tuple[Ids, Ids]:
        """`allowed` in two parts: ids that many states share as one array, and those barred of them.

        What is barred are characters that would come twice.
        """
        core = self._cores[state.core]
        if core.at == len(self.slots):
            return _EMPTY, _EMPTY
        mask, ids = self._mask(state.core)
        if not state.used or self.slots[core.at].locked is not None:
            return ids, _EMPTY
        rhymed = self._rhymed[core.at]
        if self._repeats == "rhymes" and not rhymed:
            return ids, _EMPTY
        barred = state.used if state.last is None else state.used - {state.last}
        if any(self._scarce) and not rhymed:
            spared = self._spared(core, state.used)
            barred = barred | set(np.flatnonzero(mask & ~spared).tolist())
        found = np.array(sorted(barred), np.int32)
        return ids, found[mask[found]]

    def advance(self, state: VerseState, char_id: int) -> VerseState:
        """The state after one more character, which must be an allowed one."""
        core = self._cores[state.core]
        slot = self.slots[core.at]
        if slot.locked is not None:
            assert char_id == slot.locked, f"{char_id} is not allowed at {core.at}"
        number = 0 if slot.locked is not None else int(self.lexicon.kind_V[char_id])
        found = self._nexts[state.core].get(number)
        if found is None:
            found = self._nexts[state.core][number] = self._number(self._after(core, number))
        return self._remembered(state, core, char_id, found)

    def _remembered(self, state: VerseState, core: _Core, char_id: int, after: int) -> VerseState:
        """Note what must not come again."""
        if self._repeats == "free":
            return VerseState(after)
        slot = self.slots[core.at]
        if self._repeats == "rhymes":
            grown = state.used | {char_id} if self._rhymed[core.at] else state.used
            return VerseState(after, grown)
        if slot.place is None:
            return VerseState(after, state.used)
        last = None if char_id == state.last else char_id
        used = state.used | {char_id}
        if any(self._scarce):
            after = self._narrowed(after, used)
        return VerseState(after, used, last)

    def _narrowed(self, number: int, used: frozenset[int]) -> int:
        """Give up the groups that have too few characters left."""
        at, lives = self._cores[number]
        kept = []
        for live in lives:
            scarce = self._scarce[live.plan]
            groups = live.groups if scarce is None else scarce.narrow(live.groups, at, used)
            if all(groups) and (after := self._fitting(live._replace(groups=groups), at)):
                kept.append(after)
        return self._number(_Core(at, tuple(kept)))

    def _spared(self, core: _Core, used: frozenset[int]) -> Mask:
        """What some pattern in progress can spare."""
        slot = self.slots[core.at]
        assert slot.place is not None
        union = np.zeros(len(self.lexicon.vocab), np.bool_)
        for live in core.lives:
            plan, scarce = self.plans[live.plan], self._scarce[live.plan]
            key = plan.keys[slot.line]
            for place in _members(range(len(plan.patterns[slot.line])), live.patterns):
                mask = self._pool.mask(plan.patterns[slot.line][place][slot.place])
                groups = list(live.groups)
                if key is not None:
                    groups[key] &= plan.endings[slot.line][place]
                union |= mask if scarce is None else scarce.keep(mask, groups, core.at, used)
        return union

    def _number(self, core: _Core) -> int:
        assert core.lives, "the character before was not an allowed one"
        number = self._numbers.get(core)
        if number is None:
            number = len(self._cores)
            self._cores.append(core)
            self._nexts.append({})
            self._numbers[core] = number
        return number

    def _mask(self, number: int) -> tuple[Mask, Ids]:
        found = self._masks.get(number)
        if found is None:
            core = self._cores[number]
            banned = self.slots[core.at].banned
            key, mask = self._union(core)
            found = self._shared.get((key, banned))
            if found is None:
                mask = mask.copy()
                mask[list(banned)] = False
                ids = np.flatnonzero(mask).astype(np.int32)
                ids.setflags(write=False)
                found = self._shared[key, banned] = (mask, ids)
            self._masks[number] = found
        return found

    def _union(self, core: _Core) -> tuple[object, Mask]:
        """What some variant in progress allows, and a name for it."""
        slot = self.slots[core.at]
        if slot.locked is not None:
            mask = np.zeros(len(self.lexicon.vocab), np.bool_)
            mask[slot.locked] = True
            return ("id", slot.locked), mask
        tones, rhymes = 0, set()
        for live in core.lives:
            plan = self.plans[live.plan]
            if (key := plan.rhyme_at(core.at)) is None:
                tones |= self._tones(core.at, live)
            else:
                rhymes.update(self._rhymes(plan, live, slot.line, live.groups[key]))
        masks = [self._pool.rhyme_mask(bits, groups) for bits, groups in rhymes]
        if tones:
            masks.append(self._pool.mask(tones))
        return (tones, frozenset(rhymes)), np.logical_or.reduce(masks)

    def _tones(self, at: int, live: _Live) -> int:
        """Tones that would do for some pattern in progress."""
        slot = self.slots[at]
        assert slot.place is not None
        tones = 0
        for pattern in _members(self.plans[live.plan].patterns[slot.line], live.patterns):
            tones |= pattern[slot.place]
        return tones

    def _rhymes(
        self, plan: Plan, live: _Live, line: int, groups: int
    ) -> list[tuple[int, int]]:
        """Tones and groups that would do at the end of a line, for each pattern in progress."""
        ends = _members(plan.endings[line], live.patterns)
        patterns = _members(plan.patterns[line], live.patterns)
        found = dict.fromkeys(
            (pattern[-1], end & groups) for pattern, end in zip(patterns, ends, strict=True)
        )
        return list(found)

    def _after(self, core: _Core, number: int) -> _Core:
        """What is settled once a character of this kind stands there."""
        slot = self.slots[core.at]
        lives = core.lives
        if slot.place is not None:
            kind = self.lexicon.kinds[number] if slot.kind is None else slot.kind
            lives = tuple(
                after for live in lives if (after := self._live_after(live, core.at, kind))
            )
        at = core.at + 1
        if at < len(self.slots) and self.slots[at].line != slot.line:
            line = self.slots[at].line
            begun = (live._replace(patterns=self.plans[live.plan].fitting[line]) for live in lives)
            lives = tuple(after for live in begun if (after := self._fitting(live, at)))
        elif at == len(self.slots) or self.slots[at].place is None:
            lives = tuple(live._replace(patterns=0) for live in lives)
        return _Core(at, lives)

    def _live_after(self, live: _Live, at: int, kind: Kind) -> _Live | None:
        plan, slot = self.plans[live.plan], self.slots[at]
        assert slot.place is not None
        patterns, rhymes = 0, 0
        key = plan.rhyme_at(at)
        for place, pattern in enumerate(plan.patterns[slot.line]):
            if not live.patterns >> place & 1 or not pattern[slot.place] & kind.tones:
                continue
            if key is not None:
                ends = plan.endings[slot.line][place] & live.groups[key]
                ends &= kind.groups(pattern[-1])
                if not ends:
                    continue
                rhymes |= ends
            patterns |= 1 << place
        if not patterns:
            return None
        if key is None:
            return live._replace(patterns=patterns)
        groups = (*live.groups[:key], rhymes, *live.groups[key + 1 :])
        return live._replace(patterns=patterns, groups=groups)

    def _fitting(self, live: _Live, at: int) -> _Live | None:
        """Only the patterns of the line in progress that fit the rhyme as far as it is settled."""
        if at == len(self.slots) or self.slots[at].place is None:
            return live
        plan, line = self.plans[live.plan], self.slots[at].line
        if (key := plan.keys[line]) is None:
            return live
        patterns = sum(
            1 << place
            for place, ends in enumerate(plan.endings[line])
            if live.patterns >> place & 1 and ends & live.groups[key]
        )
        return live._replace(patterns=patterns) if patterns else None


def _members(items: Sequence[T], bits: int) -> list[T]:
    return [item for place, item in enumerate(items) if bits >> place & 1]
