"""Drafts side by side: writing under a constraint as if nobody had forced it, and on its theme.

To draw from what is allowed, character by character, bends a text: it runs happily into a corner
where only an unlikely character rhymes. Here several drafts (particles) of one text grow side by
side. Each carries a weight, the product of the probability mass that the model gave to what was
allowed; light drafts are dropped and heavy ones doubled, within a line, as soon as the weights
have drifted apart. Before a locked character more drafts are tried, since that is where one word
matters most.

At the end of a line the drafts are ranked by what they are worth so far, and a few of the best go
on, forked to as many as there were. At the end of the text the best one is the text.

Where the model is told something (a theme, a poet), each draft has two rows: one has read the
prompt, its twin an unconditioned one, and guidance moves the scores from the twin's towards the
row's and beyond. It never raises a character that stands in the draft already: without that rule a
poem on the moon says moon in every line.

Lines that are not wanted, such as one that somebody else has written, lose to the others. If there
are no others the line is drafted again from its beginning, a few times; what comes last stays.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from charbard.config import SampleOptions
from charbard.config.verse import DRAFTS
from charbard.prosody.machine import Ids, Machine, VerseState
from charbard.runtime import Ask, Bias, Emit, Guidance, Outcome, Plan, State, read_prompts
from charbard.runtime.sampling import chance
from charbard.writer.population import Draft, best_of_each, resampled

__all__ = [
    "AGAIN",
    "WIDER",
    "Lean",
    "LineDrafted",
    "Search",
    "TextDrafted",
    "Unwanted",
    "Worth",
    "drafts",
    "rows_needed",
]

F32 = NDArray[np.float32]
WIDER = 4
"""How many times as many drafts are tried before a locked character."""
AGAIN = 4
"""How many times a line is drafted again because no draft of it is wanted."""
KEPT = 4
"""One in so many drafts goes on from the end of a line."""
BARRED = -64.0
"""Nats for what is written only where nothing else may be: its weight rounds to zero beside any
other character's."""
_RESAMPLE = 1 << 21
"""Added to the number of a step: chances other than those of the characters themselves."""
_ANEW = 1 << 20
"""Added to the number of a sample for each time that a line is drafted again."""


Unwanted = Callable[[int, Sequence[int]], bool]
"""From the number of a complete line and its ids, mark included, to whether to avoid it."""
Lean = Callable[[Sequence[int]], tuple[Ids, F32] | None]
"""From the ids written so far to ids of the next character and the nats to add to each."""
Worth = Callable[[Draft], float]
"""From a draft, at the end of a line or of the text, to what it is worth; more is better."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """How one text is searched for."""

    options: SampleOptions
    seed: int
    sample: int
    """Number of this text among those of one request."""
    start: State
    """One row that has read nothing."""
    worth: Worth
    drafts: int = 8
    guidance: float = 1.0
    """How far scores move from the unconditioned ones; of no effect without such a prompt."""
    faded: float = 0.0
    """Nats added to a character each time it stands in the text already."""
    lines: int | None = None
    """Stop after this many lines; None: write all."""
    leans: tuple[Lean, ...] = ()
    """Nats added to some characters, such as those that answer the line above."""
    unwanted: Unwanted | None = None
    """Lines that are written only where nothing else comes; not asked of lines given whole."""
    openings: tuple[int, ...] = ()
    """Ids that the first open place does not get while there are others."""
    rhyme: str | None = None
    """The group to rhyme in; None: any that the machine allows."""


@dataclass(frozen=True, slots=True)
class LineDrafted:
    """A line that is certain from now on."""

    index: int
    ids: tuple[int, ...]
    """Its characters and its mark."""
    logp: tuple[float, ...]
    """The model's own log-probability of each, in nats; 0 for its mark."""
    candidate: int = 0
    """Number of its text among those of one request."""


@dataclass(frozen=True, slots=True)
class TextDrafted:
    """All lines asked for are written."""

    ids: tuple[int, ...]
    logp: tuple[float, ...]
    gain: tuple[float, ...] = ()
    """Nats by which the conditions make each id likelier."""
    state: VerseState | None = None
    """Of the machine after it; None if it did not write the text."""
    unwanted: tuple[int, ...] = ()
    """Lines that stayed although they are not wanted."""
    candidate: int = 0
    """Number of the text among those of one request."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The drafts that went on from the end of a line, to go back to."""

    step: int
    crowd: list[Draft]
    state: State
    """Their rows, before they read the last id of the drafts."""


def rows_needed(drafts: int, *, twins: bool) -> int:
    """Rows of the batch that a search holds at most."""
    return _wide(drafts) * (2 if twins else 1)


def _wide(drafts: int) -> int:
    """Drafts before a locked character."""
    return drafts if drafts == 1 else max(drafts, min(drafts * WIDER, DRAFTS))


Drafting = Generator[Plan | Emit, Outcome, TextDrafted]


def drafts(prompts: Sequence[Sequence[int]], machine: Machine, search: Search) -> Drafting:
    """Write one text; emits `LineDrafted` for each line as soon as it is certain.

    Args:
        prompts: What the model reads before the text, at least one id; then, if it is to be guided,
            the unconditioned prompt, which ends alike and is no longer.
        machine: What may be written.
        search: How.

    Returns:
        The text, which is emitted, too.
    """
    twins, spans = len(prompts), machine.spans[: search.lines]
    is_unwanted = _unwanted_lines(machine, spans, search)
    state = search.start.take([0] * twins)
    if len(prompts[0]) > 1:
        read = yield from read_prompts([prompt[:-1] for prompt in prompts], search.start)
        state = read.state.take(range(twins))
    kept = _Kept(0, [Draft(machine.start(search.rhyme))], state)
    crowd, rows, now = kept.crowd, [0], search
    back: State | None = state
    step = decided = shown = again = 0
    while True:
        # 1) Where a line has ended, the best drafts go on; or it is drafted again.
        if decided < (ready := _ready(machine, step, spans)):
            wanted = [r for r in rows if not is_unwanted(crowd[r], range(decided, ready))]
            if not wanted and again < AGAIN:
                again += 1
                now = replace(search, sample=search.sample + again * _ANEW)
                step, crowd, back = kept.step, kept.crowd, kept.state
                rows = list(range(len(crowd)))
                continue
            keep = 1 if step == spans[-1].stop else max(1, search.drafts // KEPT)
            rows = best_of_each(crowd, wanted or rows, search.worth, keep)
            back = state.take([row * twins + twin for row in rows for twin in range(twins)])
            kept = _Kept(step, [crowd[row] for row in rows], back)
            crowd, rows, now, again = kept.crowd, list(range(len(rows))), search, 0
            decided = ready
            # 2) What all of them agree on is certain.
            for line in _certain(crowd, spans, range(shown, decided), search):
                yield Emit(line)
                shown += 1
        if step == spans[-1].stop:
            break
        # 3) Fork, double and drop drafts; then draw a character for each.
        if machine.slots[step].locked is None:
            u = chance(now.seed, now.sample, _RESAMPLE + step)
            crowd, rows = resampled(crowd, rows, _width(machine, step, search), u)
        outcome = yield _plan(machine, [crowd[row] for row in rows], rows, prompts, now)._replace(
            back=back
        )
        crowd = [_grown(machine, crowd[row], outcome, at, twins) for at, row in enumerate(rows)]
        state, back, rows, step = outcome.state, None, list(range(len(crowd))), step + 1
    best, every = crowd[0], range(len(spans))
    stayed = tuple(line for line in every if is_unwanted(best, range(line, line + 1)))
    text = TextDrafted(best.ids, best.logp, best.gain, best.state, stayed, search.sample)
    yield Emit(text)
    return text


def _unwanted_lines(
    machine: Machine, spans: Sequence[slice], search: Search
) -> Callable[[Draft, range], bool]:
    """From a draft and some of its lines to whether one is not wanted; lines that were given whole
    are not asked."""
    drawn = {
        line
        for line, span in enumerate(spans)
        if any(slot.locked is None for slot in machine.slots[span])
    }

    @cache
    def of(line: int, ids: tuple[int, ...]) -> bool:
        return search.unwanted is not None and search.unwanted(line, ids)

    return lambda draft, lines: any(of(n, draft.ids[spans[n]]) for n in lines if n in drawn)


def _ready(machine: Machine, step: int, spans: Sequence[slice]) -> int:
    """How many lines can be decided on before a step: none before a given character, since what is
    given tells the drafts apart."""
    if step == spans[-1].stop:
        return len(spans)
    slot = machine.slots[step]
    return slot.line if slot.locked is None else 0


def _certain(
    crowd: Sequence[Draft], spans: Sequence[slice], lines: range, search: Search
) -> Iterator[LineDrafted]:
    """The first of some lines, as far as all drafts have the same."""
    best = crowd[0]
    for line in lines:
        span = spans[line]
        if any(draft.ids[span] != best.ids[span] for draft in crowd):
            return
        yield LineDrafted(line, best.ids[span], best.logp[span], search.sample)


def _width(machine: Machine, step: int, search: Search) -> int:
    """Drafts for a place: more before a locked one in the same line."""
    slots = machine.slots
    before_lock = (
        step + 1 < len(slots)
        and slots[step + 1].locked is not None
        and slots[step + 1].place is not None
        and slots[step + 1].line == slots[step].line
    )
    return _wide(search.drafts) if before_lock else search.drafts


def _plan(
    machine: Machine,
    alive: Sequence[Draft],
    rows: Sequence[int],
    prompts: Sequence[Sequence[int]],
    search: Search,
) -> Plan:
    """One character for each draft; a twin reads what its draft reads."""
    twins = len(prompts)
    asks: list[Ask | None] = []
    reads: list[int] = []
    for place, draft in enumerate(alive):
        asks += [_ask(machine, draft, search, place, twins > 1), *[None] * (twins - 1)]
        reads += [draft.ids[-1]] * twins if draft.ids else [prompt[-1] for prompt in prompts]
    return Plan([row * twins + twin for row in rows for twin in range(twins)], reads, asks)


def _ask(machine: Machine, draft: Draft, search: Search, row: int, is_guided: bool) -> Ask:
    ids, barred = machine.choices(draft.state)
    ask = Ask(
        ids,
        search.options,
        search.seed,
        search.sample * DRAFTS + row,
        len(draft.ids),
    )
    slot = machine.slots[len(draft.ids)]
    if slot.place is None:
        return ask._replace(logp=False)
    said = np.array(draft.ids, np.int32)
    if is_guided:
        ask = ask._replace(guidance=Guidance(search.guidance, said))
    if len(ids) == 1:
        return ask
    biases = [(barred, _nats(len(barred), -np.inf))]
    if search.faded and len(said) > 1:  # the very last may be doubled
        biases.append((said[:-1], _nats(len(said) - 1, search.faded)))
    if search.openings and not any(s.locked is None for s in machine.slots[: len(draft.ids)]):
        biases.append((np.array(search.openings, np.int32), _nats(len(search.openings), BARRED)))
    biases += [bias for lean in search.leans if (bias := lean(draft.ids)) is not None]
    return ask._replace(bias=_joined([bias for bias in biases if len(bias[0])]))


def _joined(biases: Sequence[tuple[Ids, F32]]) -> Bias | None:
    if len(biases) < 2:
        return Bias(*biases[0]) if biases else None
    return Bias(*(np.concatenate(arrays) for arrays in zip(*biases, strict=True)))


@lru_cache(1024)
def _nats(count: int, nats: float) -> F32:
    """One number so many times; one array for all rows and steps that need as many."""
    return np.full(count, nats, np.float32)


def _grown(machine: Machine, draft: Draft, outcome: Outcome, at: int, twins: int) -> Draft:
    """A draft with the character that was drawn for it, number `at` among the plan's drafts."""
    row = at * twins
    char_id = outcome.ids[row]
    is_mark = machine.slots[len(draft.ids)].place is None
    return Draft(
        machine.advance(draft.state, char_id),
        (*draft.ids, char_id),
        (*draft.logp, 0.0 if is_mark else outcome.logp[row]),
        (*draft.gain, outcome.gain[row] if twins > 1 and not is_mark else 0.0),
        draft.weight + (0.0 if is_mark else outcome.tempered[row]),
    )
