"""An engine: one batch in one thread, shared by many users.

Tasks join and leave the running batch between any two steps. A task whose values are not fetched
waits without slowing down the other tasks. A task whose reader has left frees its rows at the next
step.
"""

import threading
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from charbard.errors import BusyError, LimitError, StoppedError
from charbard.runtime.batch import Batch, Event
from charbard.runtime.mailbox import LoopMailbox, ThreadMailbox, wake
from charbard.runtime.model import Network
from charbard.runtime.program import Program, Result, resume
from charbard.runtime.task import Task

__all__ = ["Engine", "Load"]


T = TypeVar("T")
Think = Callable[[Program[Any], list[Any] | None], Awaitable[Task | Result[Any]]]
"""Runs one step of a program; see `resume`."""


class Load(NamedTuple):
    """How busy an engine is."""

    rows: int
    """Number of rows that running tasks hold."""
    waiting: int
    """Number of tasks in the queue."""
    steps: int
    """Number of steps since the engine was started."""
    read: int
    """Number of characters read in these steps, over all rows."""


@dataclass(eq=False, slots=True)
class _Ticket:
    """A task on its way through the engine."""

    task: Task
    mailbox: ThreadMailbox | LoopMailbox
    key: int | None = None
    over: bool = False

    def fail(self, error: Exception) -> None:
        """End the task with this error; the caller must still wake the reader."""
        self.over = True
        self.mailbox.put(Event(-1, done=True, error=error))


async def _at_once(program: Program[Any], emitted: list[Any] | None) -> Task | Result[Any]:
    return resume(program, emitted)


def _only(task: Task) -> Program[None]:
    """Return a program that runs a single task."""
    yield task


class Engine:
    """Runs tasks for any number of threads and event loops.

    Args:
        network: The network that the tasks run on.
        rows: Maximum number of rows in the batch; a plain text uses one row, a search several.
        queue: Maximum number of tasks that wait for rows.
        ahead: Number of unread emitted values at which a task has to wait.
    """

    def __init__(
        self, network: Network, *, rows: int = 256, queue: int = 256, ahead: int = 64
    ) -> None:
        self.network = network
        self._rows, self._limit, self._ahead = rows, queue, ahead
        self._batch = Batch(network)
        self._queue: deque[_Ticket] = deque()
        self._tickets: dict[int, _Ticket] = {}
        self._called: list[_Ticket] = []
        """Tasks that have left the queue but not yet joined the batch; while there are any, the
        engine is not idle."""
        self._gone: list[_Ticket] = []
        self._load = Load(0, 0, 0, 0)
        self._closing = self._stopped = False
        self._work = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="charbard-engine", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, task: Task) -> Iterator[Any]:
        """Yield the values that a task emits, as soon as each is emitted.

        The task is queued when the first value is requested; closing the iterator (`close`) ends
        the task.

        Raises:
            LimitError: The task has more rows than the engine.
            BusyError: The queue is full.
            StoppedError: The engine was stopped.
            CharbardError: The task itself raised it.
        """
        mailbox = ThreadMailbox()
        ticket = self._submit(_Ticket(task, mailbox))
        try:
            while not (event := mailbox.take()).done:
                self._fetched(mailbox)
                yield event.value
            if event.error is not None:
                raise event.error
        finally:
            self._leave(ticket)

    async def stream(self, task: Task) -> AsyncGenerator[Any, None]:
        """Yield the values that a task emits, as `run` does, without blocking the event loop."""
        async with aclosing(self.perform(_only(task))) as values:
            async for value in values:
                if not isinstance(value, Result):
                    yield value

    async def perform(
        self,
        program: Program[T],
        *,
        think: Think = _at_once,
        keep_LH: NDArray[np.float32] | None = None,
        skip: type | tuple[()] = (),
    ) -> AsyncGenerator[Any, None]:
        """Run a program in an event loop.

        Args:
            program: Program to run.
            think: Runs the program's own code between tasks, because that code may take too long
                for the event loop.
            keep_LH: `Task.keep_LH` for each task of the program.
            skip: `Task.skip` for each task of the program.

        Yields:
            The values that the program's tasks emit, as soon as each is emitted; then a `Result`.

        Raises:
            CharbardError: As for `run`, or the program itself raised it.
        """
        step = await think(program, None)
        while not isinstance(step, Result):
            mailbox, emitted = LoopMailbox(), []
            ticket = self._submit(_Ticket(replace(step, keep_LH=keep_LH, skip=skip), mailbox))
            try:
                while not (event := await mailbox.take()).done:
                    self._fetched(mailbox)
                    emitted.append(event.value)
                    yield event.value
                if event.error is not None:
                    raise event.error
            finally:
                # Also reached when the reader closes the generator; this frees the rows of the
                # task.
                self._leave(ticket)
            step = await think(program, emitted)
        yield step

    def load(self) -> Load:
        """Return how busy the engine is."""
        with self._work:
            return self._load._replace(waiting=len(self._queue))

    def stop(self, *, grace_s: float = 0.0) -> None:
        """Accept no more tasks, and end the engine's thread. May be called twice.

        This call blocks, so an event loop that still reads streams must make it in another thread.

        Args:
            grace_s: Seconds that running and queued tasks may still take; tasks that have not ended
                by then get a `StoppedError`.
        """
        with self._work:
            self._closing = True
            self._work.wait_for(lambda: self._stopped or self._is_idle(), grace_s)
            self._stopped = True
            self._work.notify_all()
        self._thread.join()

    def _submit(self, ticket: _Ticket) -> _Ticket:
        if ticket.task.rows > self._rows:
            raise LimitError(
                f"the request needs {ticket.task.rows} rows, the engine has {self._rows}",
                code="engine.rows",
                values={"rows": ticket.task.rows, "most": self._rows},
                hint="ask for fewer drafts or samples, or start it with more rows",
            )
        with self._work:
            if self._closing:
                raise _stopped()
            if len(self._queue) >= self._limit:
                raise BusyError(
                    f"{self._limit} requests are waiting already",
                    code="busy.queue",
                    values={"waiting": self._limit},
                    hint="try again in a moment",
                )
            self._queue.append(ticket)
            self._work.notify_all()
        return ticket

    def _leave(self, ticket: _Ticket) -> None:
        if not ticket.over:
            with self._work:
                # Only noted here: the batch belongs to the engine's thread, which removes the task
                # before the next step.
                self._gone.append(ticket)
                self._work.notify_all()

    def _fetched(self, mailbox: ThreadMailbox | LoopMailbox) -> None:
        """Wake the engine if this task was waiting for its reader."""
        # The engine skips a task only while its mailbox is full. At this length the mailbox was
        # full until a value was taken just now; at any other length no lock is needed.
        if len(mailbox) == self._ahead - 1:
            with self._work:
                self._work.notify_all()

    def _run(self) -> None:
        while self._prepare():
            waiting = [key for key, ticket in self._tickets.items() if self._is_full(ticket)]
            try:
                self._deliver(self._batch.tick(waiting))
            except Exception as error:  # the step failed: its tasks end, the engine does not
                self._drop_all(error)
            # Assigning a tuple is atomic, so other threads see either the old load or this one.
            self._load = Load(self._batch.rows, 0, self._batch.steps, self._batch.read)
            # `stop` may be waiting for the engine to become idle.
            if self._closing and not self._tickets:
                with self._work:
                    self._work.notify_all()
        self._drop_all(_stopped())
        self._load = self._load._replace(rows=self._batch.rows)

    def _prepare(self) -> bool:
        """Wait until there is work; remove tasks without a reader, and add tasks from the queue.

        Returns:
            False if the engine was stopped.
        """
        with self._work:
            while not (self._stopped or self._gone or self._has_room() or self._can_step()):
                self._work.wait()
            gone, self._gone = self._gone, []
            for ticket in gone:
                self._dismiss(ticket)
            while self._has_room(sum(ticket.task.rows for ticket in self._called)):
                self._called.append(self._queue.popleft())
            stopped = self._stopped
        # Tasks are added outside the lock: a task computes before its first plan, and submitting
        # must not wait for that. A ticket leaves `_called` only when its task is in the batch, so
        # that `_is_idle` never overlooks it.
        while self._called:
            ticket = self._called[0]
            try:
                ticket.key, events = self._batch.add(ticket.task)
            except Exception as error:  # such as MemoryError: only this task ends
                del self._called[0]
                ticket.fail(error)
                wake([ticket.mailbox])
                continue
            self._tickets[ticket.key] = ticket
            del self._called[0]
            self._deliver(events)
        return not stopped

    def _is_idle(self) -> bool:
        return not (self._tickets or self._called or self._queue)

    def _has_room(self, called: int = 0) -> bool:
        """Return whether the first queued task fits beside the batch and the `called` rows."""
        if not self._queue:
            return False
        return self._batch.rows + called + self._queue[0].task.rows <= self._rows

    def _can_step(self) -> bool:
        return any(not self._is_full(ticket) for ticket in self._tickets.values())

    def _is_full(self, ticket: _Ticket) -> bool:
        return len(ticket.mailbox) >= self._ahead

    def _dismiss(self, ticket: _Ticket) -> None:
        ticket.over = True
        if ticket.key is None:
            # It never joined the batch, so it has no rows to free.
            if ticket in self._queue:
                self._queue.remove(ticket)
            ticket.task.steps.close()
        elif self._tickets.pop(ticket.key, None) is not None:
            self._batch.remove(ticket.key)

    def _deliver(self, events: list[Event]) -> None:
        rung = []
        for event in events:
            ticket = self._tickets[event.key]
            if event.done:
                ticket.over = True
                del self._tickets[event.key]
            ticket.mailbox.put(event)
            rung.append(ticket.mailbox)
        wake(rung)

    def _drop_all(self, error: Exception) -> None:
        """End every running task with this error; after a stop, end every queued task too."""
        with self._work:
            tickets = list(self._tickets.values())
            # A failed step ends the running tasks; only a stop also ends the queued ones.
            while self._queue and self._stopped:
                tickets.append(self._queue.popleft())
            self._tickets.clear()
            for ticket in tickets:
                if ticket.key is not None:
                    self._batch.remove(ticket.key)
                ticket.fail(error)
        wake(ticket.mailbox for ticket in tickets)


def _stopped() -> StoppedError:
    return StoppedError(
        "the engine was stopped",
        code="engine.stopped",
        hint="start it again, then repeat the request",
    )
