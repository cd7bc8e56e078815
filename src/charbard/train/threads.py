"""Find the fastest number of threads while training.

On an idle machine this is the number of cores. Next to another busy program, two threads mostly
wait for each other, and a single thread is 1.5 times as fast. The load may change during a run.
"""

import os
from collections.abc import Callable, Sequence

import torch

from charbard.config import TrainConfig
from charbard.cores import cores
from charbard.train.distributed import Ranks

__all__ = ["ThreadCount", "thread_count", "use_kept"]

_FAIR = 4
"""Minimum number of updates of a trial; the first update is slow because it starts threads."""
_HOLD = 25
"""Time for which the fastest number is kept, as a multiple of the duration of the trials."""


class ThreadCount:
    """A search that tries numbers of threads in turn, keeps the fastest for a while, and repeats.

    Args:
        counts: Numbers of threads to try, in this order.
        fair: Number of updates of one trial.
        use: Called with the number of threads to use from then on.
    """

    def __init__(self, counts: Sequence[int], fair: int, use: Callable[[int], None]) -> None:
        self._counts, self._fair, self._use = counts, fair, use
        self._now, self._untried = counts[0], list(counts[1:])
        self._speeds: dict[int, float] = {}
        self._tried_s = self._hold_s = 0.0
        self._updates = self._chars = 0
        self._spent_s = 0.0
        use(self._now)

    def note(self, chars: int, seconds: float) -> None:
        """Record the characters and seconds of one update, and switch threads when it is time."""
        self._updates, self._chars = self._updates + 1, self._chars + chars
        self._spent_s += seconds
        if self._updates < self._fair or self._spent_s < self._hold_s:
            return
        self._speeds[self._now] = self._chars / max(1e-9, self._spent_s)
        # Only trials count here, not holds, so trials take about one part in `_HOLD` of the time.
        if self._hold_s == 0.0:
            self._tried_s += self._spent_s
        if self._untried:
            self._turn_to(self._untried.pop(0), hold_s=0.0)
            return
        # Every number has been tried by now. The best number is measured again during its hold, so
        # only the other numbers need another trial afterwards.
        best = max(self._counts, key=lambda count: self._speeds[count])
        self._untried = [count for count in self._counts if count != best]
        self._turn_to(best, hold_s=_HOLD * self._tried_s)
        self._tried_s = 0.0

    def _turn_to(self, count: int, *, hold_s: float) -> None:
        if count != self._now:
            self._use(count)
        self._now, self._hold_s = count, hold_s
        self._updates = self._chars = 0
        self._spent_s = 0.0


def thread_count(config: TrainConfig, ranks: Ranks) -> ThreadCount | None:
    """Return a `ThreadCount` for a run, or None if the number of threads is fixed.

    The number is fixed if the user or the environment chose it, if training uses a GPU or several
    processes, or if the budget is in steps or epochs: one seed must then give the same weights.
    """
    most = torch.get_num_threads()
    is_open = config.minutes is not None and config.threads is None and ranks.world == 1
    if not is_open or config.device != "cpu" or os.environ.get("OMP_NUM_THREADS"):
        return None
    if min(most, cores()) < 2:
        return None
    return ThreadCount((most, 1), max(_FAIR, config.muon_every), torch.set_num_threads)


def use_kept(config: TrainConfig) -> None:
    """Use the number of threads in a resumed run's settings, limited to this machine's cores."""
    if config.threads is not None:
        torch.set_num_threads(min(config.threads, cores()))
