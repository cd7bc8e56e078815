"""Operations of a writer: programs that can be called like functions.

`writer.next_lines(order)` runs the program in the calling thread and returns its result;
`writer.next_lines.program(order)` is the program itself, to be run by a shared engine.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload

from charbard.runtime import Program

__all__ = ["Operation", "Performer", "operation"]

P = ParamSpec("P")
T = TypeVar("T")


class Performer(Protocol):
    """A writer that can run programs."""

    def perform(self, program: Program[T]) -> T:
        """Run a program in the calling thread and return its result."""
        ...


W = TypeVar("W", bound=Performer)


class Bound(Generic[P, T]):
    """An operation bound to a writer."""

    def __init__(self, writer: Performer, program: Callable[P, Program[T]]) -> None:
        self._writer, self.program = writer, program

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._writer.perform(self.program(*args, **kwargs))


class Operation(Generic[W, P, T]):
    """A descriptor for a function or method whose body is a program.

    Args:
        program: The generator function; its first argument is the writer.
    """

    def __init__(self, program: Callable[Concatenate[W, P], Program[T]]) -> None:
        self.program = program
        update_wrapper(self, program)

    def __call__(self, writer: W, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return writer.perform(self.program(writer, *args, **kwargs))

    @overload
    def __get__(self, writer: None, owner: type) -> "Operation[W, P, T]": ...

    @overload
    def __get__(self, writer: W, owner: type) -> Bound[P, T]: ...

    def __get__(self, writer: W | None, owner: type) -> "Operation[W, P, T] | Bound[P, T]":
        if writer is None:
            return self
        bound: Bound[P, T] = Bound(writer, self.program.__get__(writer, owner))
        return bound


operation = Operation
"""Decorator that turns a generator function into an operation."""
