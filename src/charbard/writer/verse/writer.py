"""The writer of verse, which combines a model, a form and an order.

It keeps no state between calls except the model and caches of compiled forms and requests.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import compress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numpy as np

from charbard.bundle import Bundle, load_bundle
from charbard.config import VerseOrder
from charbard.errors import OptionError
from charbard.files import path_of
from charbard.novelty.lines import known_lines
from charbard.prosody import Form
from charbard.prosody.compiler import try_compile
from charbard.prosody.conflict import nearest_feasible
from charbard.prosody.lexicon import Lexicon
from charbard.prosody.machine import Ids
from charbard.prosody.spec import FormSpec
from charbard.runtime import (
    Decoded,
    Network,
    Program,
    Rejects,
    Result,
    Run,
    Search,
    Segment,
    Steps,
    Task,
    decode,
    perform,
    result,
    rows_needed,
    run,
    side_by_side,
)
from charbard.runtime.quant import ByteModel
from charbard.writer.about import about
from charbard.writer.inspect.reading import read_alternatives, read_scored
from charbard.writer.operation import operation
from charbard.writer.verse.finished import finished, line_done, worth_of
from charbard.writer.verse.followers import towards_followers
from charbard.writer.verse.givens import OPEN
from charbard.writer.verse.habits import away_from_habits
from charbard.writer.verse.parallel_bias import towards_parallel
from charbard.writer.verse.poem import Alternative, LineDone, Poem
from charbard.writer.verse.probe import probe_for
from charbard.writer.verse.request import Lexicons, Request, read_order
from charbard.writer.verse.rhymed import choose_rhyme
from charbard.writer.verse.stock import away_from_stock
from charbard.writer.verse.themes import with_theme
from charbard.writer.verse.word_bias import towards_words

__all__ = ["VerseWriter"]

T = TypeVar("T")
_ROWS = 256
_REQUESTS = 64
"""Maximum number of cached compiled requests; each keeps its machine."""
_FADED = -3.0
"""Nats added to a character for each earlier occurrence, in forms that allow repetition."""
_TRIED = 64
"""Maximum number of alternatives to a character that are scored to the end of the text."""


class VerseWriter:
    """A writer of verse.

    Args:
        bundle: A model of verse, preferably trained with the fields form and title.
        network: The model's network, if it is loaded already.
        runner: Function that runs a task; None runs each task in its own batch in the calling
            thread.
    """

    def __init__(
        self, bundle: Bundle, network: Network | None = None, runner: Run | None = None
    ) -> None:
        self.bundle = bundle
        self.network: Network = ByteModel(bundle) if network is None else network
        self._probe = probe_for(bundle)
        self._run: Run = runner or self._in_this_thread
        self._lexicons = Lexicons(bundle)
        self._known: dict[VerseOrder, Request] = {}
        self._lock = Lock()

    @classmethod
    def open(cls, path: str | Path) -> "VerseWriter":
        """Open a bundle, a checkpoint, or the best bundle of a run's folder.

        Raises:
            BundleError: The bundle is missing, truncated, altered or of another version.
        """
        return cls(load_bundle(path_of(path, name="path")))

    def __repr__(self) -> str:
        return f"<VerseWriter of {about(self.bundle)}>"

    def _in_this_thread(self, task: Task) -> Iterator[Any]:
        return (value for _, value in run(self.network, [task], rows=_ROWS))

    def perform(self, program: Program[T]) -> T:
        """Run a program in the calling thread and return its result."""
        return result(program, self._run)

    def request_in(
        self, form: Form, order: VerseOrder, *, fields: Mapping[str, str] | None = None
    ) -> Request:
        """Compile an order in a form that need not have a name.

        Args:
            form: The form.
            order: The order, whose own form is ignored.
            fields: Conditions by name, in addition to those of the order.
        """
        return read_order(self.bundle, order, self._lexicons, form=form, fields=fields or {})

    @operation
    def poems(self, request: Request) -> Program[list[Poem]]:
        """Write every candidate of a request; the best comes first."""
        emitted = yield self.task(request)
        return self.ranked(request, [said for said in emitted if isinstance(said, Decoded)])

    def request(self, order: VerseOrder) -> Request:
        """Compile an order without writing anything.

        Raises:
            OptionError: A form, place, rhyme or length does not exist.
            ConflictError: Demands of the order contradict each other.
        """
        order = self._titled(order)
        if (request := self._cached(order)) is None:
            request = read_order(self.bundle, order, self._lexicons)
            # Compiling takes long, so the lock is not held: two threads may compile the same order.
            with self._lock:
                self._known[replace(order, seed=0)] = request
                if len(self._known) > _REQUESTS:
                    del self._known[next(iter(self._known))]
        return request

    def at_hand(self, order: VerseOrder) -> Request | None:
        """Return this order's request, reusing the one cached for an order that differs only in its
        seed; None if none is cached."""
        return self._cached(self._titled(order))

    def _cached(self, order: VerseOrder) -> Request | None:
        request = self._known.get(replace(order, seed=0))
        return None if request is None else replace(request, order=order)

    def _titled(self, order: VerseOrder) -> VerseOrder:
        """Return an order with a drawn theme if it needs one and the model reads titles."""
        return with_theme(order) if "title" in self.bundle.vocab.fields else order

    def verse(self, order: VerseOrder) -> list[Poem]:
        """Write every candidate of an order; the best comes first."""
        return self.poems(self.request(order))

    def stream(self, order: VerseOrder) -> Iterator[LineDone | Poem]:
        """Yield each line as soon as it is certain, one candidate after another, then the poems.

        The poems come ranked, the best first. The order is checked before this returns. Closing
        the iterator stops the writing.
        """
        return self._stream(self.request(order))

    def _stream(self, request: Request) -> Iterator[LineDone | Poem]:
        for said in perform(self.poems.program(request), self._run):
            if isinstance(said, Segment):
                yield line_done(request, said)
            elif isinstance(said, Result):
                yield from said.value

    def task(self, request: Request, lines: int | None = None) -> Task:
        """Return the task that writes a request's candidates one after another.

        The first candidate is thus finished early, and each can differ from its predecessors.
        """
        rows = rows_needed(request.order.drafts, twins=len(request.prompts) > 1)
        return Task(self._candidates(request, lines), rows=rows)

    def _candidates(self, request: Request, lines: int | None) -> Steps:
        order, vocab = request.order, self.bundle.vocab
        search = Search(
            options=order.options,
            seed=order.seed,
            sample=0,
            start=self.network.start(),
            worth=worth_of(request),
            probe=self._probe,
            drafts=order.drafts,
            guidance=order.guidance,
            # Where no character may occur twice there is nothing to fade.
            faded=0.0 if request.spec.repeats == "none" else _FADED,
            segments=lines,
            bias_rules=(
                *towards_parallel(request),
                *towards_words(request),
                towards_followers(request),
                away_from_stock(vocab),
                away_from_habits(vocab),
            ),
        )
        written: list[Decoded] = []
        for sample in range(order.candidates):
            here = replace(
                search,
                sample=sample,
                openings=request.openings_of([text.ids for text in written]),
                rejects=_rejecting(request, written),
            )
            prompts, here = yield from choose_rhyme(request, here)
            written.append((yield from decode(prompts, request.machine, here)))

    @operation
    def next_lines(self, order: VerseOrder) -> Program[list[LineDone]]:
        """Write distinct candidates for the first line that is still open, the likeliest first.

        No theme is drawn, because the next call for the same poem might draw another one.

        Raises:
            OptionError: No line is open.
        """
        request = self.request(replace(order, titled=False))
        locked = {(lock.line, lock.place) for lock in request.spec.locks}
        gaps = [
            slot.line
            for slot in request.machine.slots
            if slot.place is not None and (slot.line, slot.place) not in locked
        ]
        if not gaps:
            raise OptionError(
                "no line is open", code="line.full", hint=f"write {OPEN} for each open character"
            )
        found: dict[str, LineDone] = {}
        for said in (yield self.task(request, gaps[0] + 1)):
            if isinstance(said, Segment) and said.index == gaps[0]:
                line = line_done(request, said)
                found.setdefault(line.text, line)
        return sorted(found.values(), key=lambda line: -sum(line.logp))

    @operation
    def alternatives(
        self, order: VerseOrder, text: str, line: int, place: int, *, top: int = 12
    ) -> Program[list[Alternative]]:
        """Find characters that could take one place of a poem, with all others unchanged.

        Args:
            order: The order of the poem; its form, book, rhyme and fields are used.
            text: The poem.
            line: 0-based line of the place.
            place: 0-based place of the character in the line.
            top: Maximum number of alternatives to return.

        Returns:
            The alternatives that break no rule that the poem keeps, the likeliest first.
        """
        request = self.reading(order, text)
        slots = request.machine.slots
        at = next((n for n, s in enumerate(slots) if (s.line, s.place) == (line, place)), None)
        if at is None:
            raise OptionError(
                f"there is no place {line + 1}.{place + 1}",
                code="place.none",
                values={"line": line + 1, "place": place + 1},
                hint="count from 1.1",
            )
        ids = request.given_ids
        open_there = replace(
            request.spec,
            locks=tuple(k for k in request.spec.locks if (k.line, k.place) != (line, place)),
        )
        allowed = _allowed_at(open_there, self._lexicons(request.spec.book), ids, at)
        steps = read_alternatives(
            self.network,
            request.prompt_for(request.prompt, ids),
            ids,
            allowed,
            at=at,
            most=min(_TRIED, len(allowed)),
        )
        (found,) = yield Task(steps, rows=_TRIED)
        return _alternatives(found, self.bundle.vocab.symbols)[:top]

    @operation
    def score(self, order: VerseOrder, text: str) -> Program[Poem]:
        """Score a given poem as if it had been written for an order; it need not keep the form."""
        request = self.reading(order, text)
        ids = request.given_ids
        own, *unconditioned = [request.prompt_for(prompt, ids) for prompt in request.prompts]
        tasks = [Task(read_scored(prompt, ids, self._probe)) for prompt in (own, *unconditioned)]
        emitted = dict((yield side_by_side(tasks)))
        logp, read = emitted[0]
        # As in the decoder, marks do not count.
        drawn = [slot.place is not None for slot in request.machine.slots]
        probed = None if self._probe is None else sum(compress(read, drawn))
        gain = (
            [a - b for a, b in zip(logp, emitted[1][0], strict=True)]
            if unconditioned
            else [0.0] * len(ids)
        )
        return self.ranked(request, [Decoded(ids, logp, tuple(gain), probed)])[0]

    def reading(self, order: VerseOrder, text: str) -> Request:
        """Compile a given poem as a request whose every character is locked."""
        whole = replace(
            order,
            template=text,
            opening="",
            acrostic="",
            words="",
            locks=(),
            bans=(),
            banned="",
            commonest=None,
            repeats="free",
            candidates=1,
        )
        request = read_order(self.bundle, whole, self._lexicons, strict=False)
        if len(request.given_ids) < len(request.machine):
            raise OptionError(
                f"the poem is not complete for {request.form.name}",
                code="poem.short",
                values={"form": request.form.name, "length": len(request.machine)},
                hint=f"it has {len(request.machine)} characters, marks included",
            )
        return request

    def ranked(self, request: Request, written: Sequence[Decoded]) -> list[Poem]:
        """Return the finished poems for a request, best first."""
        poems = [finished(self.bundle, request, text) for text in written]
        return sorted(poems, key=lambda poem: -poem.score.total)


def _allowed_at(spec: FormSpec, lexicon: Lexicon, ids: Sequence[int], at: int) -> Ids:
    """Return the ids allowed at one position with all others fixed.

    If the text already breaks the form, the constraints that it violates are dropped.
    """
    machine = try_compile(spec, lexicon)
    if machine is None:
        near = nearest_feasible(spec, lexicon)
        machine = None if near is None else try_compile(near, lexicon)
    assert machine is not None, "the bare form can always be written"
    state = machine.start()
    for char_id in ids[:at]:
        allowed = machine.allowed(state)
        found = np.searchsorted(allowed, char_id)
        fits = found < len(allowed) and allowed[found] == char_id
        # An allowed character replaces one that the form forbids: only the state matters here.
        state = machine.advance(state, char_id if fits else int(allowed[0]))
    return machine.allowed(state)


def _alternatives(
    found: Sequence[tuple[int, float, float]], symbols: Sequence[str]
) -> list[Alternative]:
    # A character is weighed together with the rest of the text, so one that spoils it ranks low.
    joint = np.array([here + after for _, here, after in found])
    shares = np.exp(joint - joint.max())
    shares /= shares.sum()
    listed = [
        Alternative(symbols[char_id], float(share), here, after)
        for (char_id, here, after), share in zip(found, shares, strict=True)
    ]
    return sorted(listed, key=lambda each: -each.probability)


def _rejecting(request: Request, written: Sequence[Decoded]) -> Rejects | None:
    """Return a predicate that rejects lines of the verse corpus and of earlier candidates.

    Return None if there is nothing to reject.
    """
    spans = request.machine.spans
    shown = {text.ids[span] for text in written for span in spans}
    known = known_lines() if request.order.novel else None
    if known is None and not shown:
        return None

    def rejects(index: int, ids: Sequence[int]) -> bool:
        if tuple(ids) in shown:
            return True
        return known is not None and bool(known.hold([request.line(index, ids)[0]])[0])

    return rejects
