"""Themes for poems that are requested without one: titles that many poets chose.

Without a theme, a network falls back on the poems that it finds likeliest, and these resemble one
another (benchmarks/models.md, "How varied").

Source: `data/themes.txt`, which `scripts/build_themes.py` builds from the verse corpus.
"""

from dataclasses import replace
from functools import cache

import numpy as np

from charbard.config import VerseOrder
from charbard.tables import table_lines

__all__ = ["theme_drawn", "with_theme"]

_STREAM = 0x7E3E
"""Seed component that separates the draw of a theme from a seed's other draws."""
_SUBJECTS = ("theme", "opening", "acrostic", "template", "locks", "words")
"""Settings that say what a poem is about; if one of them is set, no theme is drawn."""


@cache
def _themes() -> tuple[str, ...]:
    return tuple(table_lines("writer", "themes.txt"))


def theme_drawn(seed: int) -> str:
    """Draw a theme by seed; every theme is equally likely.

    >>> theme_drawn(7) == theme_drawn(7)
    True
    """
    themes = _themes()
    return themes[int(np.random.default_rng([_STREAM, seed]).integers(len(themes)))]


def with_theme(order: VerseOrder) -> VerseOrder:
    """Draw a theme for an order by its seed, unless it has a subject or `titled` is false.

    >>> with_theme(VerseOrder(opening="春")).theme
    ''
    """
    if not order.titled or any(getattr(order, name) for name in _SUBJECTS):
        return order
    return replace(order, theme=theme_drawn(order.seed))
