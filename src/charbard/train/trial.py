"""How fast this machine trains a given network: a few real updates on made-up text."""

import time

import torch

from charbard.config import ModelConfig, TrainConfig
from charbard.train.batches import Batch
from charbard.train.distributed import Ranks
from charbard.train.learner import Learner

__all__ = ["measured_speed"]

_SECONDS = 0.25


def measured_speed(model: ModelConfig, config: TrainConfig) -> float:
    """Characters a second, from as many updates as fit in a quarter of a second, at least two."""
    length, rows = config.seq_length, config.batch_size
    text = torch.randint(model.vocab_size, (length + 1, rows))
    batch = Batch(text[:-1], text[1:], length * rows, rows, fresh=False)
    learner = Learner(model, config, Ranks())
    learner.update(batch, 1.0)
    began, updates = time.perf_counter(), 0
    while updates < 2 or time.perf_counter() - began < _SECONDS:
        learner.update(batch, 1.0)
        updates += 1
    return updates * length * rows / (time.perf_counter() - began)
