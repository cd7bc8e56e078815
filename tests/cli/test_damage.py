"""Damaged models, unusable checkpoints and full disks: an error with a hint, and no data lost."""

import os
import resource
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from charbard.bundle import load_bundle
from tests.cli.conftest import SMALL, environment, refused
from tests.conftest import TEXT


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(content)


BAD_MODELS = {
    "missing": (lambda p: p.unlink(), "no model at", "charbard train"),
    "empty": (lambda p: p.write_bytes(b""), "cannot be read as a bundle", "cut short"),
    "truncated": (_cut, "cannot be read as a bundle", "cut short"),
    "altered": (_flip, "was altered", "copy or download it again"),
    "a text": (lambda p: p.write_text(TEXT), "cannot be read as a bundle", "another kind"),
    "another model": (
        lambda p: save_file({"a": np.zeros(3, np.float32)}, p),
        "not a charbard bundle",
        "charbard train",
    ),
    "a folder": (lambda p: (p.unlink(), p.mkdir()), "no model at", "charbard train"),
}


@pytest.mark.parametrize("kind", BAD_MODELS)
@pytest.mark.parametrize("command", ["write", "eval", "score", "info", "--init-from"])
def test_a_damaged_bundle(call, owl, trained, tmp_path, kind: str, command: str) -> None:
    """A missing or damaged bundle gives the same error in every command that opens one."""
    make, message, hint = BAD_MODELS[kind]
    model = tmp_path / "model.safetensors"
    shutil.copy(trained / "model.safetensors", model)
    make(model)
    args = {
        "eval": ("eval", model, owl),
        "score": ("score", model, "x"),
        "--init-from": (
            "train",
            owl,
            "--steps",
            1,
            "--init-from",
            model,
            "--out",
            tmp_path / "run",
        ),
    }
    if command == "--init-from":
        pytest.importorskip("torch")

    refused(call(*args.get(command, (command, model))), message, hint)


@pytest.fixture
def run(trained, tmp_path) -> Path:
    """A copy of a training run that can be resumed."""
    return Path(shutil.copytree(trained, tmp_path / "run"))


def _all_checkpoints(change):
    return lambda run: [change(path) for path in run.glob("checkpoint_*")]


def _finished_model_as_checkpoint(run: Path) -> None:
    for path in run.glob("checkpoint_*"):
        shutil.copy(run / "model.safetensors", path)


BAD_CHECKPOINTS = {
    "missing": (_all_checkpoints(Path.unlink), (), "no checkpoint in", "start anew"),
    "truncated": (_all_checkpoints(_cut), (), "cannot be read as a bundle", "cut short"),
    "altered": (_all_checkpoints(_flip), (), "was altered", "copy or download"),
    "no checkpoint": (_finished_model_as_checkpoint, (), "is a finished model", "--init-from"),
    "another model": (
        None,
        ("--hidden-size", 64),
        "keeps its settings, but hidden_size was given",
        "use --init-from",
    ),
    "another way to read": (
        None,
        ("--format", "lines"),
        "reads its text as before",
        "leave out --format",
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("kind", BAD_CHECKPOINTS)
def test_a_checkpoint_that_does_not_serve(call, owl, run, kind: str) -> None:
    """A run that cannot be resumed as requested is refused, and its files stay unchanged."""
    pytest.importorskip("torch")
    make, options, message, hint = BAD_CHECKPOINTS[kind]
    if make is not None:
        make(run)
    before = {path: path.read_bytes() for path in run.iterdir() if path.is_file()}

    refused(call("train", owl, "--resume", "--out", run, *options), message, hint)
    assert before == {path: path.read_bytes() for path in run.iterdir() if path.is_file()}


@pytest.mark.torch
def test_a_checkpoint_of_another_text(call, run, tmp_path) -> None:
    """A training run can be resumed only with the text it began with."""
    pytest.importorskip("torch")
    text = tmp_path / "other.txt"
    text.write_text(TEXT + "More.")

    done = call("train", text, "--resume", "--steps", 130, "--out", run)
    refused(done, "made from another text", "use --init-from")


@pytest.mark.torch
def test_a_run_is_never_overwritten(call, owl, run) -> None:
    """A second training run in the same folder is refused."""
    pytest.importorskip("torch")
    done = call("train", owl, "--steps", 2, "--out", run)

    refused(done, "holds a training already", "--resume")


@contextmanager
def files_of_at_most(size_bytes: int):
    """Limit the size of every file, so that a larger write fails as it would on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.torch
def test_a_disk_that_refuses_a_checkpoint(call, owl, run) -> None:
    """If a checkpoint cannot be written, earlier files stay intact and the run can be resumed."""
    pytest.importorskip("torch")
    checkpoints = {path: path.read_bytes() for path in run.glob("checkpoint_*")}
    model = (run / "model.safetensors").read_bytes()
    go_on = ("train", owl, "--resume", "--steps", 130, "--out", run)
    with files_of_at_most(60_000):
        failed = call(*go_on)

    assert len(model) > 60_000
    refused(failed, "cannot write", "what stood there before is untouched")
    assert "file too large" in failed.err
    assert {path: path.read_bytes() for path in run.glob("checkpoint_*")} == checkpoints
    assert (run / "model.safetensors").read_bytes() == model
    assert not list(run.glob(".*"))
    done = call(*go_on)
    assert done.code == 0, done.err
    assert load_bundle(run / "model.safetensors").digest


@pytest.mark.torch
def test_a_full_disk(owl, run, tmp_path) -> None:
    """Training on a real disk of 256 KiB ends with a clear error and leaves no temporary file."""
    pytest.importorskip("torch")
    if sys.platform != "linux" or not shutil.which("unshare"):
        pytest.skip("needs unshare to mount a disk of its own")
    disk = tmp_path / "disk"
    disk.mkdir()
    train = f"{sys.executable} -m charbard train {owl} --steps 200 --set hidden_size=64 --out d/run"
    script = (
        "mount -t tmpfs -o size=256k none disk && mkdir disk/d && cd disk &&"
        f" {train} --threads 1 --save-every 50; echo code $?; ls -A d/run"
    )
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip("this system lets no user mount")

    assert "code 1" in done.stdout
    assert "no space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert ".tmp" not in done.stdout


def test_a_place_that_may_not_be_written(call, owl, tmp_path) -> None:
    """If the run's folder would lie inside a file, the error advises choosing another place."""
    pytest.importorskip("torch")
    (tmp_path / "taken").touch()
    done = call("train", owl, "--steps", 2, "--out", tmp_path / "taken" / "run", *SMALL)

    refused(done, "cannot write", "choose another place")


@pytest.mark.skipif(os.name != "posix", reason="a device of POSIX")
def test_a_log_on_a_full_disk(call, owl, tmp_path) -> None:
    """If the log cannot be written, training stops and says why."""
    pytest.importorskip("torch")
    run = tmp_path / "run"
    run.mkdir()
    (run / "log.jsonl").symlink_to("/dev/full")

    done = call("train", owl, "--steps", 2, "--out", run, *SMALL)
    refused(done, "log.jsonl': no space left on device", "free some space")
