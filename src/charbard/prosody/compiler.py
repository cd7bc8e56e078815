"""Compile a specification into a machine, if any text can satisfy it."""

from collections.abc import Sequence

import numpy as np

from charbard.errors import OptionError
from charbard.prosody.book import common_chars, readings_of
from charbard.prosody.form import Variant
from charbard.prosody.lexicon import Lexicon, Mask, kind_of
from charbard.prosody.machine import Machine
from charbard.prosody.plan import UNKNOWN_KIND, Need, Pool, Slot, plan_variant
from charbard.prosody.spec import FormSpec, Lock
from charbard.vocab import UNKNOWN

__all__ = ["shapes", "try_compile"]

_PLAINER = {"；": "，", "：": "，", "、": "，", "？": "。", "！": "。"}
"""Mark -> the plainer mark to use if the vocabulary lacks the first."""


def try_compile(spec: FormSpec, lexicon: Lexicon) -> Machine | None:
    """Compile a specification; return None if no text can satisfy it.

    Variants of one shape (number of lines, their lengths and marks) share one layout and stay open
    together. If the variants have several shapes, the first feasible shape is used.

    Args:
        spec: The specification.
        lexicon: The vocabulary in the specification's rhyme book, limited to usual readings. Given
            characters are judged by all their readings.

    Raises:
        OptionError: A place, variant or rhyme group does not exist, or the vocabulary lacks a mark.
    """
    wanted = [_group_bits(name, lexicon) for name in spec.rhyme]
    for variants in shapes(spec):
        # Variants of one shape have the same slots, so the first of them can lay out the text.
        if (slots := _lay_out(variants[0], spec, lexicon)) is None:
            continue
        taken = _taken(spec, slots, variants)
        pool = Pool(lexicon, _choosable(spec, lexicon), taken)
        plans = [
            plan_variant(variant, slots, pool, wanted, _need(spec, variant, slots))
            for variant in variants
        ]
        # Infeasible variants are dropped here; the machine follows all other variants in parallel.
        if not (feasible := [plan for plan in plans if plan.is_feasible]):
            continue
        machine = Machine(feasible, pool, repeats=spec.repeats, taken=taken)
        if machine.is_feasible:
            return machine
    return None


def shapes(spec: FormSpec) -> list[list[Variant]]:
    """Group the variants that the specification leaves open by the shape of their texts.

    Raises:
        OptionError: The form has no such variant.
    """
    named = spec.variant
    variants = spec.form.variants if named is None else (spec.form.variant_named(named),)
    by_shape: dict[object, list[Variant]] = {}
    for variant in variants:
        # The dictionary keeps the form's order: its first variant decides which shape is tried
        # first.
        shape = tuple((len(line), line.mark) for line in variant.lines)
        by_shape.setdefault(shape, []).append(variant)
    return list(by_shape.values())


def _group_bits(name: str | None, lexicon: Lexicon) -> int:
    if name is None:
        return -1
    if name not in lexicon.number:
        raise OptionError(
            f"{lexicon.book} has no rhyme {name!r}",
            code="rhyme.group",
            values={"book": lexicon.book, "rhyme": name, "known": lexicon.groups},
            hint=f"it has: {' '.join(lexicon.groups)}",
        )
    return 1 << lexicon.number[name]


def _lay_out(variant: Variant, spec: FormSpec, lexicon: Lexicon) -> list[Slot] | None:
    """Lay out the text as one slot per character; return None if demands on a place conflict."""
    # 1) Collect the demands by place: two locks at one place must agree.
    locks: dict[tuple[int, int], Lock] = {}
    for lock in spec.locks:
        _check_place(variant, spec, lock.line, lock.place)
        if locks.setdefault((lock.line, lock.place), lock).char != lock.char:
            return None
    banned: dict[tuple[int, int], str] = {}
    for ban in spec.bans:
        _check_place(variant, spec, ban.line, ban.place)
        banned[ban.line, ban.place] = banned.get((ban.line, ban.place), "") + ban.chars
    # 2) Create slots in reading order, so that an echo always finds the slot that it repeats.
    echoes = {(each.line, each.place): each[2:] for each in variant.echoes}
    slots: list[Slot] = []
    at: dict[tuple[int, int], int] = {}
    for line, content in enumerate(variant.lines):
        for place in range(len(content)):
            ban_ids = _known_ids(banned.get((line, place), ""), lexicon)
            doubled = lexicon.doubled(spec.form.kind, len(content), place)
            at[line, place] = len(slots)
            if (here := locks.get((line, place))) is None:
                echo = at[echoes[line, place]] if (line, place) in echoes else None
                if echo is not None and echo == len(slots) - 1:  # required by the form itself
                    doubled = lexicon.doubled("诗", len(content), place)
                slots.append(Slot(line, place, banned=ban_ids, doubled=doubled, echo=echo))
            elif here.char in banned.get((line, place), "") or here.char in spec.banned:
                return None
            else:
                slots.append(_locked(here, lexicon, doubled))
        slots += [Slot(line, None, _mark_id(mark, lexicon)) for mark in content.mark]
    return slots


def _check_place(variant: Variant, spec: FormSpec, line: int, place: int) -> None:
    lengths = variant.lengths
    if not 0 <= line < len(lengths):
        raise OptionError(
            f"{spec.form.name} has {len(lengths)} lines, there is no line {line + 1}",
            code="place.line",
            values={"form": spec.form.name, "lines": len(lengths), "line": line + 1},
            hint=f"count lines from 1 to {len(lengths)}",
        )
    if not 0 <= place < lengths[line]:
        raise OptionError(
            f"line {line + 1} of {spec.form.name} has {lengths[line]} characters,"
            f" there is no place {place + 1}",
            code="place.place",
            values={
                "form": spec.form.name,
                "line": line + 1,
                "length": lengths[line],
                "place": place + 1,
            },
            hint=f"count places from 1 to {lengths[line]}",
        )


def _locked(lock: Lock, lexicon: Lexicon, doubled: frozenset[int] | None) -> Slot:
    # In place of a character outside the vocabulary, the network reads a stand-in or UNKNOWN. Tones
    # and rhyme are still judged by the character that will be shown.
    char_id = lexicon.vocab.id_of(lock.char if lock.stand_in is None else lock.stand_in)
    char_id = UNKNOWN if char_id is None else char_id
    found = readings_of(lock.char, book=lexicon.book)
    # All readings of a given character count, because its user may mean any of them.
    kind = kind_of(found, lexicon.number) if found else UNKNOWN_KIND
    return Slot(lock.line, lock.place, char_id, kind, doubled=doubled)


def _mark_id(mark: str, lexicon: Lexicon) -> int:
    # The comma is the last resort: a mark only separates lines, so replacing it breaks no rule.
    known = (lexicon.vocab.id_of(each) for each in (mark, _PLAINER.get(mark, mark), "，"))
    char_id = next((each for each in known if each is not None), None)
    if char_id is None:
        raise OptionError(
            f"the model has never seen the mark {mark!r}",
            code="model.mark",
            values={"mark": mark},
            hint="verse needs a model trained on verse with its punctuation",
        )
    return char_id


def _known_ids(chars: str, lexicon: Lexicon) -> frozenset[int]:
    return frozenset(
        char_id for char in chars if (char_id := lexicon.vocab.id_of(char)) is not None
    )


def _choosable(spec: FormSpec, lexicon: Lexicon) -> Mask:
    allowed: Mask = lexicon.choosable_V.copy()
    allowed[list(_known_ids(spec.banned, lexicon))] = False
    if spec.commonest is not None:
        common = np.zeros_like(allowed)
        common[list(_known_ids(common_chars()[: spec.commonest], lexicon))] = True
        allowed &= common
    return allowed


def _taken(spec: FormSpec, slots: Sequence[Slot], variants: Sequence[Variant]) -> frozenset[int]:
    """Return the locked ids that must not be written anywhere else."""
    if spec.repeats == "free":
        return frozenset()
    # A line that rhymes in any variant counts, because it is not known yet which variant the text
    # will follow.
    ends = {
        (number, len(line) - 1)
        for variant in variants
        for number, line in enumerate(variant.lines)
        if line.rhyme is not None
    }
    return frozenset(
        slot.locked
        for slot in slots
        if slot.locked is not None
        and slot.place is not None
        and (spec.repeats == "none" or (slot.line, slot.place) in ends)
    )


def _need(spec: FormSpec, variant: Variant, slots: Sequence[Slot]) -> Need:
    """Return how many ids each slot needs to choose from; the module `repeats` explains why this
    many are enough."""
    if spec.repeats == "free":
        return Need()
    last = {
        (number, len(line) - 1): line.rhyme
        for number, line in enumerate(variant.lines)
        if line.rhyme is not None
    }
    # Marks are locked slots, so only characters that the writer chooses are left.
    open_slots = [slot for slot in slots if slot.locked is None]
    rhymes = [slot for slot in open_slots if (slot.line, slot.place) in last]
    # Only rhyme words must differ, so they compete only with one another.
    if spec.repeats == "rhymes":
        return Need(1, max(1, len(rhymes)))
    # Every open slot may use up one id, and each rhyme may reserve one id for every rhyme word.
    num_keys = len(set(last.values()))
    return Need(len(open_slots) + num_keys * len(rhymes), max(1, len(rhymes)))
