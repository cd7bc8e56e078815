"""Files and folders are written completely or not at all."""

import errno
import os

import pytest

from charbard.errors import SaveError
from charbard.files import write_atomically, write_folder_atomically


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch) -> None:
    """If the disk is full, the error says so and the old file keeps its content."""
    path = tmp_path / "model"
    path.write_bytes(b"old")

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(SaveError, match="no space left on device") as caught:
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["model"]
    assert "untouched" in caught.value.hint


def test_a_file_is_readable_by_others(tmp_path) -> None:
    """A new file has the permissions that the user's umask allows, not those of temporary files."""
    write_atomically(tmp_path / "model", b"new")

    assert (tmp_path / "model").stat().st_mode & 0o777 == 0o666 & ~_mask()


def test_a_folder_appears_whole_or_not_at_all(tmp_path) -> None:
    """If filling a folder fails, neither the folder nor temporary files remain."""

    def fail(place):
        (place / "half").write_text("x")
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        write_folder_atomically(tmp_path / "data", fail)

    assert os.listdir(tmp_path) == []


def test_the_first_folder_wins(tmp_path) -> None:
    """If the same folder is written twice, the first content stays."""
    for content in "ab":
        write_folder_atomically(
            tmp_path / "data", lambda place, c=content: (place / "x").write_text(c)
        )

    assert (tmp_path / "data" / "x").read_text() == "a"


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
