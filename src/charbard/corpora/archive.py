"""Read the files of a source without unpacking it: .tar, .tgz, .tar.xz, .whl, .zip or a folder.

The content of the files is not interpreted.
"""

import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from lzma import LZMAError
from pathlib import Path

from charbard.errors import CorpusError

__all__ = ["content_digest", "members", "names"]

_DAMAGE = (OSError, EOFError, LZMAError, tarfile.TarError, zipfile.BadZipFile, zlib.error)


def members(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Yield the name and content of every wanted file, in archive order or, in a folder, by path.

    Args:
        path: An archive, or a folder.
        wanted: Predicate on a file's name, which has `/` separators and, in a tar archive, lacks
            the top folder.

    Raises:
        CorpusError: The archive is damaged or cannot be read.
    """
    read = _folder if path.is_dir() else _zip if path.suffix in (".whl", ".zip") else _tar
    try:
        yield from read(path, wanted)
    except _DAMAGE as error:
        raise _damaged(path, error) from None


def names(path: Path) -> Iterator[str]:
    """Yield the names of all files, in the form in which `members` passes them to `wanted`.

    Raises:
        CorpusError: The archive is damaged or cannot be read.
    """
    try:
        if path.is_dir():
            yield from (file.relative_to(path).as_posix() for file in path.rglob("*"))
        elif path.suffix in (".whl", ".zip"):
            with zipfile.ZipFile(path) as packed:
                yield from packed.namelist()
        else:
            with tarfile.open(path, "r:*") as archive:
                yield from (member.name.partition("/")[2] for member in archive)
    except _DAMAGE as error:
        raise _damaged(path, error) from None


def content_digest(contents: Mapping[str, bytes]) -> str:
    """Return a digest of the files' names and contents, sorted by name."""
    hasher = sha256()
    for name in sorted(contents):
        hasher.update(name.encode() + b"\0" + sha256(contents[name]).digest())
    return hasher.hexdigest()


def _damaged(path: Path, error: Exception) -> CorpusError:
    reason = getattr(error, "strerror", None) or (str(error) or "it is cut short").splitlines()[
        0
    ].rstrip(":")
    return CorpusError(
        f"cannot read {str(path)!r}: {reason}",
        code="archive.unreadable",
        values={"path": str(path), "why": str(reason)},
        hint="the file is damaged or no archive; remove it and fetch it again",
    )


def _folder(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    for file in sorted(path.rglob("*")):
        name = file.relative_to(path).as_posix()
        if wanted(name) and file.is_file():
            yield name, file.read_bytes()


def _zip(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if wanted(name):
                yield name, archive.read(name)


def _tar(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path, "r:*") as archive:
        for member in archive:
            name = member.name.partition("/")[2]
            if wanted(name) and (file := archive.extractfile(member)) is not None:
                yield name, file.read()
