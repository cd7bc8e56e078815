"""A logit bias towards rhyme words that complete a word.

A network that is conditioned on a rhyme prefers that rhyme's commonest characters, even where they
form no word with the character before: it writes 一苇垂 where only 一苇航 is a word. In words
elsewhere in its lines, such faults are a fifth as frequent. So a rhyme word gets a bias if people
have written it after the character before it. The bias halves the number of these faults at no loss
of probability (benchmarks/models.md).
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.runtime import Bias, BiasRule
from charbard.vocab import Vocab
from charbard.writer.verse.pairs import load_pairs
from charbard.writer.verse.request import Request

__all__ = ["followers", "towards_followers"]

_NATS = 2.0


class _Table(NamedTuple):
    """The characters that follow each character, as a sparse matrix stored row by row."""

    place: dict[str, int]
    start: NDArray[np.int64]
    """Start of each row in `column`; the last entry is the end of the last row."""
    column: NDArray[np.int16]


def followers(char: str) -> str:
    """Return the characters that people write after a character, in no particular order.

    >>> "航" in followers("苇"), "垂" in followers("苇")
    (True, False)
    """
    table = _table()
    chars = list(table.place)
    return "".join(chars[column] for column in _row(table, char))


def towards_followers(request: Request) -> BiasRule:
    """Return the bias rule for rhyme words; a line of one character gets no bias."""
    machine = request.machine
    bias_after = _biases(machine.lexicon.vocab)
    rhymed = {at for at, slot in enumerate(machine.slots) if machine.rhymed[at] and slot.place}

    def rule(ids: Sequence[int]) -> Bias | None:
        return bias_after(ids[-1]) if len(ids) in rhymed else None

    return rule


@cache
def _biases(vocab: Vocab) -> Callable[[int], Bias | None]:
    """Return a cached function from the id before a rhyme word to the bias on that word."""
    table = _table()
    # Symbols that the model does not have become -1 and are left out.
    ids = np.array([-1 if (at := vocab.id_of(char)) is None else at for char in table.place])

    @cache
    def bias_after(char_id: int) -> Bias | None:
        found = np.sort(ids[_row(table, vocab.symbols[char_id])])
        found = found[np.searchsorted(found, 0) :].astype(np.int32)
        return Bias(found, np.full(len(found), _NATS, np.float32)) if len(found) else None

    return bias_after


def _row(table: _Table, char: str) -> NDArray[np.int16]:
    at = table.place.get(char)
    return table.column[:0] if at is None else table.column[table.start[at] : table.start[at + 1]]


@cache
def _table() -> _Table:
    chars, rows, columns, _ = load_pairs("followers.npz")
    start = np.searchsorted(rows, np.arange(len(chars) + 1))
    return _Table({char: at for at, char in enumerate(chars)}, start, columns.astype(np.int16))
