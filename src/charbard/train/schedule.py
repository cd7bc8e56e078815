"""Schedule of a training run: the share of its budget that is spent, and the learning rate."""

import math
import time
from dataclasses import dataclass, field

from charbard.config import TrainConfig
from charbard.cores import cores

__all__ = ["Budget", "rate_at"]


def rate_at(fraction: float, config: TrainConfig) -> float:
    """Return the learning rate, as a share of its peak, at this share of the budget.

    >>> config = TrainConfig(steps=100, warmup=0.1)
    >>> [round(rate_at(x, config), 2) for x in (0.0, 0.05, 0.1, 0.55, 1.0)]
    [0.02, 0.5, 1.0, 0.5, 0.0]
    """
    if fraction < config.warmup:
        # A learning rate of zero would waste the first update.
        return max(fraction / config.warmup, 0.02)
    left = (1 - min(1.0, fraction)) / (1 - config.warmup)
    share = {"linear": left, "cosine": (1 - math.cos(math.pi * left)) / 2, "constant": 1.0}
    return max(share[config.decay], config.final_rate)


@dataclass
class Budget:
    """The budget of a training run in minutes, steps or epochs, and its clock."""

    config: TrainConfig
    started: float = field(default_factory=time.monotonic)
    """Start of the time budget, by `time.monotonic`; usually before this object exists."""
    reserve_s: float = 0.0
    """Seconds reserved for the last validation and for saving."""
    spent_before_s: float = 0.0
    """Seconds that an interrupted run used before it was resumed."""
    processor_s: float = field(default_factory=time.process_time)
    """CPU time in seconds that this process had used when this object was created."""

    @property
    def elapsed_s(self) -> float:
        """Seconds of the budget used so far, including those before a resumption."""
        if self.config.clock == "processor":
            # CPU time is a sum over threads, but the budget means time on all threads at once.
            used = (time.process_time() - self.processor_s) / (self.config.threads or cores())
        else:
            used = time.monotonic() - self.started
        return used + self.spent_before_s

    def fraction(self, *, step: int, epochs: float, elapsed_s: float | None = None) -> float:
        """Return the share of the budget that is spent, at most 1."""
        if self.config.minutes is not None:
            elapsed = self.elapsed_s if elapsed_s is None else elapsed_s
            # A reserve longer than the whole budget must not make the divisor zero or negative.
            return min(1.0, elapsed / max(0.1, self.config.minutes * 60 - self.reserve_s))
        if self.config.steps is not None:
            return min(1.0, step / self.config.steps)
        assert self.config.epochs is not None
        return min(1.0, epochs / self.config.epochs)

    def seconds_left(self, fraction: float, running_s: float, fraction_at_start: float) -> float:
        """Estimate the seconds left; for steps or epochs, from the pace of this run."""
        if self.config.minutes is not None:
            return max(0.0, self.config.minutes * 60 - self.elapsed_s)
        pace = (fraction - fraction_at_start) / max(1e-9, running_s)
        return (1 - fraction) / pace if pace > 0 else math.inf
