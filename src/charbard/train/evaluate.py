"""Compute the validation loss during training.

This is a quick approximation: many streams are scored in parallel, and each is warmed up on the
characters before it. `charbard eval` measures the exact loss of a bundle.
"""

import numpy as np
import torch
from numpy.typing import NDArray

from charbard.config import TrainConfig
from charbard.corpus import Dataset
from charbard.corpus.split import VALIDATION
from charbard.train.batches import packed
from charbard.train.learner import arithmetic
from charbard.train.network import CharRNN

__all__ = ["MOST_CHARS", "validation_loss"]

_STREAMS = 64
_WARM_UP = 128
_CHUNK = 128
MOST_CHARS = 250_000
"""Maximum number of characters of a validation; a short training run validates on fewer."""


@torch.no_grad()
def validation_loss(
    network: CharRNN, dataset: Dataset, config: TrainConfig, most: int = MOST_CHARS
) -> float | None:
    """Score about `most` characters of the validation split, the same ones in every call.

    Returns:
        Nats per character; None if there is no validation split.
    """
    if dataset.size(VALIDATION) < 2:
        return None
    with arithmetic(config):
        if dataset.has_records:
            return _over_records(network, dataset, most)
        return _over_stream(network, np.asarray(dataset.stream(VALIDATION)), most)


def _over_stream(network: CharRNN, ids: NDArray[np.integer], most: int) -> float:
    """Score segments at equal distances, each after `_WARM_UP` characters that do not count."""
    streams = max(1, min(_STREAMS, len(ids) // (4 * _WARM_UP)))
    counted = min(len(ids), most) // streams
    warm = min(_WARM_UP, len(ids) - counted)
    starts = np.linspace(0, len(ids) - counted - warm, streams).astype(np.int64)
    rows = [ids[start : start + warm + counted].astype(np.int64) for start in starts]
    text = torch.from_numpy(np.stack(rows, axis=1)).to(network.device)
    state, total = network.start(streams), 0.0
    for place in range(0, len(text) - 1, _CHUNK):
        chunk = text[place : place + _CHUNK + 1]
        targets = chunk[1:].clone()
        # The first `warm` characters only warm up the state.
        targets[: max(0, warm - place)] = -1
        loss, state = network(chunk[:-1], targets, state)
        total += float(loss)
    return total / (streams * (len(text) - 1 - warm))


def _over_records(network: CharRNN, dataset: Dataset, most: int) -> float:
    """Score a sample of whole records, which is the same in every call."""
    rng = np.random.default_rng(0)
    records = dataset.records(VALIDATION)
    mean = max(1, dataset.size(VALIDATION) // max(1, len(records)))
    records = rng.permutation(records)[: max(1, most // mean)]
    total, counted = 0.0, 0
    for group in packed(dataset, records, _STREAMS * _CHUNK, 0.0, rng):
        state = network.start(len(group[0].records))
        for chunk in group:
            batch = chunk.read(dataset, slice(None)).to(network.device)
            loss, state = network(batch.ids_TB, batch.targets_TB, state)
            total, counted = total + float(loss), counted + batch.counted
    return total / counted
