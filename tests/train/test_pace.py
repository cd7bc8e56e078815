"""Tests of when the check-ups of a training run are due."""

import pytest

from charbard.config import TrainConfig
from charbard.train.distributed import Ranks
from charbard.train.pace import Due
from charbard.train.schedule import Budget


def test_the_first_check_up_is_not_at_the_first_update() -> None:
    """With a time budget, the first check-up is due 2 % of the budget after the first update.

    Later check-ups are at least `least_share` of the budget apart.
    """
    due = Due(250, Budget(TrainConfig(minutes=1.0)), Ranks(), least_share=0.05)

    assert [due.due(step, share) for step, share in [(1, 0.17), (9, 0.18), (30, 0.195)]] == [
        False,
        False,
        True,
    ]
    assert list(due.timed(0.195, iter(()))) == []
    assert [due.due(99, share) for share in (0.24, 0.25)] == [False, True]


@pytest.mark.parametrize("step", [1, 249, 250, 251])
def test_without_a_time_budget_steps_count(step: int) -> None:
    """With a budget in steps, periodic work is due at every multiple of its interval."""
    due = Due(250, Budget(TrainConfig(steps=1000)), Ranks(), least_share=0.05)

    assert due.due(step, step / 1000) == (step == 250)
