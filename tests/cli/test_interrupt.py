"""Ctrl-C, a kill or a truncated log loses at most the work since the last checkpoint."""

import json
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from charbard.bundle import load_bundle
from charbard.train.run import RunFolder
from tests.cli.conftest import SMALL, finish, spawn

pytestmark = pytest.mark.torch
STEPS = 300


def wait_for_checkpoints(run: Path, count: int, process: "subprocess.Popen[bytes]") -> None:
    """Wait until the log records this many checkpoints."""
    until = time.monotonic() + 240
    while time.monotonic() < until and process.poll() is None:
        log = run / "log.jsonl"
        if log.exists() and log.read_text().count('"kind": "checkpoint"') >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"no {count} checkpoints; {process.poll()}")


def test_interrupted_killed_and_resumed_it_is_the_same_training(
    call, programs, owl, tmp_path
) -> None:
    """A run that is interrupted, killed and resumed ends exactly as an uninterrupted run does.

    Ctrl-C saves a checkpoint and prints the command that resumes the run; `kill -9` loses only the
    work since the last checkpoint.
    """
    run = tmp_path / "a run"
    more = ("--eval-every", "1000", "--save-every", "50", "--steps", str(STEPS))
    command = (programs / "charbard", "train")
    process = spawn(str(owl), "--out", str(run), *SMALL, *more, command=command)
    wait_for_checkpoints(run, 1, process)
    process.send_signal(signal.SIGINT)
    interrupted = finish(process)

    assert interrupted.code == 130
    assert interrupted.out == ""
    told = interrupted.err.splitlines()[-1]
    assert told.startswith("interrupted and saved; go on with: charbard train ")
    again = shlex.split(told.split("go on with: ")[1])
    assert again[:2] == ["charbard", "train"]
    saved = load_bundle(RunFolder(run).newest_checkpoint()).extra["step"]
    assert 50 <= saved < STEPS

    killed = spawn(*again[2:], command=command)
    wait_for_checkpoints(run, 4, killed)
    killed.kill()
    assert finish(killed).code == -signal.SIGKILL
    reached = load_bundle(RunFolder(run).newest_checkpoint()).extra["step"]
    assert saved < reached < STEPS
    with (run / "log.jsonl").open("a") as log:
        log.write('{"event": "progr')  # as if the kill had come in the middle of a line

    done = call(*again[1:])
    assert done.code == 0, done.err
    assert f"going on from step {reached}" in done.err
    straight = call("train", owl, "--out", tmp_path / "straight", *SMALL, *more)
    assert straight.code == 0
    ours, theirs = (
        load_bundle(RunFolder(folder).newest_checkpoint(), with_resume=True)
        for folder in (run, tmp_path / "straight")
    )
    assert ours.extra["step"] == theirs.extra["step"] == STEPS
    assert all((ours.resume[name] == value).all() for name, value in theirs.resume.items())
    assert "Finished after" in (run / "report.html").read_text()


def test_ctrl_c_before_the_first_step(tmp_path) -> None:
    """Ctrl-C while the text is still being read ends the command and leaves no run folder."""
    process = spawn("train", "-", "--steps", "5", "--out", str(tmp_path / "run"))
    time.sleep(1.0)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    done = finish(process)

    assert done.code in (130, -signal.SIGINT)
    assert done.out == ""
    assert not (tmp_path / "run").exists()


def test_what_a_kill_left_half_written_is_cleared(call, owl, tmp_path) -> None:
    """Half-written files that a kill left behind are removed when the run is resumed."""
    run = tmp_path / "run"
    call("train", owl, "--steps", 10, "--out", run, *SMALL)
    half = run / ".checkpoint_epoch0.10_3.1000.safetensors.abc123"
    half.write_bytes(b"half")
    done = call("train", owl, "--steps", 20, "--out", run, "--resume")

    assert done.code == 0, done.err
    assert not half.exists()
    assert json.loads((run / "log.jsonl").read_text().splitlines()[-1])["step"] == 20
