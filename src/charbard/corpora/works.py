"""Read the works of any English source and tidy their layout."""

import re
from collections.abc import Callable, Collection
from fnmatch import fnmatchcase
from pathlib import Path

from charbard.corpora.archive import members
from charbard.errors import CorpusError
from charbard.text import normalise

__all__ = ["BETWEEN", "LINE_NUMBER", "other_text", "read_named", "read_works", "tidy"]

BETWEEN = "\n\n"
"""Separator between two works."""
LINE_NUMBER = re.compile(r"[ \t]{2,}\d+$", re.MULTILINE)
"""The number of a line of verse, printed at the end of the line."""
_BLANK_LINES = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+\n")


def tidy(text: str) -> str:
    r"""Return a text with clean line ends and single blank lines between paragraphs.

    >>> tidy("LEAR \r\n\r\n\r\n\r\nNothing.")
    'LEAR\n\nNothing.\n'
    """
    text = _TRAILING.sub("\n", normalise(text) + "\n")
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"


def read_works(source: Path, wanted: str, label: str) -> dict[str, str]:
    """Read all files of a source whose paths match a pattern, sorted by file name.

    Args:
        source: The package, or a folder with its files.
        wanted: Shell pattern, such as `texts/*.txt`.
        label: Name of the package, for error messages.

    Returns:
        File name, without folders -> text.

    Raises:
        CorpusError: The source is damaged or has no such file.
    """
    found = _read(source, lambda name: fnmatchcase(name, wanted))
    if not found:
        raise _lacking(source, wanted, label)
    return {name: found[name] for name in sorted(found)}


def read_named(source: Path, wanted: Collection[str], label: str) -> dict[str, str]:
    """Read the listed files of a source.

    Args:
        source: The package, or a folder with its files.
        wanted: Paths of the files in the package.
        label: Name of the package, for error messages.

    Returns:
        File name, without folders -> text, in the order of `wanted`.

    Raises:
        CorpusError: The source is damaged or lacks a file.
    """
    found = _read(source, lambda name: name in wanted)
    if missing := [name for name in wanted if Path(name).name not in found]:
        raise _lacking(source, missing[0], label)
    return {name: found[name] for name in (Path(path).name for path in wanted)}


def other_text(source: Path, file: str, label: str) -> CorpusError:
    """Return the error for a file whose text differs from the one in the pinned package."""
    message = f"the {file} in {str(source)!r} is not that of {label}"
    return _wrong_source(message, "source.text", source, file, label)


def _read(source: Path, wanted: Callable[[str], bool]) -> dict[str, str]:
    return {Path(name).name: content.decode("utf-8") for name, content in members(source, wanted)}


def _lacking(source: Path, files: str, label: str) -> CorpusError:
    return _wrong_source(f"{str(source)!r} holds no {files}", "source.works", source, files, label)


def _wrong_source(message: str, code: str, source: Path, file: str, label: str) -> CorpusError:
    return CorpusError(
        message,
        code=code,
        values={"path": str(source), "file": file, "source": label},
        hint=f"give the package {label}, or its folder",
    )
