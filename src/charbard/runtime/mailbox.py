"""Mailboxes that carry events from the engine's thread to a reader."""

import asyncio
from collections import deque
from collections.abc import Iterable
from queue import SimpleQueue

from charbard.runtime.batch import Event

__all__ = ["LoopMailbox", "ThreadMailbox", "wake"]


class ThreadMailbox:
    """A mailbox for a reader that blocks its thread."""

    def __init__(self) -> None:
        self._events: SimpleQueue[Event] = SimpleQueue()
        self.put, self.take = self._events.put, self._events.get

    def __len__(self) -> int:
        return self._events.qsize()


class LoopMailbox:
    """A mailbox for a reader in an event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._events: deque[Event] = deque()
        self._waiting: asyncio.Future[None] | None = None
        # Appending to a deque is atomic, so the engine's thread takes no lock for each event.
        self.put = self._events.append

    def __len__(self) -> int:
        return len(self._events)

    async def take(self) -> Event:
        """Wait for the next event and return it."""
        while not self._events:
            self._waiting = self.loop.create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        return self._events.popleft()

    def ring(self) -> None:
        """Wake the reader; must be called in the reader's event loop."""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


def wake(mailboxes: Iterable[ThreadMailbox | LoopMailbox]) -> None:
    """Wake the readers of these mailboxes, with a single (slow) call into each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, set[LoopMailbox]] = {}
    for mailbox in mailboxes:
        if isinstance(mailbox, LoopMailbox):
            by_loop.setdefault(mailbox.loop, set()).add(mailbox)
    for loop, rung in by_loop.items():
        try:
            loop.call_soon_threadsafe(_ring_all, rung)
        except RuntimeError:  # the loop is closed, so there is no reader
            continue


def _ring_all(mailboxes: Iterable[LoopMailbox]) -> None:
    for mailbox in mailboxes:
        mailbox.ring()
