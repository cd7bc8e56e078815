"""Free texts as tasks: several texts share one reading of their prompt."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from charbard.config import TextOrder
from charbard.runtime import (
    Bias,
    Constraint,
    Draws,
    State,
    Step,
    Steps,
    Task,
    best_of,
    generate,
    read_ids,
    read_prompts,
    through,
    together,
)
from charbard.vocab import END
from charbard.writer.text.ending import Ending

__all__ = ["Brief", "Piece", "text_task"]


@dataclass(frozen=True, slots=True)
class Piece:
    """A few characters of one text, emitted as soon as they are certain."""

    sample: int
    text: str
    logp: tuple[float, ...]
    """The model's own log-probability of each character, in nats."""
    last: bool = False
    """Whether the text is over."""


@dataclass(frozen=True)
class Brief:
    """An order in the model's terms."""

    order: TextOrder
    prompts: Sequence[Sequence[int]]
    """What is read before the text, at least one id; then, if the text is to be guided, the same
    without the fields."""
    constraint: Constraint[Any]
    """What may be written."""
    boost: Bias | None
    symbols: Sequence[str]
    """Every symbol by id."""
    start: State
    """One row that has read nothing."""
    capped: frozenset[int]
    """Ids that guidance never raises if they were written recently."""


def text_task(brief: Brief, samples: range) -> Task:
    """Write these samples of an order; emits `Piece`."""
    rows = len(samples) * brief.order.best_of * len(brief.prompts)
    return Task(_texts(brief, samples), rows=rows)


def _texts(brief: Brief, samples: range) -> Steps:
    if len(brief.prompts) > 1:
        yield from read_prompts([prompt[:-1] for prompt in brief.prompts], brief.start)
    else:
        yield from read_ids(brief.prompts[0][:-1])
    children = [_text(brief, sample) for sample in samples]
    yield from through(together(children), lambda value: ((value[1],), False))


def _text(brief: Brief, sample: int) -> Steps:
    """Write one text after its prompt, or the best of several."""
    each = brief.order.best_of
    children = [
        _attempt(brief, sample, number) for number in range(sample * each, (sample + 1) * each)
    ]
    return children[0] if each == 1 else best_of(children, _likelihood)


def _attempt(brief: Brief, sample: int, number: int) -> Steps:
    order, ending = brief.order, Ending(brief.order)
    draws = Draws(
        options=order.options,
        seed=order.seed,
        sample=number,
        boost=brief.boost,
        guidance=order.guidance if len(brief.prompts) > 1 else None,
        capped=brief.capped,
    )

    def take(step: Step) -> tuple[list[Piece], bool]:
        if step.char_id == END:
            ready = ending.end()
        else:
            ready = ending.take(brief.symbols[step.char_id], step.logp)
        if not ready and not ending.over:
            return [], False
        text, logp = "".join(char for char, _ in ready), tuple(logp for _, logp in ready)
        return [Piece(sample, text, logp, ending.over)], ending.over

    (prompt, *_) = brief.prompts
    steps = generate(prompt, brief.constraint, draws, read=len(prompt) - 1)
    return through(steps, take)


def _likelihood(pieces: list[Piece]) -> float:
    """Mean log-probability of a character."""
    logp = [value for piece in pieces for value in piece.logp]
    return sum(logp) / max(1, len(logp))
