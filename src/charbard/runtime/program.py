"""Programs: operations of a writer that ask for tasks, written once and run anywhere.

A program is a generator. It yields a task, is sent the list of all values that the task emitted,
and returns its result. The caller gets each emitted value immediately. So the same code runs in a
script with its own batch (`perform`), in a thread that shares an engine (`perform` with
`Engine.run`), and in an event loop (`Engine.perform`):

    def best_poem(request):
        drafts = yield request.task()
        return max(drafts, key=worth)
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from charbard.runtime.task import Task
from charbard.runtime.together import together

__all__ = ["Program", "Result", "Run", "perform", "result", "resume", "side_by_side"]

T = TypeVar("T")
Program = Generator[Task, list[Any], T]
Run = Callable[[Task], Iterator[Any]]
"""Runs a task in some batch; yields the values that the task emits."""


@dataclass(frozen=True)
class Result(Generic[T]):
    """The value that a program returned; the last item of its stream."""

    value: T


def perform(program: Program[T], run: Run) -> Iterator[Any]:
    """Run a program in the calling thread; yield what its tasks emit, then a `Result`."""
    step = resume(program)
    while not isinstance(step, Result):
        emitted = []
        for value in run(step):
            emitted.append(value)
            yield value
        step = resume(program, emitted)
    yield step


def result(program: Program[T], run: Run) -> T:
    """Run a program in the calling thread and return its result."""
    *_, last = perform(program, run)
    value: T = last.value
    return value


def resume(program: Program[T], emitted: list[Any] | None = None) -> Task | Result[T]:
    """Start a program, or send it the values that its task emitted.

    Returns:
        The next task, or the result.
    """
    try:
        return next(program) if emitted is None else program.send(emitted)
    except StopIteration as end:
        return Result(end.value)


def side_by_side(tasks: Sequence[Task]) -> Task:
    """Join tasks into one that runs them in parallel and emits (index of the task, value).

    The tasks must start without a state, and none may ablate units.
    """
    assert all(task.state is None and task.keep_LH is None for task in tasks)
    return Task(together([task.steps for task in tasks]), rows=sum(task.rows for task in tasks))
