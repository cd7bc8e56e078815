"""The number of threads adapts to what else the machine is doing."""

import itertools

import pytest

from charbard.config import TrainConfig
from charbard.train.distributed import Ranks
from charbard.train.threads import ThreadCount, thread_count

FREE, BUSY = {4: 4000.0, 1: 1500.0}, {4: 700.0, 1: 1400.0}
"""Characters per second by number of threads, on an idle machine and on a busy one."""
CHARS = 100


def chosen(speeds) -> list[int]:
    """Return the number of threads of each update, given the machine's speeds at that update."""
    now: list[int] = []
    count, history = ThreadCount((4, 1), 3, now.append), []
    for speed in speeds:
        history.append(now[-1])
        count.note(CHARS, CHARS / speed[now[-1]])
    return history


@pytest.mark.parametrize(("machine", "best"), [(FREE, 4), (BUSY, 1)])
def test_the_fastest_is_kept_most_of_the_time(machine, best) -> None:
    """The faster number of threads is used most of the time, and the other is tried repeatedly."""
    history = chosen([machine] * 1000)

    assert history[:6] == [4, 4, 4, 1, 1, 1]
    assert history.count(best) > 0.9 * len(history)
    assert history[-200:].count(5 - best) > 0


def test_it_follows_a_neighbour_that_comes_and_goes() -> None:
    """When another program starts or stops, the fastest number of threads is soon found again."""
    history = chosen(itertools.chain([FREE] * 500, [BUSY] * 500, [FREE] * 500))

    for start, best in ((250, 4), (750, 1), (1250, 4)):
        part = history[start : start + 250]
        assert part.count(best) > 0.8 * len(part)


def test_it_keeps_out_where_somebody_has_decided(monkeypatch) -> None:
    """Threads are not tuned if a setting or OMP_NUM_THREADS fixes them, or the budget is steps."""
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    for settings in ({"steps": 3}, {"minutes": 1, "threads": 1}):
        assert thread_count(TrainConfig(**settings), Ranks()) is None
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert thread_count(TrainConfig(minutes=1), Ranks()) is None
