"""The number of threads follows what else the machine has to do."""

import itertools

import pytest

from charbard.config import TrainConfig
from charbard.train.distributed import Ranks
from charbard.train.threads import ThreadCount, thread_count

FREE, BUSY = {4: 4000.0, 1: 1500.0}, {4: 700.0, 1: 1400.0}
"""Characters a second by threads, alone and beside a busy neighbour."""
CHARS = 100


def chosen(speeds) -> list[int]:
    """Threads of each update, on a machine that makes such speeds in turn."""
    now: list[int] = []
    count, history = ThreadCount((4, 1), 3, now.append), []
    for speed in speeds:
        history.append(now[-1])
        count.note(CHARS, CHARS / speed[now[-1]])
    return history


@pytest.mark.parametrize(("machine", "best"), [(FREE, 4), (BUSY, 1)])
def test_the_fastest_is_kept_most_of_the_time(machine, best) -> None:
    """The other one is tried now and then, for a few updates."""
    history = chosen([machine] * 1000)

    assert history[:6] == [4, 4, 4, 1, 1, 1]
    assert history.count(best) > 0.9 * len(history)
    assert history[-200:].count(5 - best) > 0


def test_it_follows_a_neighbour_that_comes_and_goes() -> None:
    """Within a few trials."""
    history = chosen(itertools.chain([FREE] * 500, [BUSY] * 500, [FREE] * 500))

    for start, best in ((250, 4), (750, 1), (1250, 4)):
        part = history[start : start + 250]
        assert part.count(best) > 0.8 * len(part)


def test_it_keeps_out_where_somebody_has_decided(monkeypatch) -> None:
    """The user, the environment; and where the same weights are promised again."""
    monkeypatch.setenv("OMP_NUM_THREADS", "")
    for settings in ({"steps": 3}, {"minutes": 1, "threads": 1}):
        assert thread_count(TrainConfig(**settings), Ranks()) is None
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert thread_count(TrainConfig(minutes=1), Ranks()) is None
