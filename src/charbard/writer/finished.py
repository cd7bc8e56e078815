"""What became of a request: from the ids that were drawn to lines and scored poems."""

from collections.abc import Sequence

from charbard.bundle import Bundle
from charbard.corpus.lines import known_lines
from charbard.prosody.machine import Machine
from charbard.writer.particles import AGAIN, LineDrafted, TextDrafted
from charbard.writer.poem import LineDone, Poem
from charbard.writer.ranking import Score, facing_lines, parallel_score, repetition
from charbard.writer.request import Request

__all__ = ["finished", "line_done"]


def line_done(request: Request, candidate: int, said: LineDrafted) -> LineDone:
    """A line that a task of a request emitted."""
    text, mark = request.line(said.index, said.ids)
    return LineDone(candidate, said.index, text, mark, said.logp[: len(text)])


def finished(
    bundle: Bundle, request: Request, candidate: int, text: TextDrafted, theme: float | None
) -> Poem:
    """A poem with all that is known of it.

    Args:
        bundle: What wrote it.
        request: What it was written for.
        candidate: Its number.
        text: Its ids, marks included, and their log-probabilities.
        theme: By how many nats the theme makes it likelier; None if there is none.
    """
    spans = request.machine.spans
    done = [
        line_done(request, candidate, LineDrafted(n, text.ids[span], text.logp[span]))
        for n, span in enumerate(spans)
    ]
    lines = tuple(line.text for line in done)
    stayed = tuple(
        f"{lines[n]} stands in the corpus: {AGAIN + 1} rounds of drafts found no new line"
        for n in text.unwanted
    )
    variants, rhymes = _settled(request.machine, text)
    given = tuple(sorted({(lock.line, lock.place) for lock in request.wish.locks}))
    return Poem(
        candidate=candidate,
        lines=lines,
        marks=tuple(line.mark for line in done),
        logp=tuple(line.logp for line in done),
        form=request.form.name,
        book=request.wish.book,
        variants=variants,
        rhymes=rhymes,
        given=given,
        score=_score(request, done, given, theme),
        seed=request.order.seed,
        theme=request.order.theme,
        model=bundle.digest,
        notes=request.notes + stayed,
    )


def _settled(machine: Machine, text: TextDrafted) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    """Variants and rhymes of a text; none for one that breaks the form."""
    if text.state is not None:
        return machine.settled(text.state)
    state = machine.start()
    for char_id in text.ids:
        if char_id not in machine.allowed(state):
            return (), ()
        state = machine.advance(state, char_id)
    return machine.settled(state)


def _score(
    request: Request,
    done: Sequence[LineDone],
    given: Sequence[tuple[int, int]],
    theme: float | None,
) -> Score:
    lines = [line.text for line in done]
    size = sum(map(len, lines))
    known = set(given)
    free = [
        value
        for line in done
        for place, value in enumerate(line.logp)
        if (line.index, place) not in known or len(known) == size
    ]
    pairs = facing_lines(request.form.kind, lines)
    return Score(
        model=sum(free) / max(1, len(free)),
        theme=None if theme is None else theme / max(1, size),
        parallel=parallel_score(lines, pairs),
        repetition=repetition(lines),
        novelty=1 - float(known_lines().hold(lines).mean()),
    )
