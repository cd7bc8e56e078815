"""Match a user's archives and folders to the sources of a corpus, and fetch missing sources."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from charbard.corpora.archive import names
from charbard.corpora.fetch import check_digest, fetch
from charbard.corpora.sources import Source
from charbard.errors import CorpusError

__all__ = ["find_sources"]

Say = Callable[[str], None]


def find_sources(sources: Sequence[Source], given: Sequence[Path], say: Say) -> list[Path]:
    """Return the path of each source: one of the user's paths, or else the fetched archive.

    Args:
        sources: Sources of the corpus.
        given: Archives, unpacked packages, clones, or folders with archives under their usual
            names.
        say: Called with progress messages.

    Raises:
        CorpusError: A path contains no source of this corpus, or a source is damaged or missing.
    """
    found: dict[str, Path] = {}
    for place in given:
        if not place.exists():
            raise CorpusError(
                f"no file or folder {str(place)!r}",
                code="source.nowhere",
                values={"path": str(place)},
                hint="give ⟪from⟫ an existing place",
            )
        for source, path in _held(place, sources):
            if source.package in found:
                raise CorpusError(
                    f"{str(path)!r} and {str(found[source.package])!r} are both {source.label}",
                    code="source.twice",
                    values={
                        "source": source.label,
                        "one": str(path),
                        "other": str(found[source.package]),
                    },
                    hint="give ⟪from⟫ one place for each source",
                )
            found[source.package] = path
    for source in sources:
        if source.package not in found:
            found[source.package] = fetch(source, say=say)
        elif source.kind != "git" and not found[source.package].is_dir():
            check_digest(found[source.package], source)
    return [found[source.package] for source in sources]


def _held(place: Path, sources: Sequence[Source]) -> list[tuple[Source, Path]]:
    """Return the sources that a path is or contains, each with its own path."""
    if len(sources) == 1 and not (place / sources[0].archive).exists():
        return [(sources[0], place)]
    inside = [(source, place / source.archive) for source in sources]
    found = [(source, path) for source, path in inside if path.exists()]
    if not found:
        found = [(source, place) for source in sources if _is(place, source)]
    if not found:
        raise CorpusError(
            f"{str(place)!r} is none of the sources: {', '.join(one.label for one in sources)}",
            code="source.foreign",
            values={"path": str(place), "known": [one.label for one in sources]},
            hint="give ⟪from⟫ an archive, an unpacked package or a clone of one, several times for"
            " several",
        )
    return found


def _is(place: Path, source: Source) -> bool:
    if place.name == source.archive:
        return True
    marker = re.compile(source.marker)
    return any(marker.fullmatch(name) for name in names(place))
