"""Interning: small integers in place of values that are often compared and looked up."""

from threading import Lock
from typing import TypeVar

__all__ = ["Numbers"]

T = TypeVar("T")


class Numbers(list[T]):
    """An intern table: distinct values, numbered in order of first occurrence."""

    def __init__(self) -> None:
        super().__init__()
        self._number: dict[T, int] = {}
        self._lock = Lock()

    def of(self, value: T) -> int:
        """Return the number of a value; a value that occurs for the first time gets a new
        number."""
        number = self._number.get(value)
        if number is None:
            with self._lock:  # threads may share a machine
                number = self._number.get(value)
                if number is None:
                    number = len(self)
                    # The value comes first: a thread that reads the number without the lock may
                    # look the value up at once.
                    self.append(value)
                    self._number[value] = number
        return number
