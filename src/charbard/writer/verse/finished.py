"""Assemble lines and scored poems from the ids that were drawn for a request."""

from collections.abc import Sequence

from charbard.bundle import Bundle
from charbard.errors import Note
from charbard.novelty.lines import known_lines
from charbard.prosody.machine import Machine
from charbard.runtime import Decoded, Draft, Segment, Worth
from charbard.runtime.decoder import RETRIES
from charbard.writer.verse.habits import habit_share
from charbard.writer.verse.poem import LineDone, Poem
from charbard.writer.verse.ranking import Score, facing_lines, parallel_score, repetition
from charbard.writer.verse.request import Request
from charbard.writer.verse.stock import stock_share
from charbard.writer.verse.word_bias import share_used

__all__ = ["finished", "line_done", "worth_of"]


def line_done(request: Request, said: Segment) -> LineDone:
    """Convert a segment that a request's task emitted to a line."""
    text, mark = request.line(said.index, said.ids)
    return LineDone(said.sample, said.index, text, mark, said.logp[: len(text)])


def finished(bundle: Bundle, request: Request, text: Decoded) -> Poem:
    """Return a decoded text as a poem, checked and scored.

    Args:
        bundle: The model that wrote it.
        request: The request that it was written for.
        text: Its ids, marks included, and their log-probabilities.
    """
    spans = request.machine.spans
    done = [
        line_done(request, Segment(n, text.ids[span], text.logp[span], text.sample))
        for n, span in enumerate(spans)
    ]
    lines = tuple(line.text for line in done)
    known = known_lines().hold(lines)
    stayed = tuple(
        Note(
            f"{lines[n]} stands in the corpus: {RETRIES + 1} rounds of drafts found no new line",
            "line.known",
            {"line": lines[n]},
        )
        for n in text.rejected
        if known[n]
    )
    variants, rhymes = _settled(request.machine, text)
    shaped = request.spec.form
    settled = shaped.variant_named(variants[0]) if variants else shaped.variants[0]
    given = tuple(sorted({(lock.line, lock.place) for lock in request.spec.locks}))
    return Poem(
        candidate=text.sample,
        lines=lines,
        marks=tuple(line.mark for line in done),
        logp=tuple(line.logp for line in done),
        stanza_ends=settled.stanza_ends,
        form=request.form.name,
        book=request.spec.book,
        variants=variants,
        rhymes=rhymes,
        given=given,
        score=_score(request, done, given, text),
        seed=request.order.seed,
        theme=request.order.theme,
        model=bundle.digest,
        notes=request.notes + stayed,
    )


def _settled(machine: Machine, text: Decoded) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    """Return the variants and rhymes of a text; both are empty if it breaks the form."""
    if text.form is not None:
        return machine.settled(text.form)
    state = machine.start()
    for char_id in text.ids:
        if char_id not in machine.allowed(state):
            return (), ()
        state = machine.advance(state, char_id)
    return machine.settled(state)


def worth_of(request: Request) -> Worth:
    """Return the function that scores a draft, complete or not.

    Unlike in a poem's score, given characters count here, because drafts differ in how well they
    lead up to those characters.
    """
    spans = request.machine.spans

    def worth(draft: Draft) -> float:
        size = len(draft.ids)
        lines = [request.line(n, draft.ids[s])[0] for n, s in enumerate(spans) if s.stop <= size]
        chars = max(1, sum(slot.place is not None for slot in request.machine.slots[:size]))
        return Score(
            model=sum(draft.logp) / chars,
            theme=sum(draft.gain) / chars,
            grade=draft.probed / chars,
            parallel=_parallel(request, lines),
            repetition=repetition(lines),
            stock=stock_share(lines),
            habits=habit_share(lines),
            words=share_used(lines, request.wanted),
        ).total

    return worth


def _score(
    request: Request,
    done: Sequence[LineDone],
    given: Sequence[tuple[int, int]],
    text: Decoded,
) -> Score:
    lines = [line.text for line in done]
    size = sum(map(len, lines))
    known = set(given)
    free = [
        value
        for line in done
        for place, value in enumerate(line.logp)
        # A poem that is given as a whole has no free characters; then every character counts.
        if (line.index, place) not in known or len(known) == size
    ]
    return Score(
        model=sum(free) / max(1, len(free)),
        theme=sum(text.gain) / max(1, size) if len(request.prompts) > 1 else None,
        grade=None if text.probed is None else text.probed / max(1, size),
        parallel=_parallel(request, lines),
        repetition=repetition(lines),
        stock=stock_share(lines),
        habits=habit_share(lines),
        words=share_used(lines, request.wanted),
        novelty=1 - float(known_lines().hold(lines).mean()),
    )


def _parallel(request: Request, lines: Sequence[str]) -> float | None:
    """Score the parallelism (对仗) of those finished couplets that should be parallel."""
    # Which couplets should be parallel depends on the lengths of all lines, written or not.
    whole = ["x" * (span.stop - span.start) for span in request.machine.spans]
    pairs = facing_lines(request.form.kind, whole)
    return parallel_score(lines, [pair for pair in pairs if pair[1] < len(lines)])
