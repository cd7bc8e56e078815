"""The yardsticks: nats per character on given text, by protocol.

A: windows of 256 characters that do not overlap, each from a zero state.
B: one stream, the state carried from its start to its end.
C: B, and the weights learn from each stretch after it was scored (dynamic evaluation).
R: records, each from a zero state; the end of the record is predicted, too.
V, of verse, is `report.verse`'s.

Never compare one with another. All but C run on NumPy; C needs torch.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from charbard.bundle import Bundle
from charbard.config import CorpusConfig
from charbard.corpus import Dataset, open_dataset
from charbard.corpus.split import SIDES
from charbard.errors import CorpusError, OptionError
from charbard.extras import need
from charbard.runtime import ByteModel, Model, Network
from charbard.runtime.score import read_scores
from charbard.vocab import END, UNKNOWN

__all__ = ["PARTS", "PROTOCOLS", "Perplexity", "evaluate"]

PROTOCOLS = ("A", "B", "C", "R")
PARTS = {**{name: (side,) for name, side in SIDES.items()}, "all": tuple(SIDES.values())}
WINDOW = 256
_ROWS = 64
_CHUNK = 1024


@dataclass(frozen=True)
class Perplexity:
    """How well a model predicts a text."""

    protocol: str
    nats_per_char: float
    chars: int
    """Characters that were predicted."""
    unknown: int
    """How many of them the model does not know; scored as the unknown character."""
    groups: Mapping[str, "Perplexity"] = field(default_factory=dict)
    """Of verse: the same for the poems of each form, metre, dynasty and tune."""

    @property
    def bits_per_char(self) -> float:
        """Bits per character."""
        return self.nats_per_char / math.log(2)

    @property
    def perplexity(self) -> float:
        """Perplexity per character: exp(nats)."""
        return math.exp(self.nats_per_char)


def evaluate(  # noqa: PLR0913, each is a choice of the user's
    bundle: Bundle,
    names: Sequence[str],
    corpus: CorpusConfig,
    *,
    protocol: str,
    part: str = "validation",
    rounded: bool = False,
    say: Callable[[str], None] = lambda message: None,
) -> Perplexity:
    """Measure a bundle on a text by one protocol.

    Args:
        bundle: The model.
        names: Files, folders, patterns, or `-`.
        corpus: How to read and split them.
        protocol: One of `PROTOCOLS`.
        part: Which side of the split, or all.
        rounded: Measure the network that writes, its weights rounded to bytes, not the exact one.
        say: Told what was assumed.

    Raises:
        OptionError: The protocol does not fit the model.
        CorpusError: The part holds nothing to predict.
        MissingExtraError: Protocol C without torch.
    """
    _check_protocol(bundle, protocol)
    network = ByteModel(bundle) if rounded else Model(bundle)
    dataset = open_dataset(names, corpus, vocab=bundle.vocab, say=say)
    if protocol == "R":
        groups = _record_groups(dataset, np.concatenate([dataset.records(s) for s in PARTS[part]]))
        return _summed("R", network, groups)
    ids = np.concatenate([np.asarray(dataset.stream(side)) for side in PARTS[part]])
    if len(ids) < 2:
        raise CorpusError(
            f"the {part} part of the text holds {len(ids)} characters",
            code="part.short",
            values={"part": part, "count": len(ids)},
            hint="use ⟪part=all⟫ to evaluate the whole text",
        )
    if protocol == "C":
        return _dynamic(bundle, ids)
    width = WINDOW if protocol == "A" else len(ids)
    return _summed(protocol, network, _windows(ids, width))


def _check_protocol(bundle: Bundle, protocol: str) -> None:
    if protocol not in PROTOCOLS:
        raise OptionError(
            f"no protocol {protocol!r}",
            code="protocol.unknown",
            values={"protocol": protocol, "known": [*PROTOCOLS, "V"]},
            hint=f"choose one of: {', '.join((*PROTOCOLS, 'V'))}",
        )
    if (protocol == "R") != bundle.has_records:
        kind, hint = (
            ("records", "use ⟪protocol=R⟫, or V for verse")
            if bundle.has_records
            else ("running text", "use ⟪protocol=A⟫, B or C")
        )
        raise OptionError(
            f"protocol {protocol} does not fit a model of {kind}",
            code="protocol.unfit",
            values={
                "protocol": protocol,
                "known": ["R", "V"] if bundle.has_records else ["A", "B", "C"],
            },
            hint=hint,
        )


Group = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Ids (T, B) to read from a zero state, and what follows each; -1 does not count."""


def _windows(ids: NDArray[np.integer], width: int) -> Iterator[Group]:
    """Cut ids into windows that predict every character but the first once; the last is padded."""
    pairs = len(ids) - 1
    rows = -(-pairs // width)
    read = np.zeros(rows * width, np.int64)
    wanted = np.full(rows * width, -1, np.int64)
    read[:pairs], wanted[:pairs] = ids[:-1], ids[1:]
    for start in range(0, rows, _ROWS):
        part = slice(start, start + _ROWS)
        yield read.reshape(rows, width)[part].T, wanted.reshape(rows, width)[part].T


def _record_groups(dataset: Dataset, records: NDArray[np.int64]) -> Iterator[Group]:
    """Group records of similar length, the longest first."""
    lengths = np.diff(dataset.bounds)[records]
    order = np.argsort(-lengths, kind="stable")
    records, lengths = records[order], lengths[order]
    if not len(records):
        raise CorpusError(
            "this part of the text holds no record", code="part.empty", hint="use ⟪part=all⟫"
        )
    for start in range(0, len(records), _ROWS):
        group = records[start : start + _ROWS]
        longest = int(lengths[start])
        read = np.full((longest, len(group)), END, np.int64)
        wanted = np.full((longest, len(group)), -1, np.int64)
        for column, record in enumerate(group):
            text = dataset.ids[dataset.bounds[record] : dataset.bounds[record + 1]]
            fields = int(dataset.field_sizes[record].sum())
            before = fields + 1 if dataset.vocab.fields else 0
            read[1 : len(text), column] = text[:-1]
            wanted[before : len(text), column] = text[before:]
        yield read, wanted


def _summed(protocol: str, network: Network, groups: Iterator[Group]) -> Perplexity:
    total, chars, unknown = 0.0, 0, 0
    for read, wanted in groups:
        state = network.start(read.shape[1])
        for start in range(0, len(read), _CHUNK):
            part = slice(start, start + _CHUNK)
            logp, state = read_scores(network, read[part], wanted[part], state)
            total -= float(logp.sum(dtype=np.float64))
        chars += int((wanted >= 0).sum())
        unknown += int((wanted == UNKNOWN).sum())
    return Perplexity(protocol, total / chars, chars, unknown)


def _dynamic(bundle: Bundle, ids: NDArray[np.integer]) -> Perplexity:
    need("protocol C", "torch", extra="train")
    from charbard.train.dynamic import dynamic_loss

    nats = dynamic_loss(bundle, ids)
    return Perplexity("C", nats, len(ids) - 1, int((ids[1:] == UNKNOWN).sum()))
