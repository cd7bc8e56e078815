"""Score many records at once: each from a zero state, conditioned on its given fields.

Shape letters: T time, B records.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.corpus import Record
from charbard.prosody.poem import is_han
from charbard.runtime import Network
from charbard.runtime.score import read_scores
from charbard.vocab import END, UNKNOWN, Vocab

__all__ = ["Tally", "opening_of", "tallies"]

_IDS_AT_ONCE = 1 << 14
_MOST_ROWS = 128
_STRETCH = 1024


@dataclass(frozen=True)
class Tally:
    """Sum of negative log-probabilities over counted characters."""

    nats: float = 0.0
    chars: int = 0
    unknown: int = 0
    """How many of them the model does not know; scored as the unknown character."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.nats + other.nats, self.chars + other.chars, self.unknown + other.unknown)


def opening_of(vocab: Vocab, fields: Mapping[str, str]) -> list[int]:
    """Return the ids a model of records reads before a text; empty fields are left out."""
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
    """Score each record's text, conditioned on the fields it has.

    Args:
        network: The network.
        vocab: Its characters.
        records: Texts, with no other fields than those to be given.
        only_han: Count Chinese characters only; else every character and the end of the record.
        chosen: A field of one character that the model has to find, too: its nats are added, it
            is no character of the text.

    Returns:
        One tally a record, in their order.
    """
    openings = [opening_of(vocab, record.fields) for record in records]
    marker = None if chosen is None else vocab.marker(chosen)
    lengths = np.array([len(o) + len(r.text) for o, r in zip(openings, records, strict=True)])
    found = [Tally()] * len(records)
    for group in _groups(lengths):
        rows = [
            _row(vocab, openings[index], records[index].text, only_han=only_han, marker=marker)
            for index in group
        ]
        for index, tally in zip(group, _score(network, rows), strict=True):
            found[index] = tally
    return found


def _groups(lengths: NDArray[np.int64]) -> Iterable[list[int]]:
    """Group records of similar length, the longest first."""
    order = np.argsort(-lengths, kind="stable").tolist()
    place = 0
    while place < len(order):
        rows = max(1, min(_MOST_ROWS, _IDS_AT_ONCE // int(lengths[order[place]] + 1)))
        yield order[place : place + rows]
        place += rows


def _row(
    vocab: Vocab, opening: list[int], text: str, *, only_han: bool, marker: int | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return the ids to read, the target after each (-1: none), and the number of text targets."""
    ids = vocab.encode(text).astype(np.int64)
    counted = [is_han(char) for char in text] + [False] if only_han else [True] * (len(ids) + 1)
    wanted = np.where(counted, np.append(ids, END), -1)
    before = np.full(len(opening) - 1, -1)
    if marker in opening:
        at = opening.index(marker)
        before[at] = opening[at + 1]
    return np.concatenate([opening, ids]), np.concatenate([before, wanted]), sum(counted)


def _score(
    network: Network, rows: Sequence[tuple[NDArray[np.int64], NDArray[np.int64], int]]
) -> list[Tally]:
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
