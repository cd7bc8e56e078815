"""The yardsticks: nats per character of a text, by protocol.

A scores windows of 256 characters that do not overlap, each from a zero state.
B scores one stream and carries the state from its start to its end.
C is B, but trains the weights on each stretch after scoring it (dynamic evaluation).
R scores records, each from a zero state, and includes the end of each record.
V scores verse; see `report.verse`.

Figures of different protocols are not comparable. C needs torch; the others run on NumPy.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from charbard.bundle import Bundle
from charbard.config import CorpusConfig
from charbard.corpus import Dataset, open_dataset
from charbard.corpus.split import SIDES
from charbard.errors import CorpusError, OptionError
from charbard.extras import need
from charbard.report.scoring import Row, Tally, score_rows
from charbard.runtime import ByteModel, Model
from charbard.vocab import END, UNKNOWN

__all__ = ["PARTS", "PROTOCOLS", "Perplexity", "evaluate"]

PROTOCOLS = ("A", "B", "C", "R")
PARTS = {**{name: (side,) for name, side in SIDES.items()}, "all": tuple(SIDES.values())}
WINDOW = 256


@dataclass(frozen=True)
class Perplexity:
    """How well a model predicts a text."""

    protocol: str
    nats_per_char: float
    chars: int
    """Number of predicted characters."""
    unknown: int
    """Number of predicted characters that the model does not know, scored as one unknown symbol."""
    groups: Mapping[str, "Perplexity"] = field(default_factory=dict)
    """Verse only: the same measures for the poems of each form, metre, dynasty and tune."""

    @property
    def bits_per_char(self) -> float:
        """Bits per character."""
        return self.nats_per_char / math.log(2)

    @property
    def perplexity(self) -> float:
        """Perplexity per character: exp(nats)."""
        return math.exp(self.nats_per_char)


def evaluate(  # noqa: PLR0913, each is the user's choice
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
        part: One of `PARTS`: a side of the split, or all.
        rounded: Measure the network used for writing, with int8 weights, instead of the exact one.
        say: Function to call with each assumption about the text.

    Raises:
        OptionError: The protocol does not fit the model.
        CorpusError: The part contains nothing to predict.
        MissingExtraError: Protocol C was requested, but torch is not installed.
    """
    _check_protocol(bundle, protocol)
    network = ByteModel(bundle) if rounded else Model(bundle)
    dataset = open_dataset(names, corpus, vocab=bundle.vocab, say=say)
    if protocol == "R":
        records = np.concatenate([dataset.records(side) for side in PARTS[part]])
        if not len(records):
            raise CorpusError(
                "this part of the text holds no record", code="part.empty", hint="use ⟪part=all⟫"
            )
        lengths = np.diff(dataset.bounds)[records].tolist()
        return _summed(
            "R", score_rows(network, lengths, lambda n: _record_row(dataset, records[n]))
        )
    ids = np.concatenate([dataset.stream(side) for side in PARTS[part]]).astype(np.int64)
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
    starts = range(0, len(ids) - 1, width)
    lengths = [min(width, len(ids) - 1 - start) for start in starts]
    return _summed(protocol, score_rows(network, lengths, lambda n: _window(ids, starts[n], width)))


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


def _record_row(dataset: Dataset, index: int) -> Row:
    """Return a record as a row whose targets are the text, conditioned on the fields."""
    fields, text_marker, text = dataset.record(index)
    before = np.concatenate([*fields.values(), text_marker]).astype(np.int64)
    return Row(
        # Reading END and then the fields scores nothing (-1); the marker before the text is the
        # first id to predict a character.
        np.concatenate([[END], before, text[:-1]]).astype(np.int64),
        np.concatenate([np.full(len(before), -1), text]).astype(np.int64),
        len(text),
    )


def _window(ids: NDArray[np.int64], start: int, width: int) -> Row:
    """Return a window as a row in which each character predicts the next one."""
    targets = ids[start + 1 : start + 1 + width]
    return Row(ids[start : start + len(targets)], targets, len(targets))


def _summed(protocol: str, tallies: Iterable[Tally]) -> Perplexity:
    total = sum(tallies, Tally())
    return Perplexity(protocol, total.nats / total.chars, total.chars, total.unknown)


def _dynamic(bundle: Bundle, ids: NDArray[np.integer]) -> Perplexity:
    need("protocol C", "torch", extra="train")
    from charbard.train.dynamic import dynamic_loss

    nats = dynamic_loss(bundle, ids)
    return Perplexity("C", nats, len(ids) - 1, int((ids[1:] == UNKNOWN).sum()))
