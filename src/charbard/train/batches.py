"""What the network reads next.

A running text is read as parallel streams whose state is carried on. Records are read from a zero
state, each with others of its length, so that almost nothing is padding. Both know their position
as two numbers, so a training resumes where it stopped; both cut the rows of one global batch for
each process, so many processes read what one would.

Shape letters: T time, B rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

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
"""Where reading stands: (step, 0) in a running text, (epoch, place in its plan) in records."""


@dataclass(frozen=True)
class Batch:
    """One step's reading."""

    ids_TB: Tensor
    targets_TB: Tensor
    """What follows each id; -1 where nothing is to be learned (padding, fields only told)."""
    counted: int
    """Predictions in the global batch that count: what the summed loss is divided by."""
    rows: int
    """Rows of the global batch."""
    fresh: bool
    """Whether every row begins a record: the state starts from zero."""
    continues: bool = False
    """Whether every row goes on within its record: the state must be kept."""

    def to(self, device: torch.device) -> "Batch":
        """The same batch on another device."""
        return replace(self, ids_TB=self.ids_TB.to(device), targets_TB=self.targets_TB.to(device))


class Batches(Protocol):
    """A source of batches without end."""

    position: Position
    """Enough to go on from here; may be set."""

    def next(self) -> Batch:
        """The next batch; moves the position."""

    @property
    def epochs(self) -> float:
        """How often the text was read so far."""


def batches_of(dataset: Dataset, config: TrainConfig, rows: slice) -> Batches:
    """The batches for this dataset.

    Args:
        dataset: What to read.
        config: Sizes and seed.
        rows: Which rows of a batch this process reads.
    """
    if dataset.has_records:
        return RecordBatches(dataset, config, rows)
    return StreamBatches(dataset.stream(TRAIN), config, rows)


class StreamBatches:
    """Streams that begin at equal distances and read on, around the end of the text if need be."""

    def __init__(self, ids: NDArray[np.integer], config: TrainConfig, rows: slice) -> None:
        self._ids, self._length = ids, config.seq_length
        self._starts = np.linspace(0, len(ids), config.batch_size, endpoint=False).astype(np.int64)
        self._rows = rows
        self._per_step = config.batch_size * config.seq_length
        self.position: Position = (0, 0)

    def next(self) -> Batch:
        """The next `seq_length` characters of each stream."""
        step, _ = self.position
        first = (self._starts[self._rows] + step * self._length) % len(self._ids)
        rows = [_around(self._ids, int(start), self._length + 1) for start in first]
        text = torch.from_numpy(np.stack(rows, axis=1).astype(np.int64))
        self.position = (step + 1, 0)
        rows_in_all = len(self._starts)
        return Batch(text[:-1], text[1:], self._per_step, rows_in_all, fresh=False)

    @property
    def epochs(self) -> float:
        """How often the text was read so far."""
        return self.position[0] * self._per_step / len(self._ids)


def _around(ids: NDArray[np.integer], start: int, length: int) -> NDArray[np.integer]:
    """A slice that goes on at the beginning when the end is reached."""
    if start + length <= len(ids):
        return ids[start : start + length]
    return np.take(ids, np.arange(start, start + length), mode="wrap")


class RecordBatches:
    """Records of nearly one length together, in an order that is new in every epoch."""

    def __init__(self, dataset: Dataset, config: TrainConfig, rows: slice) -> None:
        self._dataset, self._config, self._rows = dataset, config, rows
        self._chosen = dataset.records(TRAIN)
        self._plan: tuple[int, list[Chunked]] = (-1, [])
        self._queue: Iterator[Batch] = iter(())
        self.position: Position = (0, 0)

    def next(self) -> Batch:
        """The next batch; long records go on from the batch before."""
        epoch, place = self.position
        batch = self._batches(epoch)[place]
        last = place + 1 == len(self._batches(epoch))
        self.position = (epoch + 1, 0) if last else (epoch, place + 1)
        return batch.read(self._dataset, self._rows)

    def _batches(self, epoch: int) -> "list[Chunked]":
        if self._plan[0] != epoch:
            rng = np.random.default_rng([self._config.seed, epoch])
            size = self._config.batch_size * self._config.seq_length
            shares = [self._config.chance_of(name) for name in self._dataset.config.fields]
            written = self._config.written_fields
            plan = packed(self._dataset, self._chosen, size, shares, rng, written)
            self._plan = (epoch, [chunk for batch in plan for chunk in batch])
        return self._plan[1]

    @property
    def epochs(self) -> float:
        """How often the text was read so far."""
        epoch, place = self.position
        return epoch + place / max(1, len(self._batches(epoch)))


@dataclass(frozen=True)
class Chunked:
    """A stretch of time, the same for a group of records of nearly one length."""

    records: NDArray[np.int64]
    dropped: NDArray[np.bool_]
    """(B, fields): which fields are left open."""
    start: int
    stop: int
    written: tuple[str, ...] = ()
    """Fields whose characters are to be learned, too."""

    def read(self, dataset: Dataset, rows: slice) -> Batch:
        """Gather the ids; padding, and fields that are only told, have no target."""
        length = self.stop - self.start
        ids = np.full((length, len(self.records)), END, np.int64)
        targets = np.full((length, len(self.records)), -1, np.int64)
        for column, (record, dropped) in enumerate(zip(self.records, self.dropped, strict=True)):
            before, learned, text = _gather(dataset, int(record), dropped, self.written)
            # What is read, what follows it: one behind the other by one place.
            read = _stretch([np.array([END]), before, text[:-1]], self.start, self.stop)
            wanted = _stretch([learned, text], self.start, self.stop)
            ids[: len(read), column], targets[: len(wanted), column] = read, wanted
        counted = int((targets >= 0).sum())
        ids_TB, targets_TB = torch.from_numpy(ids[:, rows]), torch.from_numpy(targets[:, rows])
        if not ids_TB.shape[1]:  # more processes than records: this one reads one without a target
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
) -> list[list[Chunked]]:
    """Plan an epoch: groups of records of nearly one length, each cut into stretches of time.

    Args:
        dataset: Where the records are.
        records: Which to read.
        size: About how many ids one batch holds.
        shares_dropped: Chance that each field is left open, or that any is.
        rng: Decides order and what is left open.
        written: Fields whose characters are to be learned, too.
    """
    fields = dataset.field_sizes[records]
    dropped = rng.random(fields.shape) < np.asarray(shares_dropped)
    lengths = np.diff(dataset.bounds)[records] - (fields * dropped).sum(1)
    order = rng.permutation(len(records))
    order = order[np.argsort(-lengths[order], kind="stable")]
    plan, place = [], 0
    while place < len(order):
        longest = int(lengths[order[place]])
        # At most a quarter of a batch in one row: enough rows for the arithmetic to be fast.
        stretches = -(-longest // max(64, size // 16))
        stride = -(-longest // stretches)
        group = order[place : place + max(1, size // stride)]
        place += len(group)
        plan.append(
            [
                Chunked(
                    records[group], dropped[group], start, min(longest, start + stride), written
                )
                for start in range(0, longest, stride)
            ]
        )
    return [plan[index] for index in rng.permutation(len(plan))]


def _gather(
    dataset: Dataset, record: int, dropped: NDArray[np.bool_], written: tuple[str, ...]
) -> tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.integer]]:
    """What stands before a record's text, without the dropped fields; what of that is to be
    learned, -1 elsewhere; and its text, not yet read.

    Before a text with fields stand the fields and the text's marker.
    """
    start, stop = int(dataset.bounds[record]), int(dataset.bounds[record + 1])
    if not dropped.size:
        return np.empty(0, np.int64), np.empty(0, np.int64), dataset.ids[start:stop]
    kept, learned, place = list[Any](), list[Any](), start
    sizes = dataset.field_sizes[record]
    for name, size, drop in zip(dataset.config.fields, sizes, dropped, strict=True):
        if size and not drop:
            kept.append(dataset.ids[place : place + size])
            value = kept[-1][1:] if name in written else np.full(size - 1, -1)
            learned += [[-1], value]
        place += int(size)
    return (
        np.concatenate([*kept, dataset.ids[place : place + 1]]),
        np.concatenate([*learned, [-1]]).astype(np.int64),
        dataset.ids[place + 1 : stop],
    )


def _stretch(parts: list[NDArray[np.integer]], start: int, stop: int) -> NDArray[np.int64]:
    """From `start` to `stop` of the parts put together; a long record is not read for a short one.

    >>> _stretch([np.array([1, 2]), np.array([3, 4, 5])], 1, 4).tolist()
    [2, 3, 4]
    """
    cut, place = [], 0
    for part in parts:
        cut.append(part[max(0, start - place) : max(0, stop - place)])
        place += len(part)
    return np.concatenate(cut).astype(np.int64)  # stored without a sign: there is no -1
