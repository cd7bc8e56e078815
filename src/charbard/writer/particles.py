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
from functools import cache

from charbard.config.verse import DRAFTS
from charbard.prosody.machine import Machine
from charbard.runtime import Emit, Outcome, Plan, State, read_prompts
from charbard.runtime.sampling import chance
from charbard.writer.asking import drawing, grown, marked, reading
from charbard.writer.population import Draft, best_of, resampled, rows_of, seated
from charbard.writer.search import LineDrafted, Search, TextDrafted

__all__ = ["AGAIN", "WIDER", "drafts", "rows_needed"]

WIDER = 4
"""How many times as many drafts are tried before a locked character."""
AGAIN = 4
"""How many times a line is drafted again because no draft of it is wanted."""
KEPT = 4
"""One in so many drafts goes on from the end of a line."""
_RESAMPLE = 1 << 21
"""Added to the number of a step: chances other than those of the characters themselves."""
_ANEW = 1 << 20
"""Added to the number of a sample for each time that a line is drafted again."""

Reading = Generator[Plan | Emit, Outcome, None]


@dataclass(frozen=True, slots=True)
class _Kept:
    """The drafts that went on from the end of a line, to go back to."""

    step: int
    crowd: list[Draft]
    state: State
    """Their rows, in order; they have not read the last id."""


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
    text = _Text(prompts, machine, search)
    yield from text.begin()
    while True:
        # 1) A mark is not drawn: it is there as soon as its line is.
        marks = text.mark()
        # 2) Where a line has ended, the best drafts go on; or it is drafted again.
        lines = text.ended()
        if lines:
            if not text.narrow(lines):
                continue
            yield from map(Emit, text.certain())
        if text.is_whole:
            break
        # 3) Only those that go on read the end of their line, so that it can be gone back to.
        yield from text.read(marks)
        if lines:
            text.keep()
        # 4) Fork, double and drop drafts; then draw a character for each fork.
        yield from text.draw()
    written = text.written()
    yield Emit(written)
    return written


class _Text:
    """One text while it is drafted."""

    def __init__(self, prompts: Sequence[Sequence[int]], machine: Machine, search: Search) -> None:
        self._prompts, self._machine, self._search = prompts, machine, search
        self._twins, self._spans = len(prompts), machine.spans[: search.lines]
        self._end: int = self._spans[-1].stop
        self._is_unwanted = _unwanted_lines(machine, self._spans, search)
        self._crowd = [Draft(machine.start(search.rhyme))]
        self._forks = [0]
        """The draft of each fork, ascending: drafts that are alike are one, several times."""
        self._state = search.start.take([0] * self._twins)
        self._step = self._decided = self._shown = 0
        """Places written, lines that have been decided on, lines that have been emitted."""
        self._kept = _Kept(0, self._crowd, self._state)
        self._back: _Kept | None = None
        self._attempt, self._again = search, 0

    @property
    def is_whole(self) -> bool:
        """Whether all that was asked for is written."""
        return self._step == self._end

    def begin(self) -> Reading:
        """Read the prompts but for their last ids."""
        if len(self._prompts[0]) > 1:
            before = [prompt[:-1] for prompt in self._prompts]
            read = yield from read_prompts(before, self._search.start)
            self._state = read.state.take(range(self._twins))
        self._kept = self._back = _Kept(0, self._crowd, self._state)

    def mark(self) -> int:
        """Write the marks that stand here; returns how many."""
        marks = 0
        while not self.is_whole and self._machine.slots[self._step].place is None:
            self._crowd = [marked(self._machine, draft) for draft in self._crowd]
            self._step, marks = self._step + 1, marks + 1
        return marks

    def ended(self) -> range:
        """The lines that can be decided on now."""
        return range(self._decided, _ready(self._machine, self._step, self._spans))

    def narrow(self, lines: range) -> bool:
        """Let the best drafts go on.

        Returns:
            False: none is wanted, so it has gone back to the beginning of the lines.
        """
        crowd = self._crowd
        wanted = [fork for fork in self._forks if not self._is_unwanted(crowd[fork], lines)]
        if not wanted and self._again < AGAIN:
            self._again += 1
            number = self._search.sample + self._again * _ANEW
            self._attempt = replace(self._search, sample=number)
            self._step, self._crowd = self._kept.step, self._kept.crowd
            self._forks, self._back = list(range(len(self._crowd))), self._kept
            return False
        keep = 1 if self.is_whole else max(1, self._search.drafts // KEPT)
        best = best_of(crowd, wanted or self._forks, self._search.worth, keep)
        self._crowd, self._forks = [crowd[at] for at in best], list(range(len(best)))
        self._attempt, self._again, self._decided = self._search, 0, lines.stop
        return True

    def certain(self) -> Iterator[LineDrafted]:
        """The lines that all drafts have alike and that have not been emitted."""
        best = self._crowd[0]
        for line in range(self._shown, self._decided):
            span = self._spans[line]
            if any(draft.ids[span] != best.ids[span] for draft in self._crowd):
                return
            self._shown += 1
            yield LineDrafted(line, best.ids[span], best.logp[span], self._search.sample)

    def read(self, marks: int) -> Reading:
        """Read what stands before the last of some marks."""
        for unread in range(marks, 0, -1):
            outcome = yield reading(self._crowd, self._prompts, unread)
            self._state, self._crowd = outcome.state, seated(self._crowd)

    def keep(self) -> None:
        """Be able to go back to here."""
        state = self._state.take(rows_of(self._crowd, self._twins))
        self._kept = _Kept(self._step, seated(self._crowd), state)

    def draw(self) -> Reading:
        """A character for each fork."""
        machine, attempt = self._machine, self._attempt
        if machine.slots[self._step].locked is None:
            u = chance(attempt.seed, attempt.sample, _RESAMPLE + self._step)
            width = _width(machine, self._step, attempt)
            self._crowd, self._forks = resampled(self._crowd, self._forks, width, u)
        plan = drawing(machine, self._crowd, self._forks, self._prompts, attempt)
        back, self._back = self._back, None
        outcome = yield plan if back is None else plan._replace(back=back.state)
        self._crowd, self._forks = grown(machine, self._crowd, self._forks, outcome)
        self._state, self._step = outcome.state, self._step + 1

    def written(self) -> TextDrafted:
        """The text, once it is whole."""
        best, lines = self._crowd[0], range(len(self._spans))
        stayed = [line for line in lines if self._is_unwanted(best, range(line, line + 1))]
        return TextDrafted(
            best.ids, best.logp, best.gain, best.state, tuple(stayed), self._search.sample
        )


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
