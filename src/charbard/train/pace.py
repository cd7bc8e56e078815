"""Pace of a training run: when validations and saves are due, and how fast the run is."""

import time
from collections import deque
from collections.abc import Iterator

import torch

from charbard.config import ModelConfig
from charbard.train.distributed import Ranks
from charbard.train.events import Event, Progress
from charbard.train.hardware import peak_flops
from charbard.train.learner import StepResult
from charbard.train.schedule import Budget

__all__ = ["Due", "Meter", "snapshot_shares"]

_REPORT_S = 0.5
_FIRST_SHARE = 0.02
_SHARE_FOR_CARE = 0.04
"""Share of a time budget that validations and samples may take; saving may take as much."""


class Due:
    """A schedule of periodic work: every N steps or, with a time budget, by the share spent."""

    def __init__(self, every: int, budget: Budget, ranks: Ranks, *, least_share: float) -> None:
        self._every, self._budget, self._ranks = every, budget, ranks
        self._minutes = budget.config.minutes
        self._least = least_share
        self._next: float | None = None
        self.seconds = 0.0

    def due(self, step: int, fraction: float) -> bool:
        """Return whether the work is due, after this many steps and this share of the budget."""
        if self._minutes is None:
            return step % self._every == 0
        if self._next is None:
            # The first time comes early, because its cost sets the next one. It counts from
            # `fraction`, because reading the text may already have spent part of the budget.
            self._next = fraction + _FIRST_SHARE
        return fraction >= self._next

    def timed(self, fraction: float, work: Iterator[Event]) -> Iterator[Event]:
        """Run and time the work, passing its events on.

        With a time budget, the costlier the work, the later it is next due. `fraction` is the
        share of the budget spent so far.
        """
        began = self._budget.elapsed_s
        yield from work
        if self._minutes is not None:
            (self.seconds,) = self._ranks.agreed(self._budget.elapsed_s - began)
            cost = self.seconds / (60 * self._minutes)
            # At this spacing the work takes at most `_SHARE_FOR_CARE` of the budget.
            self._next = fraction + max(self._least, cost / _SHARE_FOR_CARE)


def snapshot_shares(count: int, already: float) -> list[float]:
    """Return the shares of the budget at which snapshots are due: dense at first, the last at 1.

    Args:
        count: Number of snapshots in the whole run.
        already: Share that is already spent; snapshots due by then are left out.
    """
    shares = [((index + 1) / count) ** 2 for index in range(count)]
    return [share for share in shares if share > already]


class Meter:
    """Meter of loss and speed over the last hundred updates."""

    def __init__(self, model: ModelConfig, device: torch.device, fraction: float) -> None:
        self._device = device
        # A multiply-accumulate is two operations in the forward pass, and four in the backward
        # pass.
        self._flops_per_char = 6 * model.macs_per_char
        self._losses: deque[float] = deque(maxlen=100)
        self._steps: deque[tuple[int, float]] = deque(maxlen=100)
        self._started = self._reported = time.perf_counter()
        self.fraction_at_start = fraction

    def add(self, result: StepResult, chars: int, seconds: float) -> None:
        """Record an update: its result, its characters in all processes, and its seconds."""
        self._losses.append(result.loss)
        self._steps.append((chars, seconds))

    def forget(self) -> None:
        """Drop the losses of updates that were rolled back."""
        self._losses.clear()

    def due(self) -> bool:
        """Return whether to report progress; the result is True at most twice a second."""
        now = time.perf_counter()
        if now - self._reported < _REPORT_S:
            return False
        self._reported = now
        return True

    @property
    def running_s(self) -> float:
        """Seconds since the run began or was resumed."""
        return time.perf_counter() - self._started

    @property
    def loss(self) -> float:
        """Mean loss of the last hundred updates, in nats per character; 0 before the first one."""
        return sum(self._losses) / max(1, len(self._losses))

    @property
    def chars_per_s(self) -> float:
        """Characters a second over the last hundred updates, in all processes together."""
        chars = sum(chars for chars, _ in self._steps)
        return chars / max(1e-9, sum(seconds for _, seconds in self._steps))

    def progress(
        self, step: int, epoch: float, fraction: float, grad_norm: float, rate: float, left: float
    ) -> Progress:
        """Return a `Progress` event with these values; `left` becomes its `seconds_left`."""
        speed = self.chars_per_s
        return Progress(
            step,
            epoch,
            fraction,
            self.loss,
            rate,
            grad_norm,
            speed,
            speed * self._flops_per_char / peak_flops(self._device),
            left,
        )
