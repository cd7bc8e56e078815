"""Something to find out that needs writing in between, wherever that is run.

A work is a generator: it yields tasks, is sent all that they emitted, and returns what was found.
So the same few lines serve a program that waits for its own batch and a server whose event loop
shares one engine.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from charbard.runtime import Task

__all__ = ["Found", "Heard", "Runner", "Work", "done", "further"]

T = TypeVar("T")
Heard = list[tuple[int, Any]]
"""(number of the task, what it emitted), in the order in which it came."""
Work = Generator[Sequence[Task], Heard, T]
Runner = Callable[[Sequence[Task]], Iterator[tuple[int, Any]]]
"""Runs tasks together; yields (number of the task, what it emitted)."""


@dataclass(frozen=True)
class Found(Generic[T]):
    """What a work has come to."""

    value: T


def done(work: Work[T], run: Runner) -> T:
    """What a work finds; the calling thread waits for it."""
    step = further(work)
    while not isinstance(step, Found):
        step = further(work, list(run(step)))
    return step.value


def further(work: Work[T], heard: Heard | None = None) -> Sequence[Task] | Found[T]:
    """Begin a work, or tell it what came of its tasks.

    Returns:
        What it wants run next, or what it found.
    """
    try:
        return next(work) if heard is None else work.send(heard)
    except StopIteration as end:
        return Found(end.value)
