"""A user may give files, folders, patterns, pipes or standard input as the text."""

import gzip
import io
import os
import sys
import threading

import pytest

from charbard.corpus import find_inputs
from charbard.errors import CorpusError


def _text(names) -> str:
    return "".join(piece for source in find_inputs(names) for piece in source.pieces())


def test_files_folders_patterns_and_gz(tmp_path) -> None:
    """A folder's `.txt` and `.txt.gz` files are read by name, and inputs in the given order."""
    (tmp_path / "b.txt").write_text("b\n")
    (tmp_path / "a.txt").write_text("a\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.txt.gz").write_bytes(gzip.compress(b"c\n"))
    (tmp_path / "x.md").write_text("x\n")

    assert _text([str(tmp_path)]) == "a\nb\nc\n"
    assert _text([str(tmp_path / "*.md"), str(tmp_path / "a.txt")]) == "x\na\n"


def test_standard_input(monkeypatch) -> None:
    """`-` reads standard input, and its text can be read repeatedly."""
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO("夜来风雨声\r\n".encode("gb18030") * 9))
    )
    (source,) = find_inputs(["-"])

    assert source.encoding == "gb18030"
    assert "".join(source.pieces()) == "".join(source.pieces()) == "夜来风雨声\n" * 9


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "no text found"),
        (lambda path: path.write_bytes(b""), "is empty"),
        (lambda path: path.write_bytes(b"\x00\x01" * 400), "not text"),
        (lambda path: path.mkdir(), "no text found"),
    ],
    ids=["missing", "empty", "binary", "empty folder"],
)
def test_bad_inputs(tmp_path, make, message: str) -> None:
    """Each bad input is refused with its own error, which names the input."""
    path = tmp_path / "input"
    make(path)

    with pytest.raises(CorpusError, match=message) as caught:
        find_inputs([str(path)])
    assert "input" in str(caught.value)


def test_packed_text_is_known_by_its_first_bytes(tmp_path, monkeypatch) -> None:
    """Gzipped text is unpacked whatever its name; plain text named `.gz` is read as plain text."""
    packed = gzip.compress("夜来风雨声\n".encode())
    (tmp_path / "a.txt").write_bytes(packed)
    (tmp_path / "b.gz").write_text("b\n")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(packed)))

    assert (
        _text(["-", str(tmp_path / "a.txt"), str(tmp_path / "b.gz")]) == "夜来风雨声\n" * 2 + "b\n"
    )


def test_a_damaged_gz(tmp_path) -> None:
    """A gzipped file that is cut short is refused."""
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"text\n" * 999)[:-20])

    with pytest.raises(CorpusError, match="cannot read"):
        find_inputs([str(tmp_path / "a.gz")])


def test_lines_of_a_file_without_a_last_line_end(tmp_path) -> None:
    """The last line is read even if it has no line end."""
    (tmp_path / "a.txt").write_bytes("一\r\n二\r三".encode())

    (source,) = find_inputs([str(tmp_path / "a.txt")])

    assert list(source.lines()) == ["一", "二", "三"]


def test_a_pipe_with_a_name(tmp_path) -> None:
    """A named pipe, as from `charbard train <(zcat …)`, is read once and its text is kept."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=("through a pipe",))
    writer.start()
    (source,) = find_inputs([str(pipe)])
    writer.join()

    assert "".join(source.pieces()) == "".join(source.pieces()) == "through a pipe"


def test_empty_files_beside_others_are_passed_over(tmp_path) -> None:
    """Empty files, such as a package's `__init__.py`, are skipped if another file has text."""
    (tmp_path / "a.py").write_text("print(1)\n")
    (tmp_path / "__init__.py").touch()

    assert [source.name for source in find_inputs([f"{tmp_path}/*.py"])] == [f"{tmp_path}/a.py"]
