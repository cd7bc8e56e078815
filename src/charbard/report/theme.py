"""Measure whether poems are about their themes, by the model's own probabilities.

The theme is the title that the model is conditioned on. A poem fits its theme if the theme makes
the poem likelier; the theme is recognised if no other theme of the test makes it likelier still.
Human-written poems, with their own titles, are measured by the same model in the same way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charbard.corpus import Record
from charbard.report.scoring import tallies
from charbard.runtime import Model
from charbard.vocab import Vocab

__all__ = ["ThemeFit", "theme_fit"]


@dataclass(frozen=True)
class ThemeFit:
    """How well poems fit their themes."""

    poems: int
    gain: float
    """Nats per Chinese character by which a poem is likelier with its theme than without."""
    recognised: float
    """Share of poems that no other theme makes likelier than their own theme does."""
    chance: float
    """The share to expect by chance: one over the number of themes."""


def theme_fit(
    model: Model, vocab: Vocab, poems: Sequence[tuple[str, str]], *, form: str
) -> ThemeFit:
    """Measure poems against each other's themes.

    Args:
        model: A model that knows the field `title`.
        vocab: The model's vocabulary.
        poems: Pairs of theme and text.
        form: The form of all the poems.
    """
    themes = sorted({theme for theme, _ in poems})
    given = [{"form": form}] + [{"form": form, "title": theme} for theme in themes]
    records = [Record(text, fields) for _, text in poems for fields in given]
    found = tallies(model, vocab, records, only_han=True)
    nats = np.array([tally.nats for tally in found]).reshape(len(poems), len(given))
    chars = np.array([tally.chars for tally in found[:: len(given)]])
    gains = (nats[:, :1] - nats[:, 1:]) / np.maximum(1, chars)[:, None]
    own = np.array([themes.index(theme) for theme, _ in poems])
    mine = gains[np.arange(len(poems)), own]
    return ThemeFit(
        len(poems),
        float(mine.mean()),
        float((mine >= gains.max(axis=1)).mean()),
        1 / len(themes),
    )
