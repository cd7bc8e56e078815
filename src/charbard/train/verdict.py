"""Say in words what to expect of a trained model and what would improve it.

A loss in nats means little to most people and is not comparable between scripts. So the loss is
compared with that of a unigram model, which knows only how common each character is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charbard.errors import Note

__all__ = ["Learned", "unigram_nats", "verdict"]

_MANY_SYMBOLS = 1000
"""Number of symbols from which a script is taken to be logographic."""
_LEVELS = (
    (0.85, Note("letters about as often as the text has them, in no order", "level.letters")),
    (0.68, Note("letters that go together, and few words", "level.syllables")),
    (0.52, Note("things that look like words, many of which are none", "level.likewords")),
    (0.43, Note("mostly real words, with little sense from one to the next", "level.words")),
    (
        0.0,
        Note("real words and phrases; whole sentences hold together now and then", "level.phrases"),
    ),
)
_LEVELS_OF_MANY = (
    (0.95, Note("characters about as often as the text has them, in no order", "level.chars")),
    (0.88, Note("pairs of characters that go together, and little more", "level.pairs")),
    (0.80, Note("phrases that the text could have, one after the other", "level.phrase")),
    (
        0.0,
        Note(
            "lines that read like lines of the text; sense holds from one to the next now and then",
            "level.lines",
        ),
    ),
)
"""Levels of quality, each with the lowest loss at which it applies, as a share of the unigram loss.
They were calibrated by reading samples of models of Shakespeare (65 symbols) and of Chinese verse
(7,000 symbols)."""
_GAIN = 0.005
"""Relative gain between two validations below which training counts as converged."""
_BY_HEART = 0.15
"""Gap between training and validation loss, as a share of the validation loss, that shows
overfitting."""
_SHORT = 500_000
"""Length of a text, in characters, below which more text helps most."""


@dataclass(frozen=True)
class Learned:
    """Figures of a finished training run."""

    validations: Sequence[float]
    """Validation losses in nats per character, in order; not empty."""
    training: float
    """Training loss at the end, in nats per character."""
    unigram: float
    """Loss of a unigram model of the text, from `unigram_nats`."""
    symbols: int
    size: int
    """Length of the training text in characters."""


def verdict(learned: Learned) -> Note:
    """Return one sentence on what to expect of the model, and one on what would improve it."""
    levels = _LEVELS_OF_MANY if learned.symbols >= _MANY_SYMBOLS else _LEVELS
    share = min(learned.validations) / max(1e-9, learned.unigram)
    expected = next(text for least, text in levels if share >= least)
    advice = _advice(learned)
    return Note(
        f"what to expect: {expected}. To improve it: {advice}",
        "trained.verdict",
        {"expected": expected, "advice": advice},
    )


def _advice(learned: Learned) -> Note:
    best, last = min(learned.validations), learned.validations[-1]
    if learned.training < (1 - _BY_HEART) * best or last > (1 + _GAIN) * best:
        return Note(
            "more text, or more dropout: it begins to know its text by heart", "advice.by_heart"
        )
    # After a single validation, the model counts as still learning.
    before = learned.validations[-2] if len(learned.validations) > 1 else last * (1 + 2 * _GAIN)
    if last < (1 - _GAIN) * before:
        return Note("more time: it was still learning when the time was over", "advice.time")
    if learned.size < _SHORT:
        return Note("more text: it has learned most of what this one can teach", "advice.text")
    return Note(
        "a wider network and more time, or more text: this one has learned what it can",
        "advice.wider",
    )


def unigram_nats(ids_N: NDArray[np.integer]) -> float:
    """Return the entropy of the unigram distribution in nats per character.

    >>> round(unigram_nats(np.array([0, 1, 0, 1])), 3)
    0.693
    """
    counts = np.bincount(ids_N).astype(np.float64)
    shares = counts[counts > 0] / len(ids_N)
    return float(-(shares * np.log(shares)).sum())
