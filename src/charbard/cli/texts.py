"""Texts that are given to a command through a pipe or in a file, in any encoding that is known."""

import io
import sys
from pathlib import Path

__all__ = ["piped", "read_text"]


def piped() -> str:
    """What comes through standard input, normalised.

    Raises:
        CorpusError: It is not text, or its encoding cannot be told.
    """
    return _decoded(sys.stdin.buffer.read(), "standard input")


def read_text(path: Path) -> str:
    """What is in a file, normalised.

    Raises:
        CorpusError: It cannot be read, is not text, or its encoding cannot be told.
    """
    from charbard.errors import CorpusError

    try:
        content = path.read_bytes()
    except OSError as error:
        raise CorpusError(
            f"cannot read {str(path)!r}: {(error.strerror or str(error)).lower()}",
            hint="check that it is there and that you may read it",
        ) from None
    return _decoded(content, repr(str(path)))


def _decoded(content: bytes, name: str) -> str:
    from charbard.text import detect_encoding, pieces

    encoding = detect_encoding(io.BytesIO(content), name=name)
    return "".join(pieces(io.BytesIO(content), encoding, name=name))
