"""Drafts side by side: writing under a constraint as if nobody had forced it.

To draw from what is allowed, character by character, bends a text: it runs happily into a corner
where only an unlikely character rhymes. Here several drafts (particles) of one text grow side by
side. Each carries a weight, the product of the probability mass that the model gave to what was
allowed; light drafts are dropped and heavy ones doubled, within a line, as soon as the weights
have drifted apart. Before a locked character more drafts are tried, since that is where one word
matters most. A line is shown once a draft of it has been chosen, and then all go on from it.

Drafts whose line is not wanted, such as one that somebody else has written, lose to the others.
If there are no others the line is drafted again from its beginning, a few times; what comes last
stays.

Source:
    Sequential Monte Carlo with resampling by effective sample size: Doucet, de Freitas, Gordon
    2001, "Sequential Monte Carlo Methods in Practice", chapter 1; systematic resampling: Kitagawa
    1996.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.config import SampleOptions
from charbard.config.verse import PARTICLES
from charbard.prosody.machine import Ids, Machine, VerseState
from charbard.runtime import Ask, Bias, Emit, Outcome, Plan, State, Steps
from charbard.runtime.sampling import chance

__all__ = [
    "AGAIN",
    "WIDER",
    "Lean",
    "LineDrafted",
    "Search",
    "TextDrafted",
    "Unwanted",
    "drafts",
]

F32 = NDArray[np.float32]
WIDER = 4
"""How many times as many drafts are tried before a locked character."""
AGAIN = 4
"""How many times a line is drafted again because no draft of it is wanted."""
_RESAMPLE, _COMMIT = 1 << 21, 1 << 22
"""Added to the number of a step: chances other than those of the characters themselves."""
_ANEW = 1 << 20
"""Added to the number of a sample for each time that a line is drafted again."""


Unwanted = Callable[[int, Sequence[int]], bool]
"""From the number of a complete line and its ids, mark included, to whether it had better not be
written."""
Lean = Callable[[Sequence[int]], tuple[Ids, F32] | None]
"""From the ids written so far to ids of the next character and the nats to add to each."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """How one text is searched for."""

    options: SampleOptions
    seed: int
    sample: int
    """Number of this text among those of one request."""
    particles: int = 8
    lines: int | None = None
    """Stop after this many lines; None: write all."""
    lean: Lean | None = None
    """Nats added to some characters, such as those that answer the line above."""
    unwanted: Unwanted | None = None
    """Lines that are written only where nothing else comes; not asked of lines given whole."""
    rhyme: str | None = None
    """The group to rhyme in; None: any that the machine allows."""
    start: State | None = None
    """One row that has read nothing: without it a first line that nothing stands before is not
    drafted again."""


@dataclass(frozen=True, slots=True)
class LineDrafted:
    """A line that is certain from now on."""

    index: int
    ids: tuple[int, ...]
    """Its characters and its mark."""
    logp: tuple[float, ...]
    """The model's own log-probability of each, in nats."""


@dataclass(frozen=True, slots=True)
class TextDrafted:
    """All lines asked for are written."""

    ids: tuple[int, ...]
    logp: tuple[float, ...]
    state: VerseState | None = None
    """Of the machine after it; None if it did not write the text."""
    unwanted: tuple[int, ...] = ()
    """Lines that stayed although they are not wanted."""


class _Draft(NamedTuple):
    """One particle; a tuple, as one is made for each character of each row."""

    state: VerseState
    ids: tuple[int, ...] = ()
    logp: tuple[float, ...] = ()
    weight: float = 0.0
    """Log of its importance."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where the line in the making began, to go back to."""

    step: int
    draft: _Draft
    state: State | None
    """One row, before it reads the last id of the draft; None if there is no going back."""


def drafts(prime: Sequence[int], machine: Machine, search: Search) -> Steps:
    """Write one text; emits `LineDrafted` for each line, and `TextDrafted` at the end.

    Args:
        prime: What the model reads before the text; at least one id.
        machine: What it may write.
        search: How.
    """
    state = yield from _primed(prime[:-1], search)
    spans = machine.spans[: search.lines]
    kept = _Kept(0, _Draft(machine.start(search.rhyme)), state)
    crowd, back, now, again = [kept.draft], None, search, 0
    step, shown, stayed = 0, 0, tuple[int, ...]()
    while True:
        chosen = list(range(len(crowd)))
        ready = _ready(machine, step, spans)
        if shown < ready:
            unwanted = _checker(machine, spans, range(shown, ready), search)
            wanted = [row for row in chosen if not unwanted(crowd[row])]
            if not wanted and again < AGAIN and kept.state is not None:
                again += 1
                now = replace(search, sample=search.sample + again * _ANEW)
                step, crowd, back = kept.step, [kept.draft], kept.state
                continue
            chosen = wanted or chosen
            while shown < ready:
                chosen = _agreeing(crowd, chosen, spans[shown], now)
                yield Emit(_line(crowd[chosen[0]], shown, spans[shown]))
                shown += 1
            best = crowd[chosen[0]]
            stayed += unwanted(best)
            if search.unwanted is not None and state is not None:
                kept = _Kept(step, best, state.take(chosen[:1]))
            now, again = search, 0
        if step == spans[-1].stop:
            break
        if machine.slots[step].locked is None:
            crowd, chosen = _resampled(crowd, chosen, _width(machine, step, search), now)
        asks = [_ask(machine, crowd[row], now, place) for place, row in enumerate(chosen)]
        reads = [crowd[row].ids[-1] if crowd[row].ids else prime[-1] for row in chosen]
        outcome = yield Plan(chosen, reads, asks, back)
        state, back = outcome.state, None
        crowd = [_grown(machine, crowd[row], outcome, at) for at, row in enumerate(chosen)]
        step += 1
    yield Emit(TextDrafted(best.ids, best.logp, best.state, stayed))


def _primed(ids: Sequence[int], search: Search) -> Generator[Plan | Emit, Outcome, State | None]:
    """Read what stands before a text; the state after it, if it may be gone back to."""
    state = search.start
    for char_id in ids:
        state = (yield Plan((0,), (char_id,), (None,))).state
    return None if search.unwanted is None or state is None else state.take([0])


def _checker(
    machine: Machine, spans: Sequence[slice], lines: range, search: Search
) -> Callable[[_Draft], tuple[int, ...]]:
    """From a draft to those of its lines that are not wanted. Lines given whole are not asked."""
    drawn = [
        line for line in lines if any(slot.locked is None for slot in machine.slots[spans[line]])
    ]

    @cache
    def of(line: int, ids: tuple[int, ...]) -> bool:
        return search.unwanted is not None and search.unwanted(line, ids)

    return lambda draft: tuple(line for line in drawn if of(line, draft.ids[spans[line]]))


def _ready(machine: Machine, step: int, spans: Sequence[slice]) -> int:
    """How many lines can be settled before a step: none before a given character, since what is
    given tells the drafts apart."""
    if step == spans[-1].stop:
        return len(spans)
    slot = machine.slots[step]
    return slot.line if slot.locked is None else 0


def _line(draft: _Draft, index: int, span: slice) -> LineDrafted:
    return LineDrafted(index, draft.ids[span], draft.logp[span])


def _width(machine: Machine, step: int, search: Search) -> int:
    """Drafts for a place: more before a locked one in the same line."""
    slots = machine.slots
    before_lock = (
        step + 1 < len(slots)
        and slots[step + 1].locked is not None
        and slots[step + 1].place is not None
        and slots[step + 1].line == slots[step].line
    )
    wide = search.particles > 1 and before_lock
    return search.particles * (WIDER if wide else 1)


def _ask(machine: Machine, draft: _Draft, search: Search, row: int) -> Ask:
    ids, barred = machine.choices(draft.state)
    bias = None
    if len(ids) > 1:
        lean = None if search.lean is None else search.lean(draft.ids)
        bias = _bias(barred, lean)
    return Ask(
        ids,
        search.options,
        search.seed,
        search.sample * PARTICLES * WIDER + row,
        len(draft.ids),
        bias=bias,
    )


def _bias(barred: Ids, lean: tuple[Ids, F32] | None) -> Bias | None:
    """What must not be written weighs minus infinity; what is leant towards, a little more."""
    if lean is None:
        return Bias(barred, _never(len(barred))) if len(barred) else None
    ids, nats = lean
    return Bias(np.concatenate([barred, ids]), np.concatenate([_never(len(barred)), nats]))


@lru_cache(256)
def _never(count: int) -> F32:
    """Minus infinity so many times; one array for all rows and steps that bar as many."""
    return np.full(count, -np.inf, np.float32)


def _grown(machine: Machine, draft: _Draft, outcome: Outcome, row: int) -> _Draft:
    char_id = outcome.ids[row]
    return _Draft(
        machine.advance(draft.state, char_id),
        (*draft.ids, char_id),
        (*draft.logp, outcome.logp[row]),
        draft.weight + outcome.tempered[row],
    )


def _agreeing(
    crowd: Sequence[_Draft], rows: Sequence[int], span: slice, search: Search
) -> list[int]:
    """Settle on one draft's line: the rows that have it."""
    line = crowd[_heavy(crowd, rows, search)].ids[span]
    return [row for row in rows if crowd[row].ids[span] == line]


def _heavy(crowd: Sequence[_Draft], rows: Sequence[int], search: Search) -> int:
    """One row, each as likely as its weight."""
    if len(rows) == 1:
        return rows[0]
    step = len(crowd[rows[0]].ids)
    u = chance(search.seed, search.sample, _COMMIT + step)
    shares = np.cumsum(_shares(crowd, rows))
    return rows[int(np.searchsorted(shares, u * shares[-1], side="right"))]


def _resampled(
    crowd: list[_Draft], rows: list[int], width: int, search: Search
) -> tuple[list[_Draft], list[int]]:
    """As many rows as wanted, each about as often as its weight says; then all weigh the same.

    Nothing changes as long as there are as many as wanted and they count for half of them.
    """
    if len(rows) == width == 1:
        return crowd, rows
    shares = _shares(crowd, rows)
    if len(rows) == width and 1 / float(np.square(shares).sum()) >= width / 2:
        return crowd, rows
    step = len(crowd[rows[0]].ids)
    u = chance(search.seed, search.sample, _RESAMPLE + step)
    ends = np.cumsum(shares)
    picked = np.searchsorted(ends, (np.arange(width) + u) / width * ends[-1], side="right")
    light = [draft._replace(weight=0.0) for draft in crowd]
    return light, [rows[at] for at in picked.tolist()]


def _shares(crowd: Sequence[_Draft], rows: Sequence[int]) -> NDArray[np.float64]:
    """Importance of rows among each other; they sum to 1."""
    weights = np.array([crowd[row].weight for row in rows])
    shares = np.exp(weights - weights.max())
    normal: NDArray[np.float64] = shares / shares.sum()
    return normal
