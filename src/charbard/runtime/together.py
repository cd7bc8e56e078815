"""Several texts as one task: they share a prompt that was read once."""

from collections.abc import Callable, Sequence
from typing import Any

from charbard.runtime.task import Emit, Outcome, Plan, Steps, asked_rows

__all__ = ["best_of", "together"]


def together(children: Sequence[Steps]) -> Steps:
    """Run tasks side by side, each from the one row there is; emits (index, value)."""
    plans: dict[int, Plan] = {}
    first_row = dict.fromkeys(range(len(children)), 0)
    try:
        for index, steps in enumerate(children):
            yield from _hear(index, steps, None, plans)
        while plans:
            outcome = yield _joined(plans, first_row)
            row = ask = 0
            for index, plan in list(plans.items()):
                first_row[index], rows = row, slice(row, row + len(plan.rows))
                asks = slice(ask, ask + len(plan.asks))
                mine, row, ask = outcome.part(rows, asks), rows.stop, asks.stop
                yield from _hear(index, children[index], mine, plans)
    finally:
        for steps in children:
            steps.close()


def best_of(children: Sequence[Steps], score: Callable[[list[Any]], float]) -> Steps:
    """Run tasks side by side; once all have ended, emit the values of the one that scores best."""
    heard: list[list[Any]] = [[] for _ in children]
    steps = together(children)
    said = next(steps, None)
    try:
        while said is not None:
            if isinstance(said, Emit):
                index, value = said.value
                heard[index].append(value)
                said = next(steps, None)
            else:
                said = steps.send((yield said))
    except StopIteration:
        pass
    finally:
        steps.close()
    for value in max(heard, key=score):
        yield Emit(value)


def _hear(index: int, steps: Steps, outcome: Outcome | None, plans: dict[int, Plan]) -> Steps:
    """Run one child up to its next plan, which is noted, and pass on what it emits."""
    try:
        said = next(steps) if outcome is None else steps.send(outcome)
        while isinstance(said, Emit):
            yield Emit((index, said.value))
            said = next(steps)
        plans[index] = said
    except StopIteration:
        plans.pop(index, None)


def _joined(plans: dict[int, Plan], first_row: dict[int, int]) -> Plan:
    assert all(plan.back is None for plan in plans.values()), "rows are shared: none goes back"
    return Plan(
        [first_row[index] + row for index, plan in plans.items() for row in plan.rows],
        [char_id for plan in plans.values() for char_id in plan.ids],
        [ask for plan in plans.values() for ask in plan.asks],
        of=asked_rows(list(plans.values())),
    )
