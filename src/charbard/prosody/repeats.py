"""Ensure that no character occurs twice, and that characters never run out.

Whether distinct characters exist for many places at once is a bipartite matching problem. Two
counts decide it here, exactly for forms with one rhyme:

- A place that has more characters to choose from than there are places to fill can always be
  filled, whatever characters the others took. All places except rhyme words satisfy this, or the
  request is refused before writing.
- Rhyme words of a small group are the only scarce places. As long as the group has at least as many
  unused characters as there are rhyme words to come, choosing them one after the other works. So
  when exactly as many are left, they are reserved for the rhyme words.

Every step preserves both conditions, so writing never reaches a dead end. With several rhymes the
second condition counts the rhyme words of all of them together: safe, but stricter than necessary
where a text has two small groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from charbard.prosody.lexicon import Mask
from charbard.prosody.plan import Pool, VariantPlan

__all__ = ["Scarce", "find_scarce"]

_Sets = dict[int, tuple[frozenset[int], ...]]


@dataclass(frozen=True, eq=False)
class Scarce:
    """Reservations for the rhyme words of one plan whose groups are small enough to run out."""

    sets: tuple[_Sets, ...]
    """For each rhyme and each group that may run out: the ids to reserve, one set per tone."""
    remaining: tuple[int, ...]
    """For each slot, the number of rhyme words, of all rhymes, still open from there on."""
    due: tuple[int, ...]
    """For each rhyme, the last slot where a character is chosen for it; -1 if there is none."""
    small: tuple[int, ...]
    """For each rhyme, the groups that may run out, as bits."""

    def concerns(self, groups: Sequence[int]) -> bool:
        """Return whether any of the groups still open may run out."""
        return any(bits & small for bits, small in zip(groups, self.small, strict=False))

    def left(self, key: int, group: int, place: int, used: frozenset[int]) -> int | None:
        """Return a group's surplus of unused characters over the need; None if it never runs
        out."""
        # Once its last word is chosen a rhyme can lack nothing.
        if group not in self.sets[key] or self.due[key] < place:
            return None
        return (
            # All words to come may be required in the tone that has the fewest.
            min(len(ids) - len(ids & used) for ids in self.sets[key][group])
            - (self.remaining[place])
        )

    def narrow(self, groups: Sequence[int], place: int, used: frozenset[int]) -> tuple[int, ...]:
        """Drop the groups that can no longer supply the rhyme words from `place` on."""
        narrowed = []
        for key, bits in enumerate(groups):
            for group in _members(bits & self.small[key]):
                left = self.left(key, group, place, used)
                if left is not None and left < 0:
                    bits &= ~(1 << group)
            narrowed.append(bits)
        return tuple(narrowed)

    def keep(self, mask: Mask, groups: Sequence[int], place: int, used: frozenset[int]) -> Mask:
        """Remove from a mask the ids that must be reserved for later rhyme words."""
        for key, bits in enumerate(groups):
            kept = self._kept(key, bits, place, used)
            if kept:
                mask = mask.copy()
                mask[list(kept)] = False
        return mask

    def _kept(self, key: int, bits: int, place: int, used: frozenset[int]) -> frozenset[int]:
        """Return the ids that every group still open needs for its remaining rhyme words."""
        if bits & ~self.small[key]:  # a group that never runs out is still open: nothing is scarce
            return frozenset()
        kept: frozenset[int] | None = None
        for group in _members(bits):
            if self.left(key, group, place, used) != 0:  # this group still has a surplus
                return frozenset()
            # Sets of different tones overlap; those without a surplus must stay untouched.
            needed = self.remaining[place]
            short = [ids for ids in self.sets[key][group] if len(ids - used) == needed]
            # Intersect over the open groups: an id may go while one of them can do without it,
            # since the text can still rhyme in that group.
            all_short = frozenset().union(*short)
            kept = all_short if kept is None else kept & all_short
        return (kept or frozenset()) - used


def find_scarce(plan: VariantPlan, pool: Pool, choices: int) -> Scarce | None:
    """Find the groups of a plan that its own words could use up; None if there are none.

    Args:
        plan: A plan in which characters must not repeat.
        pool: Ids available for chosen characters.
        choices: Number of open places that compete for ids.
    """
    # 1) Backward over the slots: rhyme words still to come, and the tones each rhyme is asked in.
    tones: list[dict[int, frozenset[int]]] = [{} for _ in plan.groups]
    due = [-1] * len(plan.groups)
    remaining = [0] * (len(plan.slots) + 1)
    for at in range(len(plan.slots) - 1, -1, -1):
        slot = plan.slots[at]
        key = plan.rhyme_at(at)
        remaining[at] = remaining[at + 1] + (key is not None and slot.locked is None)
        if key is not None and slot.locked is None:
            # `max` keeps the first slot met, which is the last in the text: the loop runs backward.
            due[key] = max(due[key], at)
            for pattern in plan.patterns[slot.line]:
                tones[key][pattern[-1]] = tones[key].get(pattern[-1], frozenset()) | slot.banned
    # 2) A group is small if, in some tone, the open places outnumber its ids.
    sets = []
    for key, asked in enumerate(tones):
        sizes = [pool.group_sizes(bits, banned) for bits, banned in asked.items()]
        small = [g for g in _members(plan.groups[key]) if any(size[g] < choices for size in sizes)]
        sets.append(
            {
                group: tuple(
                    pool.rhyming_ids(bits, group, banned) for bits, banned in asked.items()
                )
                for group in small
            }
        )
    bits = tuple(sum(1 << group for group in groups) for groups in sets)
    return Scarce(tuple(sets), tuple(remaining), tuple(due), bits) if any(sets) else None


def _members(bits: int) -> list[int]:
    return [place for place in range(bits.bit_length()) if bits >> place & 1]
