"""Run many tasks in one batch, one step at a time. This module uses no threads, queues or clock."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.errors import DeadEndError
from charbard.runtime.model import Network
from charbard.runtime.state import State
from charbard.runtime.task import Emit, Outcome, Plan, Task, spec_rows

__all__ = ["Batch", "Event", "run"]


class Event(NamedTuple):
    """What happened to a task: it emitted a value, ended, or failed."""

    key: int
    value: Any = None
    done: bool = False
    error: Exception | None = None


@dataclass(slots=True)
class _Seat:
    """A task in the batch, with its first row, its number of rows and its next plan."""

    task: Task
    start: int
    size: int
    plan: Plan


class Batch:
    """Tasks that step together. A task can join or leave between any two steps."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._seats: dict[int, _Seat] = {}
        self._state = network.start(0)
        self._next_key = 0
        self.steps = self.read = 0
        """Number of steps so far, and total number of characters that rows have read."""

    def __len__(self) -> int:
        return len(self._seats)

    def keys(self) -> Iterable[int]:
        """Return the keys of the tasks in the batch."""
        return self._seats.keys()

    @property
    def rows(self) -> int:
        """Total number of rows reserved by the tasks now in the batch."""
        return sum(seat.task.rows for seat in self._seats.values())

    def add(self, task: Task) -> tuple[int, list[Event]]:
        """Add a task and give it rows.

        Returns:
            (the task's key, its events before its first step).
        """
        state = self.network.start() if task.state is None else task.state
        joined = State.join([self._state, state])  # may run out of memory, so before any change
        key, self._next_key = self._next_key, self._next_key + 1
        seat = _Seat(task, len(self._state), len(state), Plan((), (), ()))
        self._seats[key] = seat
        self._state = joined
        return key, self._go_on(key, seat, None)

    def remove(self, key: int) -> None:
        """Remove a task immediately; do nothing if it has ended."""
        if (seat := self._seats.pop(key, None)) is not None:
            seat.task.steps.close()

    def tick(self, waiting: Iterable[int] = ()) -> list[Event]:
        """Run one step of every task except the `waiting` ones, which keep their rows.

        Returns:
            Events in the order in which the tasks were added.
        """
        waits = set(waiting)
        running = {key: seat for key, seat in self._seats.items() if key not in waits}
        held = [seat for key, seat in self._seats.items() if key in waits]
        if not running:
            return []
        # 1) Merge all plans into one step. Waiting tasks keep every row they hold.
        rows = [seat.start + row for seat in running.values() for row in seat.plan.rows]
        rest = [row for seat in held for row in range(seat.start, seat.start + seat.size)]
        ids = np.array([i for seat in running.values() for i in seat.plan.ids], np.int32)
        specs = [spec for seat in running.values() for spec in seat.plan.specs]
        rows_of_specs = spec_rows([seat.plan for seat in running.values()])
        row_A = None if rows_of_specs is None else np.array(rows_of_specs, np.intp)
        features, state, choices = self.network.advance(
            ids, self._state.take(rows), specs, self._keep(running), row_A
        )
        # 2) The new state has the rows that ran first, then the rows of waiting tasks. Rows that no
        # plan named are dropped with the old state.
        self._state = State.join([state, self._state.take(rest)]) if rest else state
        self.steps, self.read = self.steps + 1, self.read + len(ids)
        # Lists, because tasks read single values, and indexing an array for each value is slow.
        drawn, logp, log_mass, log_z, gain = (values.tolist() for values in choices)
        whole = Outcome(drawn, logp, log_mass, log_z, gain, state, features)
        # 3) Hand each task its part of the result, in the order of the rows.
        start, spec, events = 0, 0, []
        for key, seat in running.items():
            seat.start, seat.size = start, len(seat.plan.rows)
            mine, its = slice(start, start + seat.size), slice(spec, spec + len(seat.plan.specs))
            start, spec = mine.stop, its.stop
            events += self._go_on(key, seat, whole.part(mine, its))
        for seat in held:
            seat.start, start = start, start + seat.size
        return events

    def _go_on(self, key: int, seat: _Seat, outcome: Outcome | None) -> list[Event]:
        """Run a task up to its next plan; an error ends only this task."""
        events: list[Event] = []
        steps = seat.task.steps
        try:
            if outcome is None:
                said = next(steps)
            else:
                _refuse_dead_ends(seat.plan, outcome)
                said = steps.send(outcome)
            while isinstance(said, Emit):
                if not isinstance(said.value, seat.task.skip):
                    events.append(Event(key, said.value))
                said = next(steps)
            if said.back is not None:
                # Appended, so that no other seat moves. The next step drops the replaced rows,
                # because no plan names them.
                seat.start, seat.size = len(self._state), len(said.back)
                self._state = State.join([self._state, said.back])
            _check(said, seat)
            seat.plan = said
        except StopIteration:
            del self._seats[key]
            events.append(Event(key, done=True))
        except Exception as error:  # an error in one text must not end the others
            self.remove(key)
            events.append(Event(key, error=error, done=True))
        return events

    def _keep(self, running: dict[int, _Seat]) -> NDArray[np.float32] | None:
        """Return the factor on each unit, (B, L, H); None if no task switches a unit off."""
        masks = [seat.task.keep_LH for seat in running.values()]
        if all(mask is None for mask in masks):
            return None
        config = self.network.config
        ones = np.ones((config.num_layers, config.hidden_size), np.float32)
        repeats = [len(seat.plan.rows) for seat in running.values()]
        return np.repeat([ones if m is None else m for m in masks], repeats, axis=0)


def _check(plan: Plan, seat: _Seat) -> None:
    """Assert that a plan names valid rows; if it does not, its task has a bug."""
    assert len(plan.rows) == len(plan.ids) <= seat.task.rows
    assert len(plan.specs) == len(plan.rows if plan.of is None else plan.of)
    assert 0 <= min(plan.rows, default=0) <= max(plan.rows, default=0) < seat.size


def _refuse_dead_ends(plan: Plan, outcome: Outcome) -> None:
    if min(outcome.ids, default=0) >= 0:
        return
    for char_id, spec in zip(outcome.ids, plan.specs, strict=True):
        if char_id < 0 and spec is not None:
            raise DeadEndError(
                f"no character may stand at place {spec.step + 1}",
                code="dead.end",
                values={"place": spec.step + 1},
                hint="allow more: a wider rhyme, fewer banned characters, a larger ⟪commonest⟫",
            )


def run(network: Network, tasks: Sequence[Task], *, rows: int = 64) -> Iterator[tuple[int, Any]]:
    """Run tasks to completion in one batch, in the calling thread.

    Args:
        network: The network that the tasks run on.
        tasks: Tasks to run; each joins the batch as soon as there is room for its rows.
        rows: Maximum number of rows in the batch.

    Yields:
        (index of the task, emitted value), as soon as it is emitted.

    Raises:
        Exception: A task raised it; the other tasks are dropped.
    """
    # Reversed, so that popping from the end adds tasks in their order.
    batch, places, waiting = Batch(network), dict[int, int](), list(enumerate(tasks))[::-1]
    try:
        while waiting or batch:
            events: list[Event] = []
            # A task with more rows than there is room for runs alone.
            while waiting and (not batch or batch.rows + waiting[-1][1].rows <= rows):
                index, task = waiting.pop()
                key, said = batch.add(task)
                places[key] = index
                events += said
            for event in events + (batch.tick() if batch else []):
                if event.error is not None:
                    raise event.error
                if not event.done:
                    yield places[event.key], event.value
    finally:
        for key in places:
            batch.remove(key)
