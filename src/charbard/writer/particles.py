"""Drafts side by side: writing under a constraint as if nobody had forced it.

To draw from what is allowed, character by character, bends a text: it runs happily into a corner
where only an unlikely character rhymes. Here several drafts (particles) of one text grow side by
side. Each carries a weight, the product of the probability mass that the model gave to what was
allowed; light drafts are dropped and heavy ones doubled, within a line, as soon as the weights
have drifted apart. Before a locked character more drafts are tried, since that is where one word
matters most. A line is shown once a draft of it has been chosen, and then all go on from it.

Source:
    Sequential Monte Carlo with resampling by effective sample size: Doucet, de Freitas, Gordon
    2001, "Sequential Monte Carlo Methods in Practice", chapter 1; systematic resampling: Kitagawa
    1996.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from charbard.config import SampleOptions
from charbard.config.verse import PARTICLES
from charbard.prosody.machine import Ids, Machine, VerseState
from charbard.runtime import Ask, Bias, Emit, Outcome, Plan, Steps, read_ids
from charbard.runtime.sampling import chance

__all__ = ["WIDER", "LineDrafted", "Search", "TextDrafted", "drafts", "line_spans"]

F32 = NDArray[np.float32]
WIDER = 4
"""How many times as many drafts are tried before a locked character."""
_RESAMPLE, _COMMIT = 1 << 21, 1 << 22
"""Added to the number of a step: chances other than those of the characters themselves."""


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


@dataclass(frozen=True, slots=True)
class _Draft:
    """One particle."""

    state: VerseState
    ids: tuple[int, ...] = ()
    logp: tuple[float, ...] = ()
    weight: float = 0.0
    """Log of its importance."""


def drafts(prime: Sequence[int], machine: Machine, search: Search) -> Steps:
    """Write one text; emits `LineDrafted` for each line, and `TextDrafted` at the end.

    Args:
        prime: What the model reads before the text; at least one id.
        machine: What it may write.
        search: How.
    """
    yield from read_ids(prime[:-1])
    spans = line_spans(machine)[: search.lines]
    crowd, shown = [_Draft(machine.start())], 0
    for step in range(spans[-1].stop):
        chosen = list(range(len(crowd)))
        slot = machine.slots[step]
        if slot.locked is None:
            while shown < slot.line:
                chosen = _agreeing(crowd, chosen, spans[shown], search)
                yield Emit(_line(crowd[chosen[0]], shown, spans[shown]))
                shown += 1
            crowd, chosen = _resampled(crowd, chosen, _width(machine, step, search), search)
        asks = [_ask(machine, crowd[row], search, place) for place, row in enumerate(chosen)]
        reads = [crowd[row].ids[-1] if crowd[row].ids else prime[-1] for row in chosen]
        outcome = yield Plan(chosen, reads, asks)
        crowd = [_grown(machine, crowd[row], outcome, at) for at, row in enumerate(chosen)]
    best = crowd[_heavy(crowd, range(len(crowd)), search)]
    for index in range(shown, len(spans)):
        yield Emit(_line(best, index, spans[index]))
    yield Emit(TextDrafted(best.ids, best.logp, best.state))


def line_spans(machine: Machine) -> Sequence[slice]:
    """Where each line stands in the text, its mark included."""
    return machine.spans


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
    light = [replace(draft, weight=0.0) for draft in crowd]
    return light, [rows[at] for at in picked.tolist()]


def _shares(crowd: Sequence[_Draft], rows: Sequence[int]) -> NDArray[np.float64]:
    """Importance of rows among each other; they sum to 1."""
    weights = np.array([crowd[row].weight for row in rows])
    shares = np.exp(weights - weights.max())
    normal: NDArray[np.float64] = shares / shares.sum()
    return normal
