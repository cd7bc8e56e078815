"""UTF-8 works in arguments, pipes and file names, even in an ASCII locale."""

import os
import shutil

import pytest

from charbard.bundle import load_bundle, save_bundle
from tests.cli.conftest import SMALL, finish, spawn
from tests.conftest import random_bundle

ASCII = {"LC_ALL": "C", "LANG": "", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
"""Environment of a locale in which Python decodes each non-ASCII byte as a surrogate."""


@pytest.fixture(scope="module")
def letters(tmp_path_factory) -> str:
    """Path of an untrained model whose vocabulary includes 春江花月夜."""
    path = tmp_path_factory.mktemp("letters") / "letters.safetensors"
    save_bundle(random_bundle(), path)
    return str(path)


def test_a_prime_in_an_ascii_locale(letters) -> None:
    """In an ASCII locale, `write` understands a prompt in UTF-8 and prints UTF-8."""
    args = ("-n", "5", "--seed", "1", "--prime", "春江".encode(), "--ban", "夜".encode())
    done = finish(spawn("write", letters, *args, env=ASCII))

    assert done.code == 0
    assert done.out.startswith("春江")
    assert "skipped" not in done.err
    assert "夜" not in done.out


def test_a_text_to_score_in_an_ascii_locale(letters) -> None:
    """In an ASCII locale, `score` reads a text from an argument as it does from a pipe."""
    typed = finish(spawn("score", letters, "花月".encode(), env=ASCII))
    piped = finish(spawn("score", letters, "-", env=ASCII), stdin="花月".encode())

    assert typed.code == piped.code == 0
    assert typed.out == piped.out
    assert typed.out.startswith("'花'")


def test_verse_in_an_ascii_locale() -> None:
    """In an ASCII locale, `rhyme` and `check` read Chinese arguments as they were typed."""
    poem = "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"
    options = ("--form", "五绝".encode(), "--book", "平水韵".encode())
    rhymed = finish(spawn("rhyme", "楼".encode(), "--limit", "3", env=ASCII))
    checked = finish(spawn("check", poem.encode(), *options, env=ASCII))

    assert rhymed.out.startswith("楼  平 尤")
    assert checked.out.startswith("五绝 仄起首句不入韵, 平水韵: kept")


def test_an_error_about_bytes_that_are_no_text(letters) -> None:
    """A path that is not valid UTF-8 is reported like any missing file, without a traceback."""
    done = spawn("info", b"caf\xe9.safetensors", env=ASCII)
    out, err = done.communicate(timeout=60)

    assert done.returncode == 1
    assert out == b""
    assert b"no model at" in err
    assert b"Traceback" not in err


@pytest.mark.torch
def test_training_in_an_ascii_locale(tmp_path) -> None:
    """In an ASCII locale, file names and option values may contain any characters."""
    pytest.importorskip("torch")
    text = tmp_path / "诗.txt"
    text.write_text("题：春江花月夜。\n" * 60 + "题：坏坏坏坏。\n", encoding="utf-8")
    no_text = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")
    shutil.copy(text, no_text)
    arguments = ("--format", "titled", "--drop-containing", "坏".encode(), "--steps", "2")
    texts = (os.fsencode(text), no_text)
    done = finish(spawn("train", *texts, *arguments, *SMALL, cwd=tmp_path, env=ASCII))

    assert done.code == 0, done.err
    assert done.out == "runs/诗/model.safetensors\n"
    model = load_bundle(tmp_path / "runs" / "诗" / "model.safetensors")
    assert model.provenance["text"]["names"] == ["诗.txt", "caf\ufffd.txt"]
    assert "坏" not in model.vocab
    assert "<title>诗</title>" in (tmp_path / "runs" / "诗" / "report.html").read_text("utf-8")
