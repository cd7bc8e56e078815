"""Tasks that write free texts; the texts of a task share one reading of their prompt."""

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
from charbard.writer.text.spelling import Spelling

__all__ = ["CompiledOrder", "Piece", "text_task"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of one text, emitted as soon as they are certain."""

    sample: int
    text: str
    logp: tuple[float, ...]
    """The model's own log-probability of each character, in nats."""
    last: bool = False
    """Whether the text ends here."""


@dataclass(frozen=True)
class CompiledOrder:
    """An order for free text, compiled for one model."""

    order: TextOrder
    prompts: Sequence[Sequence[int]]
    """The prompt, at least one id; for a guided text also the unconditioned prompt."""
    constraint: Constraint[Any]
    """Constraint on what may be written."""
    boost: Bias | None
    symbols: Sequence[str]
    """Every symbol by id."""
    start: State
    """State of one row that has read nothing."""
    capped: frozenset[int]
    """Ids that guidance never makes likelier if they were written recently."""


def text_task(compiled: CompiledOrder, samples: range) -> Task:
    """Return the task that writes these samples of an order and emits each `Piece`."""
    rows = len(samples) * compiled.order.best_of * len(compiled.prompts)
    return Task(_texts(compiled, samples), rows=rows)


def _texts(compiled: CompiledOrder, samples: range) -> Steps:
    if len(compiled.prompts) > 1:
        yield from read_prompts([prompt[:-1] for prompt in compiled.prompts], compiled.start)
    else:
        yield from read_ids(compiled.prompts[0][:-1])
    children = [_text(compiled, sample) for sample in samples]
    # `together` emits (child, piece); the piece already names its sample.
    yield from through(together(children), lambda value: ((value[1],), False))


def _text(compiled: CompiledOrder, sample: int) -> Steps:
    """Write one text after its prompt, or the best of several."""
    each = compiled.order.best_of
    # Each attempt has its own sample number; otherwise they would all draw the same text.
    children = [
        _attempt(compiled, sample, number) for number in range(sample * each, (sample + 1) * each)
    ]
    return children[0] if each == 1 else best_of(children, _likelihood)


def _attempt(compiled: CompiledOrder, sample: int, number: int) -> Steps:
    order = compiled.order
    ending = Ending(order, whole_words=isinstance(compiled.constraint, Spelling))
    draws = Draws(
        options=order.options,
        seed=order.seed,
        sample=number,
        boost=compiled.boost,
        guidance=order.guidance if len(compiled.prompts) > 1 else None,
        capped=compiled.capped,
    )

    def take(step: Step) -> tuple[list[Piece], bool]:
        if step.char_id == END:
            ready = ending.end()
        else:
            ready = ending.take(compiled.symbols[step.char_id], step.logp)
        if not ready and not ending.over:
            return [], False
        text, logp = "".join(char for char, _ in ready), tuple(logp for _, logp in ready)
        return [Piece(sample, text, logp, ending.over)], ending.over

    (prompt, *_) = compiled.prompts
    steps = generate(prompt, compiled.constraint, draws, read=len(prompt) - 1)
    return through(steps, take)


def _likelihood(pieces: list[Piece]) -> float:
    """Return the mean log-probability of a character."""
    logp = [value for piece in pieces for value in piece.logp]
    return sum(logp) / max(1, len(logp))
