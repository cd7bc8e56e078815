"""A bounded queue in which nobody waits behind the whole pile of somebody else."""

from collections import OrderedDict, deque
from typing import Generic, TypeVar

__all__ = ["FairQueue"]

T = TypeVar("T")


class FairQueue(Generic[T]):
    """First come, first served for each owner; owners take turns. Not safe between threads.

    >>> queue = FairQueue()
    >>> for owner, item in [("a", 1), ("a", 2), ("b", 3)]:
    ...     queue.put(owner, item)
    >>> [queue.pop() for _ in range(len(queue))]
    [1, 3, 2]
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def put(self, owner: str, item: T) -> None:
        """At the end of the owner's line."""
        self._waiting.setdefault(owner, deque()).append(item)

    def peek(self) -> T:
        """Whose turn it is."""
        return next(iter(self._waiting.values()))[0]

    def pop(self) -> T:
        """Take whose turn it is; then the next owner's comes."""
        owner, line = next(iter(self._waiting.items()))
        item = line.popleft()
        if line:
            self._waiting.move_to_end(owner)
        else:
            del self._waiting[owner]
        return item

    def remove(self, item: T) -> None:
        """Take an item out wherever it stands; nothing if it is not there."""
        for owner, line in self._waiting.items():
            if item in line:
                line.remove(item)
                if not line:
                    del self._waiting[owner]
                return
