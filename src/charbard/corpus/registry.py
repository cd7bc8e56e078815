"""Registry of named corpora: what each corpus is, how it is read, and where a built one is stored.

The sources and the building of corpora are in `charbard.corpora`. A built corpus is a folder in the
cache, whose name has a digest of everything that the corpus is made from. A small file next to it
names the current folder.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from os.path import isfile
from pathlib import Path
from typing import Any

from charbard.config import CorpusConfig, from_dict
from charbard.corpus.recognised import format_of
from charbard.errors import CorpusError
from charbard.files import cache_folder

__all__ = [
    "CORPORA",
    "BuiltCorpus",
    "NamedCorpus",
    "built",
    "config_for",
    "corpora_folder",
    "named",
    "place_of",
    "pointer",
    "required",
]


@dataclass(frozen=True, kw_only=True)
class NamedCorpus:
    """A corpus that `charbard corpus` can build."""

    name: str
    summary: str
    file: str
    """Name of the built file."""
    reading: Mapping[str, Any] = field(default_factory=dict)
    """Settings of `CorpusConfig` for reading the corpus; the user can override them."""
    without: str = ""
    """Name of a smaller corpus to use instead; the error names it if this corpus is not built."""


@dataclass(frozen=True)
class BuiltCorpus:
    """A built corpus on disk."""

    path: Path
    about: Mapping[str, Any]
    """Sources, digests and counts of the corpus."""


_VERSE: Mapping[str, Any] = {"format": "jsonl", "split_field": "split"}

CORPORA = {
    corpus.name: corpus
    for corpus in (
        NamedCorpus(
            name="shakespeare",
            summary="Shakespeare's plays and poems, modern spelling",
            file="shakespeare.txt",
        ),
        NamedCorpus(
            name="english",
            summary="Shakespeare, Milton, the King James Bible, and verse up to the young Yeats",
            file="english.txt",
        ),
        NamedCorpus(
            name="verse",
            summary="classical Chinese verse from before Tang to Qing: 诗, 词, 曲; of two sources",
            file="verse.jsonl",
            reading={**_VERSE, "fields": ("form", "dynasty", "author", "title", "rhyme")},
            without="verse-core",
        ),
        NamedCorpus(
            name="verse-core",
            summary="classical Chinese verse of chinese-poetry alone: 唐诗, 宋诗, 宋词, 元曲 …",
            file="verse-core.jsonl",
            reading={**_VERSE, "fields": ("form", "dynasty", "title", "rhyme")},
        ),
        NamedCorpus(
            name="names",
            summary="Chinese given names of poets and of today, with surname or gender where known",
            file="names.jsonl",
            reading={
                "format": "jsonl",
                "fields": ("era", "surname", "gender"),
                "split_field": "split",
            },
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
            code="corpus.unknown",
            values={"corpus": name, "known": list(CORPORA)},
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
        names: Files or corpora, as the user names them.
        reading: The user's settings, by name.
        say: Called with a message about the format that was detected.
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
    """Return the built file of a named corpus.

    The result is None if there is a file of that name, or no such corpus.

    Raises:
        CorpusError: The corpus is not built.
    """
    if name not in CORPORA or Path(name).exists():
        return None
    return required(name).path


def required(name: str) -> BuiltCorpus:
    """Return a built corpus; raise if it is not built.

    Raises:
        CorpusError: The name is unknown, or the corpus is not built.
    """
    found = built(name)
    if found is None:
        other = CORPORA[name].without
        instead = f"; {other!r} is built and smaller" if other and built(other) else ""
        raise CorpusError(
            f"the corpus {name!r} is not built{instead}",
            code="corpus.unbuilt",
            values={"corpus": name},
            hint=f"charbard corpus build {name}",
        )
    return found


def built(name: str) -> BuiltCorpus | None:
    """Return a corpus if it is built, else None.

    Raises:
        CorpusError: The name is unknown.
    """
    corpus = named(name)
    try:
        folder = corpora_folder() / pointer(name).read_text(encoding="utf-8").strip()
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    path = folder / corpus.file
    return BuiltCorpus(path, about) if path.is_file() else None


def corpora_folder() -> Path:
    """Return the folder of all built corpora, which may not exist."""
    return cache_folder() / "corpora"


def pointer(name: str) -> Path:
    """Return the path of the file that names the current folder of a built corpus."""
    return corpora_folder() / f"{name}.current"
