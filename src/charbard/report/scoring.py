"""Score many rows of ids at once, each from a zero state; used mainly for records of text.

Shape letters: T time, B rows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.corpus import Record
from charbard.prosody.poem import is_han
from charbard.runtime import Network
from charbard.runtime.score import read_scores
from charbard.vocab import END, UNKNOWN, Vocab

__all__ = ["Row", "Tally", "opening_of", "score_rows", "tallies"]

# These bound a batch: its ids with padding, its rows, and the steps that are scored at a time.
_IDS_AT_ONCE = 1 << 14
_MOST_ROWS = 128
_STRETCH = 1024


@dataclass(frozen=True)
class Tally:
    """Sum of negative log-probabilities over counted characters."""

    nats: float = 0.0
    chars: int = 0
    unknown: int = 0
    """Number of counted characters that the model does not know, scored as one unknown symbol."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.nats + other.nats, self.chars + other.chars, self.unknown + other.unknown)


class Row(NamedTuple):
    """One sequence to score."""

    ids: NDArray[np.int64]
    """Ids to read."""
    targets: NDArray[np.int64]
    """The id to score after each id read; -1 for none."""
    chars: int
    """Number of targets that count as characters; the value of a chosen field does not."""


def opening_of(vocab: Vocab, fields: Mapping[str, str]) -> list[int]:
    """Return the ids that a model of records reads before a text; empty fields are left out."""
    given = {name: value for name, value in fields.items() if value}
    return vocab.opening(has_records=True, fields=given)


def tallies(
    network: Network,
    vocab: Vocab,
    records: Sequence[Record],
    *,
    only_han: bool,
    chosen: str | None = None,
) -> list[Tally]:
    """Score each record's text, conditioned on the record's fields.

    Args:
        network: The network.
        vocab: The model's vocabulary.
        records: Texts, with only the fields that the model is conditioned on.
        only_han: Count Chinese characters only; else every character and the end of the record.
        chosen: A one-character field that the model must predict as well: its nats are added, but
            it does not count as a character of the text.

    Returns:
        One tally per record, in order.
    """
    openings = [opening_of(vocab, record.fields) for record in records]
    marker = None if chosen is None else vocab.marker(chosen)
    return score_rows(
        network,
        [len(o) + len(r.text) for o, r in zip(openings, records, strict=True)],
        lambda n: _row(vocab, openings[n], records[n].text, only_han=only_han, marker=marker),
    )


def score_rows(
    network: Network, lengths: Sequence[int], row_of: Callable[[int], Row]
) -> list[Tally]:
    """Score many rows in batches of similar length.

    Args:
        network: The network.
        lengths: Number of ids of each row.
        row_of: Function from a row's index to the row, called once, when its batch is scored.

    Returns:
        One tally for each row, in order.
    """
    found = [Tally()] * len(lengths)
    for group in _groups(np.asarray(lengths, np.int64)):
        for index, tally in zip(group, _score(network, list(map(row_of, group))), strict=True):
            found[index] = tally
    return found


def _groups(lengths: NDArray[np.int64]) -> Iterable[list[int]]:
    """Group rows of similar length, the longest first."""
    order = np.argsort(-lengths, kind="stable").tolist()
    place = 0
    while place < len(order):
        # The first row of a group is its longest, so its length decides how many rows fit.
        rows = max(1, min(_MOST_ROWS, _IDS_AT_ONCE // int(lengths[order[place]] + 1)))
        yield order[place : place + rows]
        place += rows


def _row(vocab: Vocab, opening: list[int], text: str, *, only_han: bool, marker: int | None) -> Row:
    """Return the row of one record."""
    ids = vocab.encode(text).astype(np.int64)
    counted = [is_han(char) for char in text] + [False] if only_han else [True] * (len(ids) + 1)
    wanted = np.where(counted, np.append(ids, END), -1)
    before = np.full(len(opening) - 1, -1)
    if marker in opening:
        at = opening.index(marker)
        before[at] = opening[at + 1]
    return Row(np.concatenate([opening, ids]), np.concatenate([before, wanted]), sum(counted))


def _score(network: Network, rows: Sequence[Row]) -> list[Tally]:
    """Score rows as one batch, with shorter rows padded."""
    longest = max(len(ids) for ids, _, _ in rows)
    read = np.full((longest, len(rows)), END, np.int64)
    wanted = np.full((longest, len(rows)), -1, np.int64)
    for column, (ids, targets, _) in enumerate(rows):
        read[: len(ids), column], wanted[: len(ids), column] = ids, targets
    state, nats = network.start(len(rows)), np.zeros(len(rows))
    for start in range(0, longest, _STRETCH):
        part = slice(start, start + _STRETCH)
        logp, state = read_scores(network, read[part], wanted[part], state)
        nats -= logp.sum(axis=0, dtype=np.float64)
    chars, unknown = [size for _, _, size in rows], (wanted == UNKNOWN).sum(axis=0)
    return [Tally(*values) for values in zip(nats.tolist(), chars, unknown.tolist(), strict=True)]
