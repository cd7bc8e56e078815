"""Constraints and tasks that several runtime tests use."""

import numpy as np

from charbard.config import SampleOptions
from charbard.runtime import (
    Anything,
    Decoded,
    Draft,
    Draws,
    Ids,
    Network,
    Search,
    Step,
    Steps,
    Task,
    as_ids,
    decode,
    generate,
    rows_needed,
    through,
)

NOTHING: Ids = as_ids([])


class Lines:
    """A constraint of equally long lines, each ended by a mark; the state counts the ids so far."""

    def __init__(self, allowed: Ids, newline: int, *, lines: int = 3, length: int = 4) -> None:
        self._allowed, self._newline = allowed, as_ids([newline])
        self._length = length + 1
        self.spans = [slice(n * self._length, (n + 1) * self._length) for n in range(lines)]

    def start(self) -> int:
        return 0

    def choices(self, state: int) -> tuple[Ids, Ids]:
        return (self._newline if self.is_mark(state) else self._allowed), NOTHING

    def advance(self, state: int, char_id: int) -> int:
        return state + 1

    def is_given(self, step: int) -> bool:
        return self.is_mark(step)

    def is_mark(self, step: int) -> bool:
        return (step + 1) % self._length == 0


FORM = Lines(as_ids(range(6, 17)), 2)


def likelihood(draft: Draft) -> float:
    """Return the log-probability of a draft, by which drafts are ranked."""
    return float(np.sum(draft.logp))


def poem(network: Network, sample: int = 0, *, form: Lines = FORM, drafts: int = 1) -> Task:
    """Return a task that searches for one poem."""
    search = Search(
        options=SampleOptions(),
        seed=1,
        sample=sample,
        start=network.start(),
        worth=likelihood,
        drafts=drafts,
    )

    def steps() -> Steps:
        yield from decode([[2, 5]], form, search)

    return Task(steps(), rows=rows_needed(drafts, twins=False))


def ids_of(said: list) -> tuple[int, ...]:
    """Return the ids of the poem among the values that its task emitted."""
    (text,) = (value for value in said if isinstance(value, Decoded))
    return text.ids


def letters(sample: int = 0, *, prime: tuple[int, ...] = (2, 5), count: int = 15) -> Steps:
    """Return the steps that write a free text of `count` characters."""
    written: list[Step] = []

    def take(step: Step) -> tuple[list[Step], bool]:
        written.append(step)
        return [step], len(written) == count

    draws = Draws(options=SampleOptions(), seed=1, sample=sample)
    return through(generate(prime, Anything(as_ids(range(6, 17))), draws), take)
