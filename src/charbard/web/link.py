"""Unpack a poem from its link; the page packs it there so that no server has to store it.

The page's `core/link.js` uses the same format: JSON, deflated without a header, in URL-safe base64.
"""

import json
import zlib
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass
from typing import Any

from charbard.errors import NotFoundError

__all__ = ["Shared", "unpacked"]

_VERSION = 1
_MOST_BYTES = 100_000
"""Maximum size of an unpacked link; the page makes no larger ones."""
_MOST_LINES = 200
_BEGINNING = 120
"""Number of characters of a poem that a preview shows."""


@dataclass(frozen=True)
class Shared:
    """A poem that was sent as a link."""

    title: str
    """Title, author and form, as far as the link contains them."""
    rows: tuple[str, ...]
    """The rows in which the text is shown; a row ends after a full stop or a stanza."""

    @property
    def text(self) -> str:
        """The whole text."""
        return "\n".join(self.rows)

    @property
    def beginning(self) -> str:
        """The beginning of the text, as long as a preview shows it."""
        text = "".join(self.rows)
        return text if len(text) <= _BEGINNING else text[: _BEGINNING - 1] + "…"


def unpacked(packed: str) -> Shared:
    """Decode the poem in the last segment of a URL.

    Raises:
        NotFoundError: The segment was cut short or altered, or contains no poem.
    """
    try:
        # The page strips the padding, which the decoder requires.
        data = urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        text = inflater.decompress(data, _MOST_BYTES)
        if not inflater.eof:
            raise ValueError("cut short, or too long")
        held = json.loads(text)
        if held["v"] != _VERSION:
            raise ValueError("another version")
        if not isinstance(held["poem"], dict):
            raise TypeError("no poem")
        return _shared(held["poem"])
    except (Base64Error, zlib.error, ValueError, KeyError, TypeError, RecursionError):
        raise NotFoundError(
            "this link is incomplete: no poem can be read from it",
            code="link.cut",
            hint="copy the whole address again",
        ) from None


def _shared(poem: dict[str, Any]) -> Shared:
    if isinstance(poem.get("prose"), str):
        return Shared("", tuple(poem["prose"].splitlines()))
    form = poem.get("formName", poem.get("form"))
    parts = (poem.get("title"), poem.get("author"), form)
    title = " · ".join(part for part in parts if part and isinstance(part, str))
    rows, row = [], ""
    for line in poem["lines"][:_MOST_LINES]:
        if not isinstance(line["text"] + line["mark"], str):
            raise TypeError("a line is no text")
        row += line["text"] + (line["mark"] if line["text"] else "")
        if row and (line["mark"] == "。" or line.get("ends")):
            rows.append(row)
            row = ""
    return Shared(title, tuple(rows) + ((row,) if row else ()))
