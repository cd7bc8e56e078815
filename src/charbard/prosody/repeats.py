"""No character twice, without ever running out of characters.

Whether distinct characters can be found for many places at once is a matching problem. Two counts
decide it here, exactly for forms with one rhyme:

- A place that has more characters to choose from than there are places to fill can always be
  filled, whatever the others took. All places but the rhyme words are so, or the request is refused
  before writing.
- Rhyme words of a small group are the only scarce places. As long as the group holds at least as
  many unused characters as rhyme words are still to come, taking them one after the other works.
  So when exactly as many are left, they are kept for the rhyme words and no other place gets them.

Every step keeps both counts true, so writing never ends in a blank. With several rhymes the second
count asks for as many unused characters as there are rhyme words of all of them: sure, but
stricter than needed where two small groups stand side by side.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from charbard.prosody.lexicon import Mask
from charbard.prosody.plan import Plan, Pool

__all__ = ["Scarce", "find_scarce"]

_Sets = dict[int, tuple[frozenset[int], ...]]


@dataclass(frozen=True, eq=False)
class Scarce:
    """The rhyme words of one plan, where groups are small enough to run out."""

    sets: tuple[_Sets, ...]
    """For each rhyme, for each group that may run out: the ids to keep, once for each tone."""
    remaining: tuple[int, ...]
    """For each slot how many rhyme words are open from there on, of all rhymes."""
    due: tuple[int, ...]
    """For each rhyme the last slot where a character is chosen for it; -1: none is."""
    small: tuple[int, ...]
    """For each rhyme the bits of the groups that may run out."""

    def concerns(self, groups: Sequence[int]) -> bool:
        """Whether any of the groups still open may run out."""
        return any(bits & small for bits, small in zip(groups, self.small, strict=False))

    def left(self, key: int, group: int, place: int, used: frozenset[int]) -> int | None:
        """By how many unused characters a group exceeds what is needed; None: it never runs out."""
        if group not in self.sets[key] or self.due[key] < place:
            return None
        return (
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
        """Take out of a mask what must be kept for rhyme words to come."""
        for key, bits in enumerate(groups):
            kept = self._kept(key, bits, place, used)
            if kept:
                mask = mask.copy()
                mask[list(kept)] = False
        return mask

    def _kept(self, key: int, bits: int, place: int, used: frozenset[int]) -> frozenset[int]:
        """Ids without which none of the groups still open could supply its rhyme words."""
        if bits & ~self.small[key]:
            return frozenset()
        kept: frozenset[int] | None = None
        for group in _members(bits):
            if self.left(key, group, place, used) != 0:
                return frozenset()
            needed = self.remaining[place]
            short = [ids for ids in self.sets[key][group] if len(ids - used) == needed]
            all_short = frozenset().union(*short)
            kept = all_short if kept is None else kept & all_short
        return (kept or frozenset()) - used


def find_scarce(plan: Plan, pool: Pool, choices: int) -> Scarce | None:
    """The groups of a plan that its own words could use up; None if there are none.

    Args:
        plan: Laid out for characters that do not repeat.
        pool: Where they come from.
        choices: How many places are open.
    """
    tones: list[dict[int, frozenset[int]]] = [{} for _ in plan.groups]
    due = [-1] * len(plan.groups)
    remaining = [0] * (len(plan.slots) + 1)
    for at in range(len(plan.slots) - 1, -1, -1):
        slot = plan.slots[at]
        key = plan.rhyme_at(at)
        remaining[at] = remaining[at + 1] + (key is not None and slot.locked is None)
        if key is not None and slot.locked is None:
            due[key] = max(due[key], at)
            for pattern in plan.patterns[slot.line]:
                tones[key][pattern[-1]] = tones[key].get(pattern[-1], frozenset()) | slot.banned
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
