"""Measure how fast this machine trains a network, by a few real updates on random text."""

import time

import torch

from charbard.config import ModelConfig, TrainConfig
from charbard.train.batches import Batch
from charbard.train.distributed import Ranks
from charbard.train.learner import Learner

__all__ = ["measured_speed"]

_SECONDS = 0.25
_TOO_SLOW_S = 2.0


def measured_speed(model: ModelConfig, config: TrainConfig) -> float:
    """Return the training speed in characters a second.

    The speed is the mean over at least a quarter of a second and two updates. The number of updates
    is a multiple of `muon_every`, because updates with Muon cost more. If the first update takes
    more than two seconds, it alone is measured.
    """
    length, rows = config.seq_length, config.batch_size
    text = torch.randint(model.vocab_size, (length + 1, rows))
    batch = Batch(text[:-1], text[1:], length * rows, rows, fresh=False)
    learner = Learner(model, config, Ranks())
    first = _seconds(learner, batch)
    if first > _TOO_SLOW_S:
        return length * rows / first
    spent: list[float] = []
    while len(spent) < 2 or sum(spent) < _SECONDS or len(spent) % config.muon_every:
        spent.append(_seconds(learner, batch))
    return len(spent) * length * rows / sum(spent)


def _seconds(learner: Learner, batch: Batch) -> float:
    """Return the seconds that one update takes."""
    began = time.perf_counter()
    learner.update(batch, 1.0)
    return time.perf_counter() - began
