"""Constraints and tasks that tests are made of."""

from charbard.config import SampleOptions
from charbard.runtime import Draws, Ids, Steps, Task, as_ids, constrained


class Lines:
    """So many lines of so many characters, a line end after each; its state is the place."""

    def __init__(self, allowed: Ids, newline: int, *, lines: int = 3, length: int = 4) -> None:
        self._allowed, self._newline = allowed, as_ids([newline])
        self._size, self._length = lines * (length + 1), length

    def start(self) -> int:
        return 0

    def allowed(self, state: int) -> Ids:
        return self._newline if (state + 1) % (self._length + 1) == 0 else self._allowed

    def advance(self, state: int, char_id: int) -> int:
        return state + 1

    def is_done(self, state: int) -> bool:
        return state == self._size


FORM = Lines(as_ids(range(6, 17)), 2)


def poem(sample: int = 0, *, seed: int = 1, form: Lines = FORM, temperature: float = 1.0) -> Task:
    """A task that writes one poem."""
    options = SampleOptions(temperature=temperature)
    return Task(poem_steps(sample, seed=seed, form=form, options=options))


def poem_steps(
    sample: int = 0, *, seed: int = 1, form: Lines = FORM, options: SampleOptions | None = None
) -> Steps:
    draws = Draws(options=options or SampleOptions(), seed=seed, sample=sample)
    return constrained([2, 5], form, draws)
