"""Values by number: what is compared and looked up often, as small integers."""

from threading import Lock
from typing import TypeVar

__all__ = ["Numbers"]

T = TypeVar("T")


class Numbers(list[T]):
    """Values, each once, numbered in the order in which they are met."""

    def __init__(self) -> None:
        super().__init__()
        self._number: dict[T, int] = {}
        self._lock = Lock()

    def of(self, value: T) -> int:
        """The number of a value, which is a new one if the value is."""
        number = self._number.get(value)
        if number is None:
            with self._lock:  # threads may share a machine
                number = self._number.setdefault(value, len(self))
                if number == len(self):
                    self.append(value)
        return number
