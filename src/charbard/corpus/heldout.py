"""Recognise held-out lines, which training must not see, by digests that do not reveal them.

A digest is BLAKE2b of the simplified line without punctuation: UTF-8, unkeyed, 8 bytes.
"""

from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charbard.corpus.split import line_hash, lines_in
from charbard.corpus.verse.script import spellings
from charbard.errors import CorpusError

__all__ = ["holds_line", "read_list"]


def holds_line(text: str, digests: Collection[int]) -> bool:
    """Return whether any line of the text, original or simplified, has one of the digests."""
    return any(
        line_hash(line) in digests for form in {text, *spellings(text)} for line in lines_in(form)
    )


def read_list(path: Path) -> NDArray[np.uint64]:
    """Return the sorted digests of a text file that has one digest of 16 hex digits per line.

    Raises:
        CorpusError: The file cannot be read, is empty, or contains something else.
    """
    try:
        lines = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not a list of digests"
        raise CorpusError(
            f"cannot read {str(path)!r}: {reason}",
            code="exclude.unreadable",
            values={"path": str(path), "why": str(reason)},
            hint="give ⟪exclude_lines⟫ a file of hex digests; see docs/data.md",
        ) from None
    for number, line in enumerate(lines, 1):
        if len(line) != 16 or line.strip("0123456789abcdefABCDEF"):
            raise CorpusError(
                f"{path}, entry {number}: {line[:40]!r} is not 16 hex digits",
                code="exclude.entry",
                values={"path": str(path), "number": number, "entry": line[:40]},
                hint="one BLAKE2b digest (8 bytes, hex) of a line a line; see docs/data.md",
            )
    if not lines:
        raise CorpusError(
            f"{str(path)!r} is empty",
            code="exclude.empty",
            values={"path": str(path)},
            hint="leave out ⟪exclude_lines⟫",
        )
    return np.unique(np.array([int(line, 16) for line in lines], np.uint64))
