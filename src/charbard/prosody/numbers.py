"""Interning: small integers for values that are compared and looked up often."""

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
        """Return the number of a value, assigning a new one on first occurrence."""
        number = self._number.get(value)
        if number is None:
            with self._lock:  # threads may share a machine
                number = self._number.get(value)
                if number is None:
                    number = len(self)
                    # First the value: whoever sees the number, without the lock, looks it up.
                    self.append(value)
                    self._number[value] = number
        return number
