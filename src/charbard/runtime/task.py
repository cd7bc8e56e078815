"""Tasks: generators that write a text, by planning steps and receiving the draws.

A task owns a few rows of the running batch. In each step it yields a `Plan`, which says which rows
continue, what each row reads, and what is drawn after it; the task receives an `Outcome`. Between
plans it may yield `Emit` to pass a value to the reader of the text. Searches and best-of-N are
tasks too:

    def one_char(spec):
        outcome = yield Plan(rows=(0,), ids=(5,), specs=(spec,))
        yield Emit(outcome.ids[0])
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.runtime.spec import SampleSpec
from charbard.runtime.state import State

__all__ = [
    "Emit",
    "Outcome",
    "Plan",
    "Steps",
    "Task",
    "draw_after",
    "read_ids",
    "read_prompts",
    "spec_rows",
    "through",
]


class Plan(NamedTuple):
    """Plan of one step: the new rows, what each reads, and what is drawn."""

    rows: Sequence[int]
    """The parent row of each new row; repeating a row forks it, omitting it drops it. Before the
    first step the parents are the rows of `Task.state`."""
    ids: Sequence[int]
    """The id that each new row reads."""
    specs: Sequence[SampleSpec | None]
    """What to draw after the step, one entry for each draw; None draws nothing."""
    back: State | None = None
    """Rows of an earlier step, to be used as parents instead of the current rows; the current rows
    are dropped."""
    of: Sequence[int] | None = None
    """The index in `rows` that each spec draws from, ascending, so that several characters can be
    drawn after one row. None: one spec for each row."""


def spec_rows(plans: Sequence[Plan]) -> list[int] | None:
    """Return the row that each spec draws from, numbered through the rows of all plans.

    None means that spec n draws from row n.
    """
    if all(plan.of is None for plan in plans):
        return None
    starts = accumulate((len(plan.rows) for plan in plans), initial=0)
    return [
        start + row
        for start, plan in zip(starts, plans, strict=False)
        for row in (range(len(plan.rows)) if plan.of is None else plan.of)
    ]


class Outcome(NamedTuple):
    """The result of a step: an entry for each spec (see `Choices`), and the new rows."""

    ids: list[int]
    logp: list[float]
    log_mass: list[float]
    log_z: list[float]
    gain: list[float]
    state: State
    """State of the rows after reading. It is a view of the whole batch's state, so to keep rows,
    copy them: `state.take(...)`."""
    features_RP: NDArray[np.float32]
    """Input of the output layer; `Network.logits` turns it into scores."""

    def part(self, rows: slice, specs: slice) -> "Outcome":
        """Return the part of the result that belongs to a range of rows and a range of specs."""
        return Outcome(
            self.ids[specs],
            self.logp[specs],
            self.log_mass[specs],
            self.log_z[specs],
            self.gain[specs],
            self.state.part(rows),
            self.features_RP[rows],
        )


class Emit(NamedTuple):
    """A value for the reader of the task."""

    value: Any


Steps = Generator[Plan | Emit, Outcome, None]


@dataclass(frozen=True, eq=False)
class Task:
    """The unit of work of a batch or an engine: its steps, and the rows that they need."""

    steps: Steps
    rows: int = 1
    """Maximum number of rows that the task holds at once."""
    state: State | None = None
    """The rows that the task starts from; None: one row that has read nothing."""
    keep_LH: NDArray[np.float32] | None = None
    """Factor on the output of each unit; 0 ablates the unit. None: all are kept."""
    skip: type | tuple[()] = ()
    """Type of emitted values to drop before they leave the engine's thread."""


def read_ids(ids: Sequence[int]) -> Steps:
    """Read ids in one row without drawing."""
    for char_id in ids:
        yield Plan((0,), (char_id,), (None,))


def draw_after(ids: Sequence[int], spec: SampleSpec) -> Generator[Plan | Emit, Outcome, Outcome]:
    """Read some ids in one row, draw what follows the last id, and return the result."""
    yield from read_ids(ids[:-1])
    return (yield Plan((0,), ids[-1:], (spec,)))


def read_prompts(
    prompts: Sequence[Sequence[int]], start: State, spec: SampleSpec | None = None
) -> Generator[Plan | Emit, Outcome, Outcome]:
    """Read a prompt and, in a second row, the unconditioned prompt; both end at the same step.

    Args:
        prompts: One or two prompts; the second must not be longer than the first.
        start: State of one row that has read nothing.
        spec: What to draw after the first prompt.

    Returns:
        The result of the last step, with a row for each prompt.
    """
    own, *others = prompts
    alone = len(own) - max(map(len, others), default=0)
    outcome: Outcome | None = None
    back: State | None = start
    for step, char_id in enumerate(own):
        last = spec if step == len(own) - 1 else None
        if step < alone or not others:
            outcome = yield Plan((0,), (char_id,), (last,), back)
        else:
            (bare,) = others
            if step == alone:  # the twin joins
                # The twin starts with an empty state at the step where both prompts have the same
                # number of ids left.
                before = [] if outcome is None else [outcome.state.take([0])]
                back = State.join([*(before or [start]), start])
            outcome = yield Plan((0, 1), (char_id, bare[step - alone]), (last, None), back)
        back = None
    assert outcome is not None, "a prompt has at least one id to read"
    return outcome


def through(steps: Steps, take: Callable[[Any], tuple[Sequence[Any], bool]]) -> Steps:
    """Pass the values that a task emits through a function, which may also end the task.

    Args:
        steps: The task.
        take: Maps an emitted value to (the values to emit instead, whether to end the task).
    """
    said = next(steps, None)
    try:
        while said is not None:
            if not isinstance(said, Emit):
                said = steps.send((yield said))
                continue
            values, over = take(said.value)
            for value in values:
                yield Emit(value)
            said = None if over else next(steps, None)
    except StopIteration:
        return
    finally:
        steps.close()
