"""Read the works of a source and tidy their layout. Knows no author."""

import re
from collections.abc import Callable
from pathlib import Path

from charbard.corpora.archive import members
from charbard.errors import CorpusError
from charbard.text import normalise

__all__ = ["BETWEEN", "read_works", "tidy"]

BETWEEN = "\n\n"
"""Blank lines between two works."""
_BLANK_LINES = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+\n")


def tidy(text: str) -> str:
    r"""Return a text with clean line ends and single blank lines between paragraphs.

    >>> tidy("LEAR \r\n\r\n\r\n\r\nNothing.")
    'LEAR\n\nNothing.\n'
    """
    text = _TRAILING.sub("\n", normalise(text) + "\n")
    return _BLANK_LINES.sub("\n\n", text).strip() + "\n"


def read_works(
    source: Path, wanted: Callable[[str], bool], *, files: str, label: str
) -> dict[str, str]:
    """Read the wanted files of a source, in order of name.

    Args:
        source: The package, or its folder.
        wanted: Predicate on a file's name, as for `archive.members`.
        files: The wanted files, as the error names them.
        label: The package, as the error names it.

    Returns:
        Texts by file name, without folders.

    Raises:
        CorpusError: The source is damaged or holds none of the files.
    """
    found = {
        Path(name).name: content.decode("utf-8") for name, content in members(source, wanted)
    }
    if not found:
        raise CorpusError(
            f"{str(source)!r} holds no {files}",
            code="source.works",
            values={"path": str(source), "files": files, "source": label},
            hint=f"give the package {label}, or its folder",
        )
    return {name: found[name] for name in sorted(found)}
