"""A compiled state machine that allows only characters from which a text can be completed.

The machine reads a text from left to right, marks included, and returns at each step the ids that
may come next. It uses ids and readings, not probabilities, and satisfies the runtime's protocol
without importing it.

A text never reaches a dead end, because a plan computes beforehand, backward from the end, which
patterns of each line can be filled and which groups all lines of a rhyme can share. For every
variant that is still possible, the state of a text in progress has the set of patterns that the
current line still fits, and the set of groups that each rhyme can still have. Few such sets occur,
so they are interned: each is numbered when it first occurs, and a step looks these numbers up.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.prosody.lexicon import Lexicon, Mask, listed
from charbard.prosody.numbers import Numbers
from charbard.prosody.plan import Pool, VariantPlan
from charbard.prosody.repeats import Scarce, find_scarce
from charbard.prosody.stutter import Before, Stutter
from charbard.prosody.transitions import Groups, Live, Transitions, members

__all__ = ["Ids", "Machine", "VerseState"]

Ids = NDArray[np.int32]
"""Distinct ids in ascending order, never modified once returned."""
_EMPTY = np.zeros(0, np.int32)

_Demand = tuple[int | None, int, frozenset[tuple[int, int]]]
"""Demand on the next character: (the one allowed id or None, allowed tones as bits, allowed
(tones, groups) pairs of rhyme words)."""


class VerseState(NamedTuple):
    """The state of a text in progress, as an immutable value."""

    line: int
    """Interned number of the position together with the variants and patterns still possible."""
    rhyme: int
    """Interned number of the rhyme groups still possible."""
    used: frozenset[int] = frozenset()
    """Ids that must not be written again."""
    before: Before = Before()
    """What has just been written in the current line, to prevent stutters."""
    heard: tuple[tuple[int, int], ...] = ()
    """Pairs (slot, id) of the characters that later slots echo."""


class _Line(NamedTuple):
    at: int
    lives: tuple[Live, ...]


class Machine:
    """A compiled specification, made by `compiler`.

    Its memo tables grow with use; its results never change.
    """

    def __init__(
        self, plans: Sequence[VariantPlan], pool: Pool, *, repeats: str, taken: frozenset[int]
    ):
        self.plans = tuple(plans)
        self.slots = self.plans[0].slots
        self.lexicon: Lexicon = pool.lexicon
        self._pool = pool
        self._repeats = repeats
        self._taken = taken
        self._size = len(self.slots)
        self._transitions = Transitions(self.plans)
        self.spans = self.plans[0].spans
        """The slice of the text that each line takes up, with its mark."""
        self._tones_V = np.array([kind.tones for kind in self.lexicon.kinds])[self.lexicon.kind_V]
        # Variants may disagree on whether a line, such as the first, rhymes. If it rhymes in one
        # variant, the rhyme groups matter there.
        self.rhymed = [any(p.rhyme_at(at) is not None for p in plans) for at in range(self._size)]
        # Usually a step does not depend on rhymes, and is looked up by (line, tones). At the end of
        # a rhymed line and before a new line, the rhyme groups matter as well, and the step is
        # looked up by (line, rhyme, kind). Two separate tables stay small.
        self._joint = [
            self.rhymed[at]
            or (at + 1 < self._size and self.slots[at].line != self.slots[at + 1].line)
            for at in range(self._size)
        ]
        self._stutter = Stutter(self.slots, len(self.lexicon.vocab))
        self._echoed = {slot.echo for slot in self.slots if slot.echo is not None}
        # Count the open places whose id must not be written again. An echo is counted although it
        # needs no new id: too high a count only makes more groups count as small, which is safe.
        choices = sum(
            slot.locked is None and (rhymed or repeats == "none")
            for slot, rhymed in zip(self.slots, self.rhymed, strict=True)
        )
        self._scarce: tuple[Scarce | None, ...] = tuple(
            None if repeats == "free" else find_scarce(plan, pool, choices) for plan in plans
        )
        self._may_run_out: dict[int, bool] = {}  # by number of the interned rhyme groups
        self._lines, self._rhymes = Numbers[_Line](), Numbers[Groups]()
        # The machine's memo tables. Entries are computed from immutable plans, so threads that race
        # to fill the same entry write the same value.
        self._nexts: dict[tuple[int, int], int] = {}
        self._joint_nexts: dict[tuple[int, int, int], tuple[int, int]] = {}
        self._found: dict[tuple[int, int | None], tuple[Mask, Ids]] = {}
        self._shared: dict[object, tuple[Mask, Ids]] = {}
        # A plan considers the bans at each place separately. Here the bans at all places of a rhyme
        # count together, so a group may drop out before writing begins.
        self._groups = tuple(
            plan.groups if scarce is None else scarce.narrow(plan.groups, 0, taken)
            for plan, scarce in zip(plans, self._scarce, strict=True)
        )
        """For each plan and each of its rhymes, the groups that have enough words."""
        self._lives = self._first_lives(self._groups)

    def __len__(self) -> int:
        """Number of characters of the text, marks included."""
        return self._size

    def start(self, rhyme: str | None = None) -> VerseState:
        """Return the state of an empty text.

        Args:
            rhyme: One of `open_rhymes`, to allow only this rhyme; None allows them all.
        """
        if rhyme is None:
            return self._start
        bit = 1 << self.lexicon.number[rhyme]
        groups = tuple(tuple(bits & bit for bits in of) for of in self._groups)
        return self._begun(self._first_lives(groups), groups)

    @property
    def is_feasible(self) -> bool:
        """Whether a text can be started: some variant has enough words for each of its rhymes."""
        return bool(self._lives)

    @cached_property
    def _start(self) -> VerseState:
        return self._begun(self._lives, self._groups)

    def _begun(self, lives: Sequence[Live], groups: Groups) -> VerseState:
        return VerseState(*self._number(0, lives, groups), self._taken)

    def _first_lives(self, groups: Groups) -> list[Live]:
        """Return the plans a text can begin with, each with the patterns of its first line."""
        plans = enumerate(self.plans)
        lives = [(number, plan.fitting[0]) for number, plan in plans if all(groups[number])]
        return self._transitions.fitting(0, lives, groups)

    @property
    def open_rhymes(self) -> tuple[str, ...]:
        """Groups in which the text may rhyme; empty unless every variant has exactly one rhyme."""
        if any(len(groups) != 1 for groups in self._groups):
            return ()
        union = 0
        for (bits,) in self._groups:
            union |= bits
        return tuple(members(self.lexicon.groups, union))

    def is_done(self, state: VerseState) -> bool:
        """Return whether the text is complete."""
        return self._lines[state.line].at == self._size

    def settled(self, state: VerseState) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
        """Return (names of the variants that are still possible, group of each rhyme).

        A group is None while several groups are possible for the rhyme.
        """
        lives = self._lines[state.line].lives
        groups = self._rhymes[state.rhyme]
        names = tuple(self.plans[number].name for number, _ in lives)
        open_groups = [groups[number] for number, _ in lives]
        rhymes: list[str | None] = []
        # Variants may differ in their number of rhymes. A rhyme that only some of them have is left
        # out.
        for bits in zip(*open_groups, strict=False):
            union = 0  # the group is certain only if all open variants agree on it
            for each in bits:
                union |= each
            one = union.bit_count() == 1
            rhymes.append(self.lexicon.groups[union.bit_length() - 1] if one else None)
        return names, tuple(rhymes)

    def allowed(self, state: VerseState) -> Ids:
        """Return the ids that may come next, in ascending order; empty only if the text is
        complete."""
        ids, barred = self.choices(state)
        if not len(barred):
            return ids
        keep = np.ones(len(ids), np.bool_)
        # Both arrays ascend and `barred` is a subset, so every position found is an exact match.
        keep[np.searchsorted(ids, barred)] = False
        return ids[keep]

    def choices(self, state: VerseState) -> tuple[Ids, Ids]:
        """Return (the ids that fit the form, those of them that are barred in this state).

        `allowed` returns the difference. An id is barred if it would repeat a character, use up a
        reserved rhyme word, or stutter while an alternative is left. Many states share the first
        array, so a caller can cache what it derives from the array.
        """
        line = self._lines[state.line]
        if line.at == self._size:
            return _EMPTY, _EMPTY
        # An echo has no alternative, so neither a repetition nor a stutter can bar it.
        if (echo := self.slots[line.at].echo) is not None:
            return np.array([dict(state.heard)[echo]], np.int32), _EMPTY
        rhymed = self.rhymed[line.at]
        # At places that do not rhyme the groups make no difference, so one entry serves them all.
        key = (state.line, state.rhyme if rhymed else None)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._look_up(line, self._rhymes[state.rhyme])
        mask, ids = found
        # A given character or a mark is written even if it repeats another character.
        if len(ids) == 1:
            return ids, _EMPTY
        # Repetitions are always barred, but stutters only while an alternative is left, because a
        # rule of style must never cause a dead end.
        spent = self._spent(line, state, mask)
        barred = listed(spent | self._stutter.ids(line.at, state.before), mask)
        return ids, barred if len(barred) < len(ids) else listed(spent, mask)

    def _spent(self, line: _Line, state: VerseState, mask: Mask) -> frozenset[int]:
        """Return the ids that must not be written again or are reserved for later rhyme words."""
        rhymed = self.rhymed[line.at]
        if self._repeats == "rhymes" and not rhymed:
            return frozenset()
        if not state.used and not self._can_run_out(state.rhyme):
            return frozenset()
        last = state.before.last  # `Stutter` alone decides whether it may be doubled
        may_double = self._repeats == "none" and last is not None
        spent = state.used - {last} if may_double else state.used
        # If a small rhyme group may run out of words, a character is barred if every pattern that
        # the text can follow needs it for a later rhyme word.
        if self._can_run_out(state.rhyme):
            spared = self._spared(line, self._rhymes[state.rhyme], state.used)
            spent = spent.union(np.flatnonzero(mask & ~spared).tolist())
        return spent

    def is_given(self, step: int) -> bool:
        """Return whether the character of a slot is fixed beforehand; a mark always is."""
        slot = self.slots[step]
        return slot.locked is not None or slot.place is None

    def is_mark(self, step: int) -> bool:
        """Return whether a slot is a punctuation mark."""
        return self.slots[step].place is None

    def advance(self, state: VerseState, char_id: int) -> VerseState:
        """Return the state after one more character, which must be one of `allowed`."""
        at, lives = self._lines[state.line]
        slot = self.slots[at]
        assert slot.locked in (None, char_id), f"{char_id} is not allowed at {at}"
        line, rhyme = state.line, state.rhyme
        if self._joint[at]:
            # A locked slot has only one outcome, so kind 0 serves as its key.
            number = 0 if slot.locked is not None else int(self.lexicon.kind_V[char_id])
            known = (line, rhyme, number)
            if known not in self._joint_nexts:
                # A given character has a kind of its own with all its readings, because `kind_V`
                # has only usual readings.
                kind = slot.kind or self.lexicon.kinds[number]
                settled = self._transitions.across(at, lives, self._rhymes[rhyme], kind)
                self._joint_nexts[known] = self._number(at + 1, *settled)
            line, rhyme = self._joint_nexts[known]
        else:
            # Inside a line only tones matter, and they have four values instead of hundreds of
            # kinds.
            tones = 0 if slot.locked is not None else int(self._tones_V[char_id])
            if (line, tones) not in self._nexts:
                has = tones if slot.kind is None else slot.kind.tones
                inside = self._transitions.inside(at, lives, has)
                self._nexts[line, tones] = self._lines.of(_Line(at + 1, inside))
            line = self._nexts[line, tones]
        after = self._remembered(state, at, char_id, (line, rhyme))
        if not self._echoed:
            return after
        heard = (*state.heard, (at, char_id)) if at in self._echoed else state.heard
        return after._replace(heard=heard)

    def _remembered(
        self, state: VerseState, at: int, char_id: int, after: tuple[int, int]
    ) -> VerseState:
        """Return the next state, with the character recorded as used unless it may be repeated."""
        before = self._stutter.after(at, state.before, char_id)
        may_come_again = self._repeats == "free" or self.slots[at].place is None
        if may_come_again or (self._repeats == "rhymes" and not self.rhymed[at]):
            return VerseState(*after, state.used, before)
        used = state.used | {char_id}
        if self._can_run_out(after[1]):
            # `_spared` has barred every id that would leave all variants without enough rhyme
            # words, so at least one variant remains.
            after = self._narrowed(*after, used)
        return VerseState(*after, used, before)

    def _can_run_out(self, rhyme: int) -> bool:
        """Return whether a possible rhyme group has so few words that they could be used up."""
        found = self._may_run_out.get(rhyme)
        if found is None:
            found = self._may_run_out[rhyme] = any(
                scarce is not None and scarce.concerns(groups)
                for scarce, groups in zip(self._scarce, self._rhymes[rhyme], strict=True)
            )
        return found

    def _narrowed(self, line: int, rhyme: int, used: frozenset[int]) -> tuple[int, int]:
        """Drop the groups that have too few words left, and the patterns that depend on them."""
        at, lives = self._lines[line]
        groups = tuple(
            bits if scarce is None else scarce.narrow(bits, at, used)
            for scarce, bits in zip(self._scarce, self._rhymes[rhyme], strict=True)
        )
        fitting = tuple(
            live for live in self._transitions.fitting(at, lives, groups) if all(groups[live[0]])
        )
        return self._number(at, fitting, groups)

    def _spared(self, line: _Line, groups: Groups, used: frozenset[int]) -> Mask:
        """Return the mask (V,) of ids that some still possible pattern can spare for this slot."""
        slot = self.slots[line.at]
        assert slot.place is not None
        union = np.zeros(len(self.lexicon.vocab), np.bool_)
        for number, patterns in line.lives:
            plan, scarce = self.plans[number], self._scarce[number]
            # Judge each pattern separately: the patterns leave the rhyme different groups, and the
            # ids to reserve depend on the groups. An id is allowed if one pattern can spare it.
            key = plan.keys[slot.line]
            for pattern in members(range(len(plan.patterns[slot.line])), patterns):
                tones = plan.patterns[slot.line][pattern][slot.place]
                open_groups = list(groups[number])
                if key is not None:
                    open_groups[key] &= plan.endings[slot.line][pattern]
                if scarce is not None and not all(scarce.narrow(open_groups, line.at, used)):
                    continue  # this pattern can no longer be completed
                if (rhyme := plan.rhyme_at(line.at)) is not None:
                    # A rhyme word may use one of the ids that are reserved for its rhyme.
                    mask = self._pool.rhyme_mask(tones, open_groups[rhyme])
                else:
                    mask = self._pool.mask(tones)
                    if scarce is not None:
                        mask = scarce.keep(mask, open_groups, line.at, used)
                union |= mask
        return union

    def _number(self, at: int, lives: Sequence[Live], groups: Groups) -> tuple[int, int]:
        assert lives, f"the character at {at - 1} was not an allowed one"
        return self._lines.of(_Line(at, tuple(lives))), self._rhymes.of(groups)

    def _look_up(self, line: _Line, groups: Groups) -> tuple[Mask, Ids]:
        slot = self.slots[line.at]
        demand = self._demand(line, groups)
        # Many states make the same demand, so they share one mask and one array.
        found = self._shared.get((demand, slot.banned))
        if found is None:
            mask = self._mask_of(demand)
            mask[list(slot.banned)] = False
            ids = np.flatnonzero(mask).astype(np.int32)
            ids.setflags(write=False)
            found = self._shared[demand, slot.banned] = (mask, ids)
        return found

    def _demand(self, line: _Line, groups: Groups) -> _Demand:
        """Return what the next character must satisfy for at least one still possible variant."""
        slot = self.slots[line.at]
        if slot.locked is not None:
            return slot.locked, 0, frozenset()
        assert slot.place is not None
        tones, rhymes = 0, set[tuple[int, int]]()
        for number, patterns in line.lives:
            plan = self.plans[number]
            key = plan.rhyme_at(line.at)
            asked = members(plan.patterns[slot.line], patterns)
            if key is None:
                for pattern in asked:
                    tones |= pattern[slot.place]
            else:
                # These are pairs and not two unions, because the tone of one pattern must not be
                # combined with groups in which only another pattern can end.
                ends = members(plan.endings[slot.line], patterns)
                rhymes.update(
                    (pattern[-1], end & groups[number][key])
                    for pattern, end in zip(asked, ends, strict=True)
                )
        return None, tones, frozenset(rhymes)

    def _mask_of(self, demand: _Demand) -> Mask:
        """Return a new mask (V,) of the ids that meet a demand."""
        locked, tones, rhymes = demand
        mask = np.zeros(len(self.lexicon.vocab), np.bool_)
        if locked is not None:
            mask[locked] = True
            return mask
        if tones:
            mask |= self._pool.mask(tones)
        for bits, open_groups in rhymes:
            mask |= self._pool.rhyme_mask(bits, open_groups)
        return mask
