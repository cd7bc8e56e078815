"""Batches to train on.

Running text is read as parallel streams whose state is carried from batch to batch. Records are
read from a zero state, in groups of similar length, so that there is little padding. In both cases
the position is two numbers, from which a training run resumes. Each process reads its own
rows of the same global batch, so several processes read the same batches as one process.

Shape letters: T time, B rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from charbard.config import TrainConfig
from charbard.corpus import Dataset
from charbard.corpus.split import TRAIN
from charbard.vocab import END

__all__ = [
    "Batch",
    "Batches",
    "Position",
    "RecordBatches",
    "StreamBatches",
    "batches_of",
    "packed",
]

Position = tuple[int, int]
"""Reading position: (step, 0) in running text, (epoch, index in its plan) in records."""


@dataclass(frozen=True)
class Batch:
    """Input and targets of one update."""

    ids_TB: Tensor
    targets_TB: Tensor
    """The id to predict at each place; -1 for padding and for fields that are only conditions."""
    counted: int
    """Number of targets in the global batch, by which the summed loss is divided."""
    rows: int
    """Number of rows of the global batch."""
    fresh: bool
    """Whether every row begins a record, so that the state starts from zero."""
    continues: bool = False
    """Whether every row continues its record, so that the state must be kept."""

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on another device."""
        return replace(self, ids_TB=self.ids_TB.to(device), targets_TB=self.targets_TB.to(device))


class Batches(Protocol):
    """An endless source of batches."""

    position: Position
    """Position of the next batch; set it to resume from there."""

    def next(self) -> Batch:
        """Return the next batch and advance the position."""

    @property
    def epochs(self) -> float:
        """Number of passes over the text so far; not rounded."""


def batches_of(dataset: Dataset, config: TrainConfig, rows: slice) -> Batches:
    """Return the source of batches for a dataset.

    Args:
        dataset: The text.
        config: Settings; the sizes of a batch and the seed are used.
        rows: The rows of the global batch that this process reads.
    """
    if dataset.has_records:
        return RecordBatches(dataset, config, rows)
    return StreamBatches(dataset.stream(TRAIN), config, rows)


class StreamBatches:
    """Streams that start at equal distances and wrap around at the end of the text."""

    def __init__(self, ids: NDArray[np.integer], config: TrainConfig, rows: slice) -> None:
        self._ids, self._length = ids, config.seq_length
        self._starts = np.linspace(0, len(ids), config.batch_size, endpoint=False).astype(np.int64)
        self._rows = rows
        self._per_step = config.batch_size * config.seq_length
        self.position: Position = (0, 0)

    def next(self) -> Batch:
        """Return the next `seq_length` characters of each stream."""
        step, _ = self.position
        # The place of each stream follows from the step alone, so resuming needs only the
        # position.
        first = (self._starts[self._rows] + step * self._length) % len(self._ids)
        rows = [_around(self._ids, int(start), self._length + 1) for start in first]
        text = torch.from_numpy(np.stack(rows, axis=1).astype(np.int64))
        self.position = (step + 1, 0)
        rows_in_all = len(self._starts)
        return Batch(text[:-1], text[1:], self._per_step, rows_in_all, fresh=False)

    @property
    def epochs(self) -> float:
        """Number of passes over the text so far; not rounded."""
        return self.position[0] * self._per_step / len(self._ids)


def _around(ids: NDArray[np.integer], start: int, length: int) -> NDArray[np.integer]:
    """Return `length` ids from `start` on, wrapping around at the end."""
    if start + length <= len(ids):
        return ids[start : start + length]
    return np.take(ids, np.arange(start, start + length), mode="wrap")


class RecordBatches:
    """Batches of records of similar length, in a new order in every epoch."""

    def __init__(self, dataset: Dataset, config: TrainConfig, rows: slice) -> None:
        self._dataset, self._config, self._rows = dataset, config, rows
        self._chosen = dataset.records(TRAIN)
        self._plan: tuple[int, list[Chunk]] = (-1, [])
        self.position: Position = (0, 0)

    def next(self) -> Batch:
        """Return the next batch; a long record is continued in the batches after it."""
        epoch, place = self.position
        batch = self._batches(epoch)[place]
        last = place + 1 == len(self._batches(epoch))
        self.position = (epoch + 1, 0) if last else (epoch, place + 1)
        return batch.read(self._dataset, self._rows)

    def _batches(self, epoch: int) -> "list[Chunk]":
        if self._plan[0] != epoch:
            # The plan follows from seed and epoch, so a checkpoint need not store the order of the
            # records.
            rng = np.random.default_rng([self._config.seed, epoch])
            size = self._config.batch_size * self._config.seq_length
            shares = [self._config.chance_of(name) for name in self._dataset.config.fields]
            written = self._config.written_fields
            plan = packed(self._dataset, self._chosen, size, shares, rng, written)
            self._plan = (epoch, [chunk for batch in plan for chunk in batch])
        return self._plan[1]

    @property
    def epochs(self) -> float:
        """Number of passes over the text so far; not rounded."""
        epoch, place = self.position
        return epoch + place / max(1, len(self._batches(epoch)))


@dataclass(frozen=True)
class Chunk:
    """A range of time steps of a group of records of similar length."""

    records: NDArray[np.int64]
    dropped: NDArray[np.bool_]
    """Whether each field is dropped, (B, fields)."""
    start: int
    stop: int
    written: tuple[str, ...] = ()
    """Fields that the model also learns to predict."""

    def read(self, dataset: Dataset, rows: slice) -> Batch:
        """Gather ids and targets; padding and fields that are only conditions have no target."""
        length = self.stop - self.start
        ids = np.full((length, len(self.records)), END, np.int64)
        targets = np.full((length, len(self.records)), -1, np.int64)
        for column, (record, dropped) in enumerate(zip(self.records, self.dropped, strict=True)):
            before, learned, text = _gather(dataset, int(record), dropped, self.written)
            # Targets are the input shifted by one: END is read first, the last id is never read.
            read = _stretch([np.array([END]), before, text[:-1]], self.start, self.stop)
            wanted = _stretch([learned, text], self.start, self.stop)
            ids[: len(read), column], targets[: len(wanted), column] = read, wanted
        counted = int((targets >= 0).sum())
        ids_TB, targets_TB = torch.from_numpy(ids[:, rows]), torch.from_numpy(targets[:, rows])
        if not ids_TB.shape[1]:  # more processes than records: read a dummy row
            ids_TB, targets_TB = torch.zeros(length, 1).long(), torch.full((length, 1), -1)
        return Batch(
            ids_TB, targets_TB, counted, len(self.records), self.start == 0, self.start > 0
        )


def packed(
    dataset: Dataset,
    records: NDArray[np.int64],
    size: int,
    shares_dropped: Sequence[float] | float,
    rng: np.random.Generator,
    written: tuple[str, ...] = (),
) -> list[list[Chunk]]:
    """Plan an epoch: groups of records of similar length, each cut into ranges of time steps.

    Args:
        dataset: The text.
        records: Indices of the records to read.
        size: Approximate number of ids in a batch.
        shares_dropped: Probability of dropping a field: one for each field, or one for all.
        rng: Random generator for the order and the dropped fields.
        written: Fields that the model also learns to predict.
    """
    fields = dataset.field_sizes[records]
    dropped = rng.random(fields.shape) < np.asarray(shares_dropped)
    lengths = np.diff(dataset.bounds)[records] - (fields * dropped).sum(1)
    # Longest first; records of equal length stay in random order, because the sort is stable.
    order = rng.permutation(len(records))
    order = order[np.argsort(-lengths[order], kind="stable")]
    plan, place = [], 0
    while place < len(order):
        longest = int(lengths[order[place]])
        # A row gets at most 1/16 of the batch, or 64 ids: arithmetic is slow with few rows.
        stretches = -(-longest // max(64, size // 16))
        # Stretches of equal length avoid a short last one.
        stride = -(-longest // stretches)
        group = order[place : place + max(1, size // stride)]
        place += len(group)
        plan.append(
            [
                Chunk(records[group], dropped[group], start, min(longest, start + stride), written)
                for start in range(0, longest, stride)
            ]
        )
    # Groups are shuffled, but the stretches of a group stay in order: each continues the state of
    # the one before.
    return [plan[index] for index in rng.permutation(len(plan))]


def _gather(
    dataset: Dataset, record: int, dropped: NDArray[np.bool_], written: tuple[str, ...]
) -> tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]]:
    """Split a record into conditions and text.

    A record with fields is stored as (marker, value) for each field, then the text marker, then
    the text. A record without fields is stored as its text.

    Returns:
        (ids of the fields that are not dropped and of the text marker, their targets, ids of the
        text). In the values of `written` fields, a target is the id at the same place; elsewhere
        it is -1. Markers have no target, because the model does not predict which fields a
        record has.
    """
    fields, text_marker, text = dataset.record(record)
    drops = dict(zip(dataset.config.fields, dropped.tolist(), strict=True))
    kept = {name: ids for name, ids in fields.items() if not drops[name]}
    learned = [
        np.append(-1, ids[1:] if name in written else np.full(len(ids) - 1, -1))
        for name, ids in kept.items()
    ]
    none = np.full(len(text_marker), -1)
    before = np.concatenate([*kept.values(), text_marker])
    return before, np.concatenate([*learned, none]).astype(np.int64), text


def _stretch(parts: list[NDArray[np.integer]], start: int, stop: int) -> NDArray[np.int64]:
    """Return ids `start` to `stop` of the concatenated parts, without concatenating whole parts.

    >>> _stretch([np.array([1, 2]), np.array([3, 4, 5])], 1, 4).tolist()
    [2, 3, 4]
    """
    cut, place = [], 0
    for part in parts:
        cut.append(part[max(0, start - place) : max(0, stop - place)])
        place += len(part)
    return np.concatenate(cut).astype(np.int64)  # ids are stored unsigned, but targets need -1
