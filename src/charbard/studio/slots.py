"""Limit on concurrent requests, with a bounded first-come, first-served queue."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from charbard.config import StudioConfig
from charbard.errors import BusyError, Note

__all__ = ["Slots"]


class Slots:
    """Slots for requests and a bounded queue, for one event loop."""

    def __init__(self, config: StudioConfig) -> None:
        self._config = config
        self._waiting: deque[asyncio.Future[None]] = deque()
        self.active = 0
        self.refused = 0

    @property
    def waiting(self) -> int:
        """Number of requests in the queue."""
        return len(self._waiting)

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Hold a slot while the block runs.

        Raises:
            BusyError: The queue is full, or no slot became free in time.
        """
        await self._enter()
        try:
            yield
        finally:
            self._leave()

    def check_room(self) -> None:
        """Check, without waiting, that a slot or a place in the queue is free.

        Raises:
            BusyError: Slots and queue are full.
        """
        if self.active >= self._config.streams and len(self._waiting) >= self._config.queue:
            raise self._busy(Note("too many requests are waiting", "busy.full"))

    async def _enter(self) -> None:
        # `_leave` hands slots over directly, so a free slot means that nobody is waiting and that
        # this request overtakes no one.
        if self.active < self._config.streams:
            self.active += 1
            return
        self.check_room()
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait_for(turn, self._config.patience_s)
        except TimeoutError:
            late = f"no turn came within {self._config.patience_s:g} s"
            values = {"seconds": self._config.patience_s}
            raise self._busy(Note(late, "busy.late", values)) from None
        except asyncio.CancelledError:
            # If the slot was handed over just before the cancellation, it must be passed on, or it
            # would be lost.
            if turn.done() and not turn.cancelled():
                self._leave()
            raise
        finally:
            if turn in self._waiting:
                self._waiting.remove(turn)

    def _leave(self) -> None:
        """Hand the slot to the first request that still waits, or free it."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                # The slot is handed over and not freed, so `active` does not change.
                turn.set_result(None)
                return
        self.active -= 1

    def _busy(self, said: Note) -> BusyError:
        self.refused += 1
        return BusyError(
            str(said), hint="ask again in a moment", code=said.code, values=said.values
        )
