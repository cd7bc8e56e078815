"""`charbard train` reads every text format and prints a path on stdout, progress on stderr."""

import gzip
import json
import re
import sys

import pytest

from charbard.bundle import load_bundle
from tests.cli.conftest import SMALL
from tests.conftest import TEXT

pytestmark = pytest.mark.torch


@pytest.fixture(autouse=True)
def _torch() -> None:
    pytest.importorskip("torch")


def train(call, tmp_path, text, *more):
    """Train for six steps; return the command's result and the model."""
    out = tmp_path / "run"
    done = call("train", text, "--steps", 6, "--out", out, *SMALL, *more)
    assert done.code == 0, done.err
    return done, load_bundle(out / "model.safetensors")


def test_stdout_is_the_path_of_the_model(call, owl, tmp_path, monkeypatch) -> None:
    """Only the path is on stdout, so that `charbard write $(charbard train …)` works."""
    monkeypatch.chdir(tmp_path)
    first = call("train", owl, "--steps", 2, *SMALL)
    second = call("train", owl, "--steps", 2, *SMALL, "--quiet")

    assert first.out == "runs/owl/model.safetensors\n"
    assert "million weights; run: runs/owl" in first.err
    assert "validation" in first.err
    assert "at temperature 0.5 it writes:" in first.err
    assert "write with it: charbard write runs/owl/model.safetensors" in first.err
    assert second.out == "runs/owl-2/model.safetensors\n"
    assert "it writes" not in second.err


def test_a_chinese_terminal(call, tmp_path, monkeypatch) -> None:
    """In a Chinese locale, all remarks of a training run are Chinese, except samples and names."""
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    poem = "床前明月光，疑是地上霜。\r\n举头望明月，低头思故乡。\r\n" * 20
    args = ("--steps", 6, "--eval-every", 3, "--out", tmp_path / "run", *SMALL)
    more = ("--min-count", 30, "--dropout", 0.1)
    done = call("train", "-", *args, *more, stdin=poem.encode("gb18030"))

    remarks = [line for line in done.err.splitlines() if not line.startswith(" " * 4)]
    assert "目前最好" in done.err
    assert any("可以期待的是" in line for line in remarks)
    assert not [line for line in remarks if re.search("[a-z]+ [a-z]+ [a-z]+", line)]
    assert all(re.search("[一-鿿]", line) for line in remarks)


def test_standard_input_is_a_text(call, tmp_path) -> None:
    """A text from a pipe is read like a file, whatever its encoding."""
    out = tmp_path / "run"
    poem = "床前明月光，疑是地上霜。\r\n举头望明月，低头思故乡。\r\n" * 20
    args = ("--steps", 2, "--out", out, *SMALL)
    done = call("train", "-", *args, stdin=poem.encode("gb18030"))
    model = load_bundle(out / "model.safetensors")

    assert done.code == 0
    assert "standard input: read as gb18030 (another: --encoding)" in done.err
    assert "月" in model.vocab
    assert "\r" not in model.vocab


def test_files_folders_patterns_together(call, tmp_path) -> None:
    """A folder's files are read as one text, each in its own encoding; empty files are skipped."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT[:500])
    (folder / "b.txt").write_bytes("春江潮水连海平，海上明月共潮生。\n".encode("gb18030") * 20)
    (folder / "c.txt").write_bytes(("café\n" * 50).encode("utf-16"))
    (folder / "d.txt.gz").write_bytes(gzip.compress(b"zebra\n" * 50))
    (folder / "empty.txt").touch()
    done, model = train(call, tmp_path, folder)

    assert {"月", "é", "z"} <= set(model.vocab.chars)
    assert model.provenance["text"]["files"] == 4
    assert model.provenance["text"]["encodings"] == ["gb18030", "utf-16", "utf-8"]
    assert "c.txt: read as utf-16" in done.err


RECORDS = {
    "lines": ("\n".join(f"name{n % 7}{chr(97 + n % 26)}" for n in range(80)), ()),
    "titled": ("\n".join(f"题{n}：春江花月夜，潮水{n}平。" for n in range(80)), ("title",)),
    "songs": ("\n".join(f"la la {n} ley" for n in range(80)), ()),
    "jsonl": (
        "\n".join(json.dumps({"text": [f"a{n}", "b"], "form": "ode"}) for n in range(80)),
        ("form",),
    ),
    "json": (json.dumps([{"text": f"\ud83e\udd89 {n}", "form": n} for n in range(80)]), ("form",)),
    "csv": ("text,form\n" + "\n".join(f'"one\ntwo {n}",ode' for n in range(80)), ("form",)),
}


@pytest.mark.parametrize("format", RECORDS)
def test_records_in_every_format(call, tmp_path, format: str) -> None:
    """A model can be trained on records in every format, and their fields become conditions."""
    content, fields = RECORDS[format]
    text = tmp_path / "records"
    text.write_text(content, encoding="utf-8")
    options = ("--fields", ",".join(fields)) if fields else ()
    _, model = train(call, tmp_path, text, "--format", format, *options)
    conditions = [part for field in fields for part in ("--field", f"{field}=1")]
    written = call("write", tmp_path / "run", *conditions, "--seed", 1)

    assert model.has_records
    assert model.vocab.fields == fields
    assert model.provenance["text"]["records"] == 80
    assert written.code == 0
    assert len(written.out) <= 501


def test_classic_filters_and_rare_characters(call, tmp_path) -> None:
    """Length limits and forbidden characters drop records; rare characters are never written."""
    text = tmp_path / "poems.txt"
    lines = ["好：春眠不觉晓", "短：春", "括：（春眠不觉晓）", "稀：春眠不觉曉"]
    text.write_text("\n".join([lines[0]] * 30 + lines), encoding="utf-8")
    options = ("--min-length", 2, "--max-length", 8, "--drop-containing", "（", "--min-count", 3)
    done, model = train(call, tmp_path, text, "--format", "titled", *options)
    written = call("write", tmp_path / "run", "--samples", 50, "--seed", 1, "-t", 10)

    assert model.provenance["text"]["records"] == 32
    assert "（" not in model.vocab
    assert "1 of 192 characters are rarer than --min-count: unknown" in done.err
    assert set(written.out) <= set("春眠不觉晓\n")


def test_settings_from_a_file_and_from_set(call, owl, tmp_path) -> None:
    """`--set` overrides a TOML file, options override both, and the bundle records the result."""
    config = tmp_path / "small.toml"
    config.write_text('[model]\ncell = "gru"\nnum_layers = 2\n[train]\nclip = 3.0\nwarmup = 0.2\n')
    _, model = train(call, tmp_path, owl, "--config", config, "--set", "clip=2", "--num-layers", 1)

    assert (model.config.cell, model.config.num_layers) == ("gru", 1)
    training = model.provenance["training"]
    assert (training["clip"], training["warmup"]) == (2, 0.2)


def test_minutes_choose_everything_say_why_and_end_on_time(call, owl, tmp_path) -> None:
    """With `--minutes` alone, training ends on time and explains its choice of settings."""
    done = call("train", owl, "--minutes", 0.1, "--out", tmp_path / "run", "--threads", 1)

    assert done.code == 0, done.err
    *_, last = map(json.loads, (tmp_path / "run" / "log.jsonl").read_text().splitlines())
    assert last["event"] == "finished"
    assert last["elapsed_s"] < 6.5  # the time to load torch does not count
    assert done.out == f"{tmp_path / 'run' / 'model.safetensors'}\n"
    for choice in ("width ", "dropout ", "batch ", "characters fit in the time"):
        assert choice in done.err


def test_begin_with_another_model(call, owl, trained, tmp_path) -> None:
    """`--init-from` starts from a model, extends its vocabulary and records the model's digest."""
    text = tmp_path / "new.txt"
    text.write_text("An ōwl once spoke.\n" * 100, encoding="utf-8")
    out = tmp_path / "run"
    done = call("train", text, "--init-from", trained, "--steps", 2, "--out", out, "--threads", 1)
    old, new = load_bundle(trained / "model.safetensors"), load_bundle(out / "model.safetensors")

    assert done.code == 0, done.err
    assert new.vocab.chars[: len(old.vocab.chars)] == old.vocab.chars
    assert "ō" in new.vocab
    assert new.provenance["init_from"] == old.digest


def test_curves_for_tensorboard_need_its_package(call, owl, tmp_path, monkeypatch) -> None:
    """If tensorboard is missing, this is reported first, with the command that installs it."""
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    done = call("train", owl, "--steps", 2, "--tensorboard", "--out", tmp_path / "run")

    assert done.code == 1
    assert "Error: --tensorboard needs tensorboard\n" in done.err
    assert "pip install 'charbard[tensorboard]'" in done.err
    assert not (tmp_path / "run").exists()


def test_quiet_keeps_what_changes_the_learning(call, tmp_path) -> None:
    """`--quiet` still reports a guessed encoding or format, bad bytes and ineffective settings."""
    text = tmp_path / "poems.jsonl"
    poem = json.dumps({"text": "夜来风雨声，花落知多少。"}, ensure_ascii=False)
    text.write_bytes(f"{poem}\n".encode("gb18030") * 200 + b"\xff\n")

    done, model = train(call, tmp_path, text, "--quiet", "--dropout", 0.2)

    assert "poems.jsonl: read as jsonl (as plain text: --format text)" in done.err
    assert "poems.jsonl: read as gb18030 (another: --encoding)" in done.err
    assert "(to refuse such a file: --bad-bytes refuse)" in done.err
    assert "--dropout has no effect" in done.err
    assert "try --num-layers 2, or --set dropout_output=0.2" in done.err
    assert model.has_records
    assert "it writes" not in done.err
