"""Check texts that visitors submit for training, and name their models."""

import io
import re
from collections.abc import Container

from charbard.errors import CorpusError, Note, spelled
from charbard.text import detect_encoding, normalise, pieces, read_as

__all__ = ["FEWEST_CHARS", "checked_text", "model_name", "unoffered"]

FEWEST_CHARS = 500
"""Minimum length of a text in characters; a model would merely memorise a shorter text."""
_ENOUGH = f"at least {FEWEST_CHARS} characters; ten thousand and more make a good model"
_BINARY = ("encoding.controls", "encoding.zeros")
"""Codes of the errors that say that a file is not text."""
_LONGEST_NAME = 40
_NAME = Note("what was sent", "sent.name")


def checked_text(content: bytes) -> tuple[int, tuple[Note, ...]]:
    """Count a text's characters, and note what was assumed about it or repaired in it.

    Raises:
        CorpusError: The content is empty, too short, or not text.
    """
    if not content.strip():
        raise CorpusError(
            "the text is empty", code="text.empty", values={"least": FEWEST_CHARS}, hint=_ENOUGH
        )
    try:
        encoding = detect_encoding(io.BytesIO(content), name=_NAME)
        reading = read_as(io.BytesIO(content), encoding, name=_NAME, guessed=True)
        chars = sum(map(len, pieces(io.BytesIO(content), encoding, name=_NAME)))
    except CorpusError as error:
        # Who sends a text cannot name its encoding: what the terminal advises is of no use here.
        raise CorpusError(
            spelled(error.message, unoffered),
            code="sent.binary" if error.code in _BINARY else "sent.garbled",
            hint="send plain text, best in UTF-8",
        ) from None
    if chars < FEWEST_CHARS:
        raise CorpusError(
            f"the text has only {chars} characters",
            code="text.short",
            values={"count": chars, "least": FEWEST_CHARS},
            hint=_ENOUGH,
        )
    noted = [Note(spelled(one, unoffered), one.code, one.values) for one in reading.notes]
    return chars, tuple(noted)


def unoffered(name: str, value: str | None) -> None:
    """Return None, which leaves a setting out of a message: visitors cannot choose it."""


def model_name(wish: str, taken: Container[str]) -> str:
    """Make a unique name for a model: letters and digits of any script, joined by hyphens.

    >>> model_name("My Diary (2).txt", {"My-Diary-2"})
    'My-Diary-2-2'
    >>> model_name("../..", ())
    'text'
    """
    stem = re.sub(r"\.(txt|md|text)$", "", normalise(wish).strip(), flags=re.IGNORECASE)
    words = re.sub(r"[^\w]+", "-", stem).strip("-_")
    name = words[:_LONGEST_NAME].rstrip("-_") or "text"
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}-{number}"
    return free
