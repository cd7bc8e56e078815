"""Write several texts in one task, after a shared prompt that is read once."""

from collections.abc import Callable, Sequence
from typing import Any

from charbard.runtime.task import Emit, Outcome, Plan, Steps, spec_rows

__all__ = ["best_of", "together"]


def together(children: Sequence[Steps]) -> Steps:
    """Run tasks in parallel, all starting from the one current row; emit (task's index, value)."""
    plans: dict[int, Plan] = {}
    # Before the first step every child continues from the one row that the task has.
    first_row = dict.fromkeys(range(len(children)), 0)
    try:
        for index, steps in enumerate(children):
            yield from _run_child(index, steps, None, plans)
        while plans:
            outcome = yield _joined(plans, first_row)
            row = spec = 0
            # A copy, because a child that ends is removed from `plans`, and any other child
            # overwrites its entry.
            for index, plan in list(plans.items()):
                first_row[index], rows = row, slice(row, row + len(plan.rows))
                specs = slice(spec, spec + len(plan.specs))
                mine, row, spec = outcome.part(rows, specs), rows.stop, specs.stop
                yield from _run_child(index, children[index], mine, plans)
    finally:
        for steps in children:
            steps.close()


def best_of(children: Sequence[Steps], score: Callable[[list[Any]], float]) -> Steps:
    """Run tasks in parallel; when all have ended, emit the values of the best-scoring task."""
    emitted: list[list[Any]] = [[] for _ in children]
    steps = together(children)
    said = next(steps, None)
    try:
        while said is not None:
            if isinstance(said, Emit):
                index, value = said.value
                emitted[index].append(value)
                said = next(steps, None)
            else:
                # Plans pass through to the batch; only emitted values are held back.
                said = steps.send((yield said))
    except StopIteration:
        pass
    finally:
        steps.close()
    for value in max(emitted, key=score):
        yield Emit(value)


def _run_child(index: int, steps: Steps, outcome: Outcome | None, plans: dict[int, Plan]) -> Steps:
    """Run one child up to its next plan, store that in `plans`, and emit the child's values."""
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
        [spec for plan in plans.values() for spec in plan.specs],
        of=spec_rows(list(plans.values())),
    )
