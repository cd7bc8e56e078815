"""Plan what the drafts of a text read and draw in a step, and append the result to them."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charbard.runtime.constraint import Ids, SegmentedConstraint
from charbard.runtime.draft import Draft, rows_of
from charbard.runtime.search import FORKS, Search
from charbard.runtime.spec import Bias, Guidance, SampleSpec, joined
from charbard.runtime.task import Outcome, Plan

__all__ = ["drawing", "grown", "marked", "reading"]

F32 = NDArray[np.float32]
BARRED = -64.0
"""Bias in nats for characters of last resort: next to any other allowed character, their weight
rounds to zero."""


def reading(drafts: Sequence[Draft], prompts: Sequence[Sequence[int]], unread: int) -> Plan:
    """Return a plan by which each draft and its twin read the id before the last `unread` ids."""
    reads = [
        draft.ids[-1 - unread] if len(draft.ids) > unread else prompt[-1]
        for draft in drafts
        for prompt in prompts
    ]
    return Plan(rows_of(drafts, len(prompts)), reads, (), of=())


def drawing(
    constraint: SegmentedConstraint[Any],
    drafts: Sequence[Draft],
    forks: Sequence[int],
    prompts: Sequence[Sequence[int]],
    search: Search,
) -> Plan:
    """Return a plan that draws a character for each fork. All forks of a draft share one read.

    Args:
        constraint: State machine that says what may be written.
        drafts: The distinct drafts.
        forks: Index of the draft of each fork, ascending.
        prompts: The prompt of the drafts and, with guidance, of their twins.
        search: Configuration of the search.
    """
    specs, of = list[SampleSpec | None](), list[int]()
    counts = Counter(forks)
    for place, (at, count) in enumerate(counts.items()):
        spec = _spec(constraint, drafts[at], search, is_guided=len(prompts) > 1)
        of += [place * len(prompts)] * count
        for _ in range(count):
            # Each fork has a sample number of its own, reserved by `FORKS`, so equal forks draw
            # differently.
            specs.append(spec._replace(sample=search.sample * FORKS + len(specs)))
    return reading([drafts[at] for at in counts], prompts, 0)._replace(specs=specs, of=of)


def grown(
    constraint: SegmentedConstraint[Any],
    drafts: Sequence[Draft],
    forks: Sequence[int],
    outcome: Outcome,
) -> tuple[list[Draft], list[int]]:
    """Append the drawn characters; merge forks of one draft that drew the same character.

    Returns:
        (the distinct drafts, the index of the draft of each fork in ascending order).
    """
    rows = {at: row for row, at in enumerate(dict.fromkeys(forks))}
    places, found = dict[tuple[int, int], int](), list[Draft]()
    after = list[int]()
    for fork, key in enumerate(zip(forks, outcome.ids, strict=True)):
        if key not in places:
            places[key] = len(found)
            found.append(_with(constraint, drafts[key[0]], outcome, fork, rows[key[0]]))
        after.append(places[key])
    # If forks of one draft drew two characters in alternation, the indices are out of order. A fork
    # has no identity beyond its draft, so sorting loses nothing.
    return found, sorted(after)


def _with(
    constraint: SegmentedConstraint[Any], draft: Draft, outcome: Outcome, fork: int, row: int
) -> Draft:
    """Return a draft extended by the character that was drawn for one of its forks."""
    char_id, gain = outcome.ids[fork], outcome.gain[fork]
    return Draft(
        constraint.advance(draft.form, char_id),
        (*draft.ids, char_id),
        (*draft.logp, outcome.logp[fork]),
        (*draft.gain, 0.0 if gain != gain else gain),  # NaN without a twin
        draft.probed,
        draft.weight + outcome.log_z[fork],
        row,
    )


def marked(constraint: SegmentedConstraint[Any], draft: Draft) -> Draft:
    """Return a draft extended by the mark that the form requires next."""
    mark = int(constraint.choices(draft.form)[0][0])
    return draft._replace(
        form=constraint.advance(draft.form, mark),
        ids=(*draft.ids, mark),
        logp=(*draft.logp, 0.0),
        gain=(*draft.gain, 0.0),
    )


def _spec(
    constraint: SegmentedConstraint[Any], draft: Draft, search: Search, *, is_guided: bool
) -> SampleSpec:
    """Return the sample spec of a draft's next character, without its sample number."""
    ids, barred = constraint.choices(draft.form)
    said = np.array(draft.ids, np.int32)
    guidance = Guidance(search.guidance, said) if is_guided else None
    bias = None if len(ids) == 1 else _bias(constraint, draft, barred, said, search)
    return SampleSpec(ids, search.options, search.seed, 0, len(said), bias=bias, guidance=guidance)


def _bias(
    constraint: SegmentedConstraint[Any], draft: Draft, barred: Ids, said: Ids, search: Search
) -> Bias | None:
    """Join the biases that bar, penalise or favour characters; None if there are none."""
    biases = [Bias(barred, _nats(len(barred), -np.inf))]
    if search.faded and len(said) > 1:  # the last character may be doubled
        biases.append(Bias(said[:-1], _nats(len(said) - 1, search.faded)))
    # All earlier places are fixed, so this is the first place with a choice.
    if search.openings and all(map(constraint.is_given, range(len(said)))):
        openings = np.array(search.openings, np.int32)
        biases.append(Bias(openings, _nats(len(openings), BARRED)))
    biases += [bias for rule in search.bias_rules if (bias := rule(draft.ids)) is not None]
    return joined(biases)


@lru_cache(1024)
def _nats(count: int, nats: float) -> F32:
    """Return an array of one repeated number; cached, because many rows need the same array."""
    return np.full(count, nats, np.float32)
