"""Reserve characters for rhyme words, so that characters that must not repeat never run out.

Whether distinct characters exist for many places at once is a bipartite matching problem. Two
conditions on counts decide it here, and decide it exactly for forms with one rhyme:

- A place with more characters to choose from than there are places to fill can always be filled,
  whatever characters are written at other places. All places except rhyme words meet this
  condition, or the request is refused before writing begins.
- Rhyme words of a small group are the only scarce places. They can be chosen one after another as
  long as the group has at least as many unused characters as there are rhyme words to come. When
  exactly as many characters are left, they are reserved for the rhyme words.

Every step preserves both conditions, so writing never reaches a dead end. If a text has several
rhymes, the second condition counts the rhyme words of all rhymes together. This is safe, but
stricter than necessary if two of the groups are small.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from charbard.prosody.lexicon import Mask
from charbard.prosody.plan import Pool, VariantPlan

__all__ = ["Scarce", "find_scarce"]

_Sets = dict[int, tuple[frozenset[int], ...]]


@dataclass(frozen=True, eq=False)
class Scarce:
    """The rhyme groups of one plan that are small enough to run out of unused characters."""

    sets: tuple[_Sets, ...]
    """For each rhyme: group that may run out -> its ids, one set per required tone."""
    remaining: tuple[int, ...]
    """For each slot, the number of open rhyme words, of all rhymes, from this slot on."""
    due: tuple[int, ...]
    """For each rhyme, the last slot with an open rhyme word; -1 if there is none."""
    small: tuple[int, ...]
    """For each rhyme, the groups that may run out, as bits."""

    def concerns(self, groups: Sequence[int]) -> bool:
        """Return whether any group that is still possible may run out."""
        return any(bits & small for bits, small in zip(groups, self.small, strict=False))

    def left(self, key: int, group: int, place: int, used: frozenset[int]) -> int | None:
        """Return how many unused characters a group has beyond the rhyme words to come; None if it
        cannot run out."""
        # Once the last word of a rhyme is chosen, the rhyme needs no more characters.
        if group not in self.sets[key] or self.due[key] < place:
            return None
        return (
            # The words to come may all be required in the tone that has the fewest characters.
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
        """Return the ids that every possible group needs for its remaining rhyme words."""
        # As long as a group that never runs out is possible, no character is scarce.
        if bits & ~self.small[key]:
            return frozenset()
        kept: frozenset[int] | None = None
        for group in _members(bits):
            if self.left(key, group, place, used) != 0:  # this group still has a surplus
                return frozenset()
            # The sets of different tones overlap; a set without a surplus must keep all its ids.
            needed = self.remaining[place]
            short = [ids for ids in self.sets[key][group] if len(ids - used) == needed]
            # Intersect over the possible groups: an id may be used up if one group does not need
            # it, because the text can still rhyme in this group.
            all_short = frozenset().union(*short)
            kept = all_short if kept is None else kept & all_short
        return (kept or frozenset()) - used


def find_scarce(plan: VariantPlan, pool: Pool, choices: int) -> Scarce | None:
    """Find the groups of a plan whose characters could all be used up; None if there are none.

    Args:
        plan: A plan in which characters must not repeat.
        pool: Ids from which the writer may choose.
        choices: Number of open places that compete for ids.
    """
    # 1) Go backward over the slots to count the rhyme words to come, and to collect the tones that
    #    each rhyme is required in.
    tones: list[dict[int, frozenset[int]]] = [{} for _ in plan.groups]
    due = [-1] * len(plan.groups)
    remaining = [0] * (len(plan.slots) + 1)
    for at in range(len(plan.slots) - 1, -1, -1):
        slot = plan.slots[at]
        key = plan.rhyme_at(at)
        remaining[at] = remaining[at + 1] + (key is not None and slot.locked is None)
        if key is not None and slot.locked is None:
            # The loop runs backward, so `max` keeps the slot that it visits first: the last one.
            due[key] = max(due[key], at)
            # Bans are united over all places, so a group's count is a lower bound at each place.
            for pattern in plan.patterns[slot.line]:
                tones[key][pattern[-1]] = tones[key].get(pattern[-1], frozenset()) | slot.banned
    # 2) A group is small if, in some tone, it has fewer ids than there are open places.
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
