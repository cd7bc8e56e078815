"""Builders of the named corpora; each imports its dependencies when it is called."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["BUILDERS", "Materials"]


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


def _shakespeare(materials: Materials) -> dict[str, Any]:
    from charbard.corpus.shakespeare import build_shakespeare

    return build_shakespeare(materials.sources[0], materials.target)


def _core(materials: Materials) -> dict[str, Any]:
    from charbard.corpus.verse.build import build_core

    (source,) = materials.sources
    return build_core(source, materials.target, **_options(materials))


def _union(materials: Materials) -> dict[str, Any]:
    from charbard.corpus.verse.build import build_union

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
    from charbard.corpus.names import build_names
    from charbard.corpus.verse import read_poems

    authors = (poem.author for poem in read_poems(materials.needs[0]))
    return build_names(materials.sources, authors, materials.target)


BUILDERS: dict[str, Callable[[Materials], dict[str, Any]]] = {
    "shakespeare": _shakespeare,
    "verse-core": _core,
    "verse": _union,
    "names": _names,
}
