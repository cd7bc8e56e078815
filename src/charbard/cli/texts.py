"""Texts read from a pipe or a file, in any known encoding."""

import io
import sys
from pathlib import Path

import typer

from charbard.cli.wording import tell

__all__ = ["ENCODING", "piped", "read_text"]

ENCODING = typer.Option(help="Encoding of the text; none: detect it.")


def piped(encoding: str | None = None) -> str:
    """Return the normalised text of standard input; report assumptions about it on stderr.

    Raises:
        CorpusError: The input is not text, or its encoding cannot be determined.
    """
    return _decoded(sys.stdin.buffer.read(), "standard input", encoding)


def read_text(path: Path, encoding: str | None = None) -> str:
    """Return the normalised text of a file; report assumptions about it on stderr.

    Raises:
        CorpusError: The file cannot be read, is not text, or its encoding cannot be determined.
    """
    from charbard.errors import CorpusError

    try:
        content = path.read_bytes()
    except OSError as error:
        raise CorpusError(
            f"cannot read {str(path)!r}: {(error.strerror or str(error)).lower()}",
            code="file.unreadable",
            values={"path": str(path), "why": (error.strerror or str(error)).lower()},
            hint="check that it is there and that you may read it",
        ) from None
    return _decoded(content, repr(str(path)), encoding)


def _decoded(content: bytes, name: str, encoding: str | None) -> str:
    from charbard.text import check_encoding, detect_encoding, pieces, read_as

    guessed = encoding is None
    encoding = check_encoding(encoding or detect_encoding(io.BytesIO(content), name=name))
    for note in read_as(io.BytesIO(content), encoding, name=name, guessed=guessed).notes:
        tell(note)
    return "".join(pieces(io.BytesIO(content), encoding, name=name))
