"""Search with several drafts, so that constrained text reads naturally and keeps to its theme.

Drawing each character only from the allowed ones distorts a text: it can run into a corner where
only an unlikely character rhymes. Here several drafts (particles) of one text grow in parallel.
Each carries a weight, the product of the probability mass that the model gave to the allowed
characters. As soon as the weights have drifted apart, even within a line, drafts of low weight are
dropped and drafts of high weight are copied. More drafts are tried before a character that is
fixed beforehand, because the choice of the word before it matters most.

At the end of a segment (a line) the drafts are ranked by their scores so far. A few of the best
survive and are forked until there are as many drafts as before. At the end of the text the best
draft wins.

If the prompt has conditions (a theme, a poet), each draft has two rows: one has read the prompt,
its twin the unconditioned prompt. Guidance moves the scores from the twin's towards the row's own
and beyond them. It never raises a character that is already in the draft: without that rule a poem
on the moon would say moon in every line.

Drafts with a segment to reject, such as a line that somebody else has written, lose to drafts
without one. If every draft has one, the segment is drafted again from its beginning, a few times;
the last attempt is used.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from charbard.runtime.constraint import SegmentedConstraint
from charbard.runtime.draft import Draft, best_of, resampled, rows_of, seated
from charbard.runtime.drawing import drawing, grown, marked, reading
from charbard.runtime.sampling import chance
from charbard.runtime.search import FORKS, Decoded, Search, Segment
from charbard.runtime.state import State
from charbard.runtime.task import Emit, Outcome, Plan, read_prompts

__all__ = ["RETRIES", "WIDER", "Decoding", "decode", "rows_needed"]

WIDER = 4
"""Factor on the number of drafts before a locked character."""
RETRIES = 4
"""Maximum number of retries of a segment that is rejected in every draft."""
SURVIVORS = 4
"""At the end of a segment, one draft in this many survives."""
_RESAMPLE = 1 << 21
"""Offset of step numbers that keeps the draws of resampling apart from those of characters."""
_ANEW = 1 << 20
"""Offset added to the sample number for each retry of a segment."""

Reading = Generator[Plan | Emit, Outcome, None]


@dataclass(frozen=True, slots=True)
class _RestartPoint:
    """The drafts that survived the end of a segment: where a retry starts."""

    step: int
    drafts: list[Draft]
    state: State
    """The rows of the drafts, in order; they have not read the last id yet."""


def rows_needed(drafts: int, *, twins: bool) -> int:
    """Return the maximum number of rows of the batch that a search holds."""
    return _wide(drafts) * (2 if twins else 1)


def _length(span: slice) -> int:
    size: int = span.stop - span.start
    return size


def _wide(drafts: int) -> int:
    """Return how many drafts to use just before a locked character: more, unless it is one."""
    # A single draft is a request for plain sampling, so it is never widened.
    return drafts if drafts == 1 else max(drafts, min(drafts * WIDER, FORKS))


Decoding = Generator[Plan | Emit, Outcome, Decoded]


def decode(
    prompts: Sequence[Sequence[int]], constraint: SegmentedConstraint[Any], search: Search
) -> Decoding:
    """Write one text; emit a `Segment` for each segment as soon as it is final.

    Args:
        prompts: The prompt, of at least one id; for guidance also the unconditioned prompt, which
            ends with the same id and is not longer.
        constraint: State machine that says what may be written.
        search: Configuration of the search.

    Returns:
        The text, which is also the last value emitted.
    """
    text = _Text(prompts, constraint, search)
    yield from text.begin()
    while True:
        # 1) Marks are not drawn: the form says where they are.
        marks = text.mark()
        # 2) If a segment has ended, the best drafts survive, or the segment is retried.
        ended = text.ended()
        if ended:
            if not text.narrow(ended):
                continue
            yield from map(Emit, text.certain())
        if text.is_whole:
            break
        # 3) Only the survivors read the end of the segment: most rows are dropped here.
        yield from text.read(marks)
        if ended:
            text.keep()
        # 4) Resample the drafts, then draw a character for each fork.
        yield from text.draw()
    written = text.written()
    yield Emit(written)
    return written


class _Text:
    """The state of one search."""

    def __init__(
        self, prompts: Sequence[Sequence[int]], constraint: SegmentedConstraint[Any], search: Search
    ) -> None:
        self._prompts, self._constraint, self._search = prompts, constraint, search
        self._twins, self._spans = len(prompts), constraint.spans[: search.segments]
        self._segment_at = [n for n, span in enumerate(self._spans) for _ in range(_length(span))]
        self._is_rejected = _rejected_in(constraint, self._spans, search)
        self._drafts = [Draft(constraint.start() if search.form is None else search.form)]
        self._forks = [0]
        """Index of the draft of each fork, ascending; equal drafts are stored once."""
        self._state = search.start.take([0] * self._twins)
        self._step = self._decided = self._shown = 0
        """Numbers of places written, of segments decided on, and of segments emitted."""
        self._restart = _RestartPoint(0, self._drafts, self._state)
        self._back: _RestartPoint | None = None
        self._attempt, self._retries = search, 0

    @property
    def is_whole(self) -> bool:
        """Whether every requested segment has been written."""
        return self._step == len(self._segment_at)

    def begin(self) -> Reading:
        """Read the prompts except for their last ids."""
        if len(self._prompts[0]) > 1:
            before = [prompt[:-1] for prompt in self._prompts]
            # The last id of a prompt is read with the first draw, as the last id of any draft is.
            read = yield from read_prompts(before, self._search.start)
            self._state = read.state.take(range(self._twins))
        # The first plan brings back these rows as its parents: a task that read no prompt still has
        # the one row that it joined the batch with, and twins need two.
        self._restart = self._back = _RestartPoint(0, self._drafts, self._state)

    def mark(self) -> int:
        """Append the marks at the current place to every draft; return their number."""
        marks = 0
        while not self.is_whole and self._constraint.is_mark(self._step):
            self._drafts = [marked(self._constraint, draft) for draft in self._drafts]
            self._step, marks = self._step + 1, marks + 1
        return marks

    def ended(self) -> range:
        """Return the segments that can be decided on now.

        There are none before a locked character: the drafts differ in how well that character
        follows them, so it is read first.
        """
        if self.is_whole:
            return range(self._decided, len(self._spans))
        if self._constraint.is_given(self._step):
            return range(0)
        return range(self._decided, self._segment_at[self._step])

    def narrow(self, segments: range) -> bool:
        """Keep only the best drafts, or go back to the restart point.

        Returns:
            False if the search went back: every draft was rejected and a retry was left.
        """
        drafts = self._drafts
        wanted = [fork for fork in self._forks if not self._is_rejected(drafts[fork], segments)]
        if not wanted and self._retries < RETRIES:
            self._retries += 1
            # Another sample number, because the same one would draw the same characters again.
            number = self._search.sample + self._retries * _ANEW
            self._attempt = replace(self._search, sample=number)
            self._step, self._drafts = self._restart.step, self._restart.drafts
            # The rows of the batch have changed since, so the next plan brings back those of the
            # restart point.
            self._forks, self._back = list(range(len(self._drafts))), self._restart
            return False
        # Later lines can still make up for a weak one, so several drafts survive until the end.
        keep = 1 if self.is_whole else max(1, self._search.drafts // SURVIVORS)
        best = best_of(drafts, wanted or self._forks, self._search.worth, keep)
        self._drafts, self._forks = [drafts[at] for at in best], list(range(len(best)))
        self._attempt, self._retries, self._decided = self._search, 0, segments.stop
        return True

    def certain(self) -> Iterator[Segment]:
        """Yield the segments on which all drafts agree and that have not been emitted."""
        # An emitted segment is final, so all survivors must agree on it and on every segment before
        # it.
        best = self._drafts[0]
        for number in range(self._shown, self._decided):
            span = self._spans[number]
            if any(draft.ids[span] != best.ids[span] for draft in self._drafts):
                return
            self._shown += 1
            yield Segment(number, best.ids[span], best.logp[span], self._search.sample)

    def read(self, marks: int) -> Reading:
        """Read the `marks` ids that precede the newest id; the next draw reads the newest id."""
        for unread in range(marks, 0, -1):
            # The plan has one row for each draft, in order, so drafts stop sharing rows here.
            outcome = yield reading(self._drafts, self._prompts, unread)
            self._state, self._drafts = outcome.state, seated(self._drafts)

    def keep(self) -> None:
        """Make the current place the restart point of later retries."""
        # A copy: `_state` is a view that would keep the state of the whole batch alive.
        state = self._state.take(rows_of(self._drafts, self._twins))
        self._restart = _RestartPoint(self._step, seated(self._drafts), state)

    def draw(self) -> Reading:
        """Draw a character for each fork."""
        constraint, attempt = self._constraint, self._attempt
        # Drafts differ in how well a locked character follows them, so no draft is dropped before
        # the character is read.
        if not constraint.is_given(self._step):
            u = chance(attempt.seed, attempt.sample, _RESAMPLE + self._step)
            self._drafts, self._forks = resampled(self._drafts, self._forks, self._width(), u)
        plan = drawing(constraint, self._drafts, self._forks, self._prompts, attempt)
        back, self._back = self._back, None
        outcome = yield plan if back is None else plan._replace(back=back.state)
        self._probe(outcome)
        self._drafts, self._forks = grown(constraint, self._drafts, self._forks, outcome)
        self._state, self._step = outcome.state, self._step + 1

    def _probe(self, outcome: Outcome) -> None:
        """Add what the search's probe reads to each draft that has forks."""
        if self._search.probe is None:
            return
        # The rows of a step belong to these drafts, in order, each followed by its twin's.
        values = self._search.probe(outcome.features_RP[:: self._twins]).tolist()
        read = dict(zip(dict.fromkeys(self._forks), values, strict=True))
        # A new list: the restart point may hold the old one.
        self._drafts = [
            draft._replace(probed=draft.probed + read.get(at, 0.0))
            for at, draft in enumerate(self._drafts)
        ]

    def _width(self) -> int:
        """Return the number of drafts for this place: more just before a locked character."""
        after = self._step + 1
        is_before_given = (
            after < len(self._segment_at)
            and self._segment_at[after] == self._segment_at[self._step]
            and self._constraint.is_given(after)
            and not self._constraint.is_mark(after)
        )
        return _wide(self._search.drafts) if is_before_given else self._search.drafts

    def written(self) -> Decoded:
        """Return the finished text."""
        best, every = self._drafts[0], range(len(self._spans))
        stayed = [number for number in every if self._is_rejected(best, range(number, number + 1))]
        return Decoded(
            best.ids,
            best.logp,
            best.gain,
            None if self._search.probe is None else best.probed,
            best.form,
            tuple(stayed),
            self._search.sample,
        )


def _rejected_in(
    constraint: SegmentedConstraint[Any], spans: Sequence[slice], search: Search
) -> Callable[[Draft, range], bool]:
    """Return a predicate on (draft, segment numbers): whether any of the segments is rejected.

    Segments whose characters are all fixed are never rejected.
    """
    drawn = {
        number
        for number, span in enumerate(spans)
        if not all(map(constraint.is_given, range(span.start, span.stop)))
    }

    @cache
    def is_rejected(number: int, ids: tuple[int, ...]) -> bool:
        return search.rejects is not None and search.rejects(number, ids)

    return lambda draft, numbers: any(
        is_rejected(number, draft.ids[spans[number]]) for number in numbers if number in drawn
    )
