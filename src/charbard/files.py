"""Write files atomically: a crash at any moment leaves the old file or the new one, never half a
file.

This module also finds the folders for caches and data. It knows nothing about file formats.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, gettempdir, mkdtemp

from charbard.errors import OptionError, SaveError

__all__ = [
    "cache_folder",
    "data_folder",
    "path_of",
    "readable",
    "saving",
    "write_atomically",
    "write_folder_atomically",
]


def cache_folder() -> Path:
    """Return the folder for data that can be regenerated: `CHARBARD_CACHE`, or else `charbard` in
    the user's cache folder."""
    return _folder("CHARBARD_CACHE", "XDG_CACHE_HOME", Path(".cache"))


def data_folder() -> Path:
    """Return the folder for data that cannot be regenerated: `CHARBARD_DATA`, or else `charbard` in
    the user's data folder."""
    return _folder("CHARBARD_DATA", "XDG_DATA_HOME", Path(".local", "share"))


def _folder(chosen: str, root: str, at_home: Path) -> Path:
    if place := os.environ.get(chosen):
        return Path(place)
    if place := os.environ.get(root):
        return Path(place) / "charbard"
    try:
        return Path.home() / at_home / "charbard"
    except RuntimeError:  # the user has no home folder, as in a container
        return Path(gettempdir()) / "charbard"


def path_of(given: object, *, name: str) -> Path:
    """Convert an argument of a Python caller to a path.

    Args:
        given: A string or a path.
        name: Name of the parameter, for the message.

    Raises:
        OptionError: `given` is neither a string nor a path.

    >>> path_of("runs/my", name="out").name
    'my'
    """
    if not isinstance(given, str | os.PathLike):
        raise OptionError(
            f"{name} must be a path, got {given!r}",
            code="path.kind",
            values={"name": name, "given": repr(given)},
            hint="for example: 'runs/my'",
        )
    return Path(given)


def readable(name: str) -> str:
    r"""Return a file's name as printable text, decoded as UTF-8 regardless of the locale.

    >>> readable("caf\udce9.txt")
    'caf\ufffd.txt'
    """
    return os.fsencode(name).decode("utf-8", "replace")


@contextmanager
def saving(path: Path) -> Iterator[None]:
    """Turn an `OSError` while writing `path` into a `SaveError` that names the path.

    Raises:
        SaveError: The disk is full, or the path is not writable.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise SaveError(
            f"cannot write {str(path)!r}: {reason.lower()}",
            code="save.failed",
            values={"path": str(path), "why": reason.lower()},
            hint="what stood there before is untouched; free some space or choose another place",
        ) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write a temporary file beside `path`, flush it to disk, and then rename it to `path`.

    Raises:
        SaveError: The disk is full, or the path is not writable.
    """
    with saving(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as beside:
            try:
                beside.write(content)
                beside.flush()
                # The file must be on disk before the rename: otherwise a power cut could leave an
                # empty file under the new name.
                os.fsync(beside.fileno())
                # Temporary files are private; the result must have the permissions of an ordinary
                # new file.
                os.chmod(beside.name, 0o666 & ~_umask())
                os.replace(beside.name, path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(beside.name)
                raise


def write_folder_atomically(folder: Path, fill: Callable[[Path], None]) -> None:
    """Call `fill` with a temporary folder, and then rename the temporary folder to `folder`.

    If another process creates `folder` first, the existing folder is kept and the new one
    discarded.

    Raises:
        SaveError: The disk is full, or the path is not writable.
    """
    import shutil

    with saving(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            fill(beside)
            os.chmod(beside, 0o777 & ~_umask())
            if not folder.exists():
                beside.rename(folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def _umask() -> int:
    # Python can read the mask only by setting it.
    current = os.umask(0o022)
    os.umask(current)
    return current
