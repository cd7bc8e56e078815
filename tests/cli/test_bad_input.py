"""Bad input gets exit code 1 and an error with a hint."""

import shutil
import socket
import sys
from pathlib import Path

import numpy as np
import pytest

from charbard.cores import cores
from tests.cli.conftest import SMALL, refused
from tests.conftest import TEXT


def _gz_cut(path: Path) -> None:
    import gzip

    path.write_bytes(gzip.compress(TEXT.encode())[:-20])


BAD_TEXTS = {
    "empty": (lambda p: p.touch(), "is empty", "a few thousand characters"),
    "only a mark": (lambda p: p.write_bytes(b"\xff\xfe"), "nothing to learn from", "check"),
    "missing": (lambda p: None, "no text found at", "give a file, a folder, a pattern"),
    "a folder without texts": (lambda p: p.mkdir(), "no text found at", "give a pattern"),
    "a program": (
        lambda p: shutil.copy(sys.executable, p),
        "is not text: it holds zero bytes",
        "plain text file",
    ),
    "junk": (
        lambda p: p.write_bytes(
            np.random.default_rng(1).integers(1, 256, 9999, np.uint8).tobytes()
        ),
        "cannot tell the encoding",
        "--encoding latin-1",
    ),
    "control codes": (lambda p: p.write_bytes(bytes(range(1, 9)) * 100), "control codes", "plain"),
    "two encodings": (
        lambda p: p.write_bytes(("Mädchen. ".encode("latin-1") + "Käse. ".encode()) * 50),
        "in several encodings at once: 50 characters are UTF-8, 50 bytes are not: line 1, byte 2",
        "--encoding latin-1",
    ),
    "shorter than a sequence": (
        lambda p: p.write_text("To be, or not"),
        "has only 11 characters to learn from, one sequence needs 17",
        "a smaller --seq-length",
    ),
    "a name of a whole text": (None, "no text found at", "give a file"),
}


@pytest.mark.parametrize("kind", BAD_TEXTS)
def test_a_text_that_cannot_be_learned(call, tmp_path, kind: str) -> None:
    """An unusable text is refused before the run's folder is created."""
    pytest.importorskip("torch")
    make, message, hint = BAD_TEXTS[kind]
    text = tmp_path / "text.txt"
    name = TEXT if make is None else str(text)
    if make is not None:
        make(text)
    run = tmp_path / "run"

    refused(call("train", name, "--steps", 2, "--out", run, *SMALL), message, hint)
    assert not run.exists()


BAD_RECORDS = {
    "no colon": ("titled", "春眠不觉晓", (), "no colon in", "--format lines"),
    "not JSON": ("jsonl", "{", (), "line 1: not JSON", "leave --format out"),
    "deep JSON": ("json", "[" * 100_000, (), "records: not JSON", "leave --format out"),
    "no such key": ("jsonl", '{"body": "a"}', (), "no field 'text'", "it has: body"),
    "an object": ("jsonl", '{"text": {"a": 1}}', (), "is an object", "--text-field"),
    "no such column": ("csv", "a,b\n1,2", (), "no column 'text'", "columns: a, b"),
    "no such field": ("jsonl", '{"text": "ab"}\n' * 9, ("forn",), "field 'forn'", "spelling"),
    "fields of lines": ("lines", "ab", ("form",), "format lines has no fields", "titled, json"),
    "titled has one": (
        "titled",
        "a:b",
        ("form",),
        "has no field 'form'",
        "its only field is title",
    ),
    "a field twice": ("csv", "text\na", ("a", "a"), "names one twice", "--fields form,title"),
    "all filtered out": ("lines", "\n\n\n", (), "nothing to learn from", "--min-length"),
}


@pytest.mark.parametrize("kind", BAD_RECORDS)
def test_records_that_have_not_the_formats_shape(call, tmp_path, kind: str) -> None:
    """Records that do not fit the format are refused with a specific error and hint."""
    pytest.importorskip("torch")
    format, content, fields, message, hint = BAD_RECORDS[kind]
    text = tmp_path / "records"
    text.write_text(content, encoding="utf-8")
    options = ("--fields", ",".join(fields)) if fields else ()
    done = call("train", text, "--format", format, *options, "--steps", 2, "--out", tmp_path / "r")

    refused(done, message, hint)


BAD_SETTINGS = {
    "no budget": ((), "no budget given", "--minutes, --epochs or --steps"),
    "two budgets": (("--steps", 2, "--minutes", 1), "got minutes and steps", "exactly one"),
    "too short a time": (("--minutes", 0.01), "minutes must be at least 0.1", "Finish within"),
    "time is no number": (("--minutes", "nan"), "must be a finite number", "Finish within"),
    "unknown setting": (("--steps", 2, "--set", "hiden_size=4"), "'hiden_size'", "hidden_size"),
    "no value": (("--steps", 2, "--set", "clip"), "--set 'clip' has no '='", "clip=0.5"),
    "wrong kind": (("--steps", 2, "--set", "tied=yes"), "tied must be true or false", ""),
    "unknown cell": (("--steps", 2, "--cell", "lsmt"), "no choice 'lsmt'", "rnn, gru, lstm"),
    "nothing left": (
        ("--steps", 2, "--validation", 0.5, "--test", 0.5),
        "has only 0 characters",
        "longer text",
    ),
    "unknown encoding": (("--steps", 2, "--encoding", "klingon"), "'klingon'", "gb18030"),
    "no encoding of text": (("--steps", 2, "--encoding", "base64"), "'base64'", "gb18030"),
    "no byte-order mark": (("--steps", 2, "--encoding", "utf-16"), "is not utf-16", "--encoding"),
    "wrong encoding": (("--steps", 2, "--encoding", "utf-32"), "is not utf-32", "--encoding"),
    "tied widths": (("--steps", 2, "--set", "tied=true"), "tied weights need", "projection_size"),
    "too large": (
        ("--steps", 2, "--hidden-size", 10**6, "--set", "embedding_size=1"),
        "not enough memory",
        "--hidden-size",
    ),
}


@pytest.mark.parametrize("kind", BAD_SETTINGS)
def test_settings_that_cannot_be(call, owl, tmp_path, kind: str) -> None:
    """The error for an impossible setting uses the name as typed; the hint gives valid values."""
    pytest.importorskip("torch")
    options, message, hint = BAD_SETTINGS[kind]
    done = call("train", owl, "--out", tmp_path / "run", *options)

    errors = done.err.splitlines()
    assert done.code == 1, done
    assert any(line.startswith("Error: ") and message in line for line in errors), done.err
    assert any(line.startswith("Hint: ") and hint in line for line in errors) or not hint


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        ("hidden_sice = 64", "no setting named 'hidden_sice'", "did you mean: hidden_size"),
        ("[model]\nlayers = 2", "no setting named 'layers'", "did you mean"),
        ("hidden_size = wide", "cannot read config file", "hidden_size = 512"),
        (None, "no config file", "hidden_size = 512"),
    ],
    ids=["misspelt", "in a table", "not TOML", "missing"],
)
def test_a_config_file_with_mistakes(call, owl, tmp_path, content, message, hint) -> None:
    """A config file that is missing or broken, or has unknown names, is refused with a hint."""
    pytest.importorskip("torch")
    config = tmp_path / "config.toml"
    if content is not None:
        config.write_text(content)
    options = ("--steps", 2, "--config", config, "--out", tmp_path / "run")

    refused(call("train", owl, *options), message, hint)


@pytest.mark.torch
def test_a_budget_too_short_to_learn_anything(call, owl, tmp_path, monkeypatch) -> None:
    """A budget that allows hardly any updates is refused, and a sufficient budget is suggested."""
    pytest.importorskip("torch")
    monkeypatch.setattr("charbard.train.start.measured_speed", lambda model, config: 100.0)
    options = ("--minutes", 0.1, "--threads", 1)

    refused(
        call("train", owl, "--out", tmp_path / "run", *options),
        "minutes are too short",
        "give at least --minutes",
    )


@pytest.mark.parametrize(
    "args",
    [
        ("train", "--steps", 1, "--threads", 9999),
        ("train", "--steps", 1, "--set", "threads=9999"),
        ("bench", "--threads", 9999),
        ("serve", "--workshop", "--set", "workshop_threads=9999"),
    ],
    ids=["train", "a setting", "bench", "serve"],
)
def test_more_threads_than_cores(call, trained, args) -> None:
    """`train`, `bench` and `serve` refuse more threads than there are cores."""
    pytest.importorskip("torch")
    done = call(*args, trained)

    refused(done, f"threads must be at most {cores()}, ", "to use all cores")


def test_a_place_that_cannot_be_listened_on(call, trained) -> None:
    """A port in use and the address of another machine each get a separate hint."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused(call("serve", trained, "--port", port), f"127.0.0.1:{port}", f"--port {port + 1}")

    refused(call("serve", trained, "--host", "192.0.2.1"), "cannot listen", "--host 127.0.0.1")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("verse", "秋夜"), "--theme 秋夜"),
        (("verse", "autumn night"), "--theme 'autumn night'"),
        (("verse", "念奴娇"), "--form 念奴娇"),
        (("name", "林"), "--surname 林"),
        (("write", "月"), "--prime 月"),
    ],
)
def test_a_text_in_place_of_the_model_is_told_its_option(call, args, said) -> None:
    refused(call(*args), "no model at", f"if it is not a model: {said}; shipped: ")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("write", "english", "--top-k", 0), "--top-k must be at least 1, got 0"),
        (("train", "x", "--steps", 1, "--set", "decay=0"), "decay must be text, got 0"),
        (("train", "x", "--epochs", 0), "--epochs must be at least"),
        (("verse", "--candidates", 0), "--candidates must be at least 1, got 0"),
        (("serve", "--set", "rate=-1"), "rate must be at least"),
    ],
)
def test_the_terminal_names_the_options_of_the_command(call, args, said) -> None:
    """An error names a setting by its command-line option or, if it has none, by its own name."""
    done = call(*args)

    assert done.code == 1
    assert f"Error: {said}" in done.err


def test_a_file_in_place_of_a_poem_is_told_how_to_be_read(call, tmp_path) -> None:
    path = tmp_path / "poem.txt"
    path.write_text("春江潮水连海平\n", encoding="utf-8")

    refused(call("check", path), "is a file, not a poem", f"charbard check --file {path}")
