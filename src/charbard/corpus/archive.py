"""Reading the files of a package without unpacking it: .tgz, .whl, or a folder.

Knows nothing of what the files mean.
"""

import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from charbard.errors import CorpusError

__all__ = ["members"]


def members(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """Name and content of every wanted file, in the archive's order; a folder's by name.

    Args:
        path: An archive, or a folder.
        wanted: Told each name, with `/` between folders and without the archive's own top folder.

    Raises:
        CorpusError: The archive is damaged or cannot be read.
    """
    read = _folder if path.is_dir() else _zip if path.suffix in (".whl", ".zip") else _tar
    try:
        yield from read(path, wanted)
    except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise CorpusError(
            f"cannot read {str(path)!r}: {getattr(error, 'strerror', None) or error}",
            hint="the file is damaged; remove it and fetch it again",
        ) from None


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
