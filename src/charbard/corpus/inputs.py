"""Find and open the user's inputs: files, folders, glob patterns, `-` for standard input.

Files compressed with gzip are recognised by their first bytes, not by name. This module knows
bytes, encodings and names; `records` interprets the text.
"""

import glob
import gzip
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from typing import BinaryIO

from charbard.corpus.registry import place_of
from charbard.errors import CorpusError
from charbard.files import saving
from charbard.text import Reading, check_encoding, detect_encoding, pieces, read_as

__all__ = ["Input", "find_inputs"]

_BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"
_WHAT_TO_GIVE = (
    "give a file, a folder, a pattern in quotes, - for standard input,"
    " or a corpus; see: charbard corpus list"
)


@dataclass(frozen=True)
class Input:
    """One text file, with its encoding."""

    name: str
    open: Callable[[], BinaryIO]
    encoding: str
    size: int
    """Size of the uncompressed text in bytes."""
    digest: bytes
    notes: tuple[str, ...] = ()
    """Assumptions about the file and repairs to it, to report to the user."""

    def pieces(self) -> Iterator[str]:
        """Yield the normalised text, in pieces of any length."""
        with self.open() as file:
            yield from pieces(file, self.encoding, name=self.name)

    def lines(self) -> Iterator[str]:
        """Yield the normalised lines, without line ends."""
        held = ""
        for piece in self.pieces():
            *whole, held = (held + piece).split("\n")
            yield from whole
        if held:
            yield held


def find_inputs(
    names: Sequence[str], *, encoding: str | None = None, bad_bytes: str = "replace"
) -> tuple[Input, ...]:
    """Open every file that the names refer to, in a fixed order.

    Args:
        names: Files, folders (every `.txt` and `.txt.gz` file in them), glob patterns, pipes, `-`,
            or corpora by name; a file takes precedence over a corpus of the same name. Empty files
            in a folder or matched by a pattern are skipped.
        encoding: Encoding of all files; None detects the encoding of each file.
        bad_bytes: "refuse" rejects a file with bytes that are invalid in its encoding.

    Raises:
        CorpusError: A name refers to nothing, or a file is empty, unreadable or not text.
        SaveError: There is no room to buffer the content of a pipe.
    """
    if encoding is not None:
        check_encoding(encoding)
    refuse = bad_bytes == "refuse"
    return tuple(found for given in names for found in _inputs(given, encoding, refuse))


def _inputs(given: str, encoding: str | None, refuse: bool) -> list[Input]:
    """Return the inputs that one name refers to."""
    try:
        expanded = _expand(given)
    except (OSError, ValueError):  # not a valid file name: too long, or with a NUL
        raise CorpusError(
            f"no text found at {given[:60]!r}…",
            code="input.none",
            values={"given": given[:60]},
            hint=_WHAT_TO_GIVE,
        ) from None
    found = [_input(name, opener, encoding, refuse) for name, opener in expanded]
    if kept := [source for source in found if source.size]:
        return kept
    name = found[0].name if len(found) == 1 else f"every text in {given!r}"
    raise CorpusError(
        f"{name} is empty",
        code="input.empty",
        values={"name": name},
        hint="give a text of a few thousand characters",
    )


def _expand(given: str) -> list[tuple[str, Callable[[], BinaryIO]]]:
    if given == "-":
        return [("standard input", _spooled(sys.stdin.buffer))]
    if (built := place_of(given)) is not None:
        return [(built.name, _opener(built))]
    path = Path(given)
    if path.is_fifo():
        with path.open("rb") as pipe:
            return [(given, _spooled(pipe))]
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.name.endswith((".txt", ".txt.gz")))
        hint = "a folder is searched for .txt and .txt.gz; for others give a pattern: 'folder/*.md'"
    elif path.is_file():
        found, hint = [path], ""
    else:
        found = sorted(Path(p) for p in glob.glob(given, recursive=True) if Path(p).is_file())
        hint = _WHAT_TO_GIVE
    if not found:
        raise CorpusError(
            f"no text found at {given!r}", code="input.none", values={"given": given}, hint=hint
        )
    return [(str(p), _opener(p)) for p in found]


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: _unpacked(path.open("rb"))


def _spooled(pipe: BinaryIO) -> Callable[[], BinaryIO]:
    """Buffer a pipe on disk, because it is read several times and may not fit in memory."""
    with saving(Path(gettempdir())), TemporaryFile() as spool:
        while block := pipe.read(_BLOCK):
            spool.write(block)
        spool.flush()
        kept = os.dup(spool.fileno())  # never closed: needed until the process ends

    def open_it() -> BinaryIO:
        copy = os.fdopen(os.dup(kept), "rb")
        copy.seek(0)
        return _unpacked(copy)

    return open_it


def _unpacked(file: BinaryIO) -> BinaryIO:
    """Return the file or, if it is compressed, a reader of the decompressed content.

    Closing the result also closes the file.
    """
    packed = file.read(len(_GZIP)) == _GZIP
    file.seek(0)
    if not packed:
        return file
    unpacked = gzip.GzipFile(fileobj=file)
    # `GzipFile` closes `myfileobj` together with itself, but not a file passed as `fileobj`.
    unpacked.myfileobj = file  # type: ignore[assignment]
    return unpacked  # type: ignore[return-value]


def _input(name: str, opener: Callable[[], BinaryIO], encoding: str | None, refuse: bool) -> Input:
    hasher, size, reading = blake2b(digest_size=16), 0, Reading(encoding or "utf-8")
    try:
        with opener() as file:
            while block := file.read(_BLOCK):
                hasher.update(block)
                size += len(block)
        if size:
            reading = _reading(name, opener, encoding, refuse)
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CorpusError(
            f"cannot read {name}: {str(reason).lower()}",
            code="input.unreadable",
            values={"name": name, "why": str(reason).lower()},
            hint="check that it is whole and that you may read it",
        ) from None
    return Input(name, opener, reading.encoding, size, hasher.digest(), reading.notes)


def _reading(
    name: str, opener: Callable[[], BinaryIO], encoding: str | None, refuse: bool
) -> Reading:
    with opener() as file:
        found = encoding or detect_encoding(file, name=name)
    with opener() as file:
        return read_as(file, found, name=name, refuse=refuse, guessed=encoding is None)
