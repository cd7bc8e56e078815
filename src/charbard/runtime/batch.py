"""Many tasks, one step at a time. No threads, no queues, no clock."""

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
    """Something that happened to a task: it emitted, it ended, or it failed."""

    key: int
    value: Any = None
    done: bool = False
    error: Exception | None = None


@dataclass(slots=True)
class _Seat:
    """A task in the batch: its first row, its number of rows, its next plan."""

    task: Task
    start: int
    size: int
    plan: Plan


class Batch:
    """Tasks that step together. They come and go between any two steps."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._seats: dict[int, _Seat] = {}
        self._state = network.start(0)
        self._next_key = 0
        self.steps = self.read = 0
        """Steps so far, and characters read in them over all rows."""

    def __len__(self) -> int:
        return len(self._seats)

    def keys(self) -> Iterable[int]:
        """The keys of the tasks in it."""
        return self._seats.keys()

    @property
    def rows(self) -> int:
        """How many rows the tasks in it may take up."""
        return sum(seat.task.rows for seat in self._seats.values())

    def add(self, task: Task) -> tuple[int, list[Event]]:
        """Add a task and give it rows.

        Returns:
            Its key, and the values it emitted before its first step.
        """
        state = self.network.start() if task.state is None else task.state
        joined = State.join([self._state, state])  # before anything changes: memory may be short
        key, self._next_key = self._next_key, self._next_key + 1
        seat = _Seat(task, len(self._state), len(state), Plan((), (), ()))
        self._seats[key] = seat
        self._state = joined
        return key, self._go_on(key, seat, None)

    def remove(self, key: int) -> None:
        """Remove a task at once; do nothing if it has ended."""
        if (seat := self._seats.pop(key, None)) is not None:
            seat.task.steps.close()

    def tick(self, waiting: Iterable[int] = ()) -> list[Event]:
        """Run one step of every task except those `waiting`, which keep their rows.

        Returns:
            Events in the order in which the tasks were added.
        """
        waits = set(waiting)
        running = {key: seat for key, seat in self._seats.items() if key not in waits}
        held = [seat for key, seat in self._seats.items() if key in waits]
        if not running:
            return []
        # 1) Make one step of all plans. Waiting tasks keep every row they hold.
        rows = [seat.start + row for seat in running.values() for row in seat.plan.rows]
        rest = [row for seat in held for row in range(seat.start, seat.start + seat.size)]
        ids = np.array([i for seat in running.values() for i in seat.plan.ids], np.int32)
        specs = [spec for seat in running.values() for spec in seat.plan.specs]
        rows_of_specs = spec_rows([seat.plan for seat in running.values()])
        row_A = None if rows_of_specs is None else np.array(rows_of_specs, np.intp)
        features, state, choices = self.network.advance(
            ids, self._state.take(rows), specs, self._keep(running), row_A
        )
        # 2) Rows that ran come first, those of waiting tasks after them; rows that no plan named
        # are gone with the old state.
        self._state = State.join([state, self._state.take(rest)]) if rest else state
        self.steps, self.read = self.steps + 1, self.read + len(ids)
        # Lists, because tasks read single values, and indexing an array for each is slow.
        drawn, logp, log_mass, log_z, gain = (values.tolist() for values in choices)
        whole = Outcome(drawn, logp, log_mass, log_z, gain, state, features)
        # 3) Hand each task its part, in the order in which the rows now lie.
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
        """Run a task up to its next plan; an error ends this task and no other."""
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
                # Appended, so that no other seat moves. The rows replaced are dropped by the next
                # step, since no plan names them.
                seat.start, seat.size = len(self._state), len(said.back)
                self._state = State.join([self._state, said.back])
            _check(said, seat)
            seat.plan = said
        except StopIteration:
            del self._seats[key]
            events.append(Event(key, done=True))
        except Exception as error:  # whatever goes wrong in one text must not end the others
            self.remove(key)
            events.append(Event(key, error=error, done=True))
        return events

    def _keep(self, running: dict[int, _Seat]) -> NDArray[np.float32] | None:
        """What units are multiplied by, (B, L, H), if any task switches one off."""
        masks = [seat.task.keep_LH for seat in running.values()]
        if all(mask is None for mask in masks):
            return None
        config = self.network.config
        ones = np.ones((config.num_layers, config.hidden_size), np.float32)
        repeats = [len(seat.plan.rows) for seat in running.values()]
        return np.repeat([ones if m is None else m for m in masks], repeats, axis=0)


def _check(plan: Plan, seat: _Seat) -> None:
    """Assert what a correct task guarantees."""
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
    """Run tasks to their end in one batch, in this thread.

    Args:
        network: What they run on.
        tasks: Each is seated as soon as there is room for its rows.
        rows: Maximum number of rows in the batch.

    Yields:
        (index of the task, what it emitted), as it comes.

    Raises:
        Exception: What a task raised; the others are dropped.
    """
    # Reversed, so that popping from the end seats tasks in their order.
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
