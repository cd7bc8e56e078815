"""Mailboxes that carry emitted values from the engine's thread to a reader."""

import asyncio
from collections import deque
from collections.abc import Iterable
from queue import SimpleQueue

from charbard.runtime.batch import Event

__all__ = ["LoopMailbox", "ThreadMailbox", "wake"]


class ThreadMailbox:
    """Events for a reader that blocks."""

    def __init__(self) -> None:
        self._events: SimpleQueue[Event] = SimpleQueue()
        self.put, self.take = self._events.put, self._events.get

    def __len__(self) -> int:
        return self._events.qsize()


class LoopMailbox:
    """Events for a reader in an event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._events: deque[Event] = deque()
        self._waiting: asyncio.Future[None] | None = None
        # Appending to a deque is atomic, so the engine's thread takes no lock for each event.
        self.put = self._events.append

    def __len__(self) -> int:
        return len(self._events)

    async def take(self) -> Event:
        """Wait for the next event."""
        while not self._events:
            self._waiting = self.loop.create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        return self._events.popleft()

    def ring(self) -> None:
        """Called in the loop: something has arrived."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


def wake(mailboxes: Iterable[ThreadMailbox | LoopMailbox]) -> None:
    """Ring at every loop that has received something, once a loop: a call into one is not cheap."""
    by_loop: dict[asyncio.AbstractEventLoop, set[LoopMailbox]] = {}
    for mailbox in mailboxes:
        if isinstance(mailbox, LoopMailbox):
            by_loop.setdefault(mailbox.loop, set()).add(mailbox)
    for loop, rung in by_loop.items():
        try:
            loop.call_soon_threadsafe(_ring_all, rung)
        except RuntimeError:  # the loop is closed: nobody is there to read
            continue


def _ring_all(mailboxes: Iterable[LoopMailbox]) -> None:
    for mailbox in mailboxes:
        mailbox.ring()
