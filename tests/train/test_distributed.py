"""Two processes train as one process does, and a killed process is restarted."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from charbard.bundle import load_bundle
from charbard.train.distributed import ranks
from charbard.train.journal import read_journal
from charbard.train.run import RunFolder
from tests.conftest import ONE_THREAD

EXACT = [
    "hidden_size=16",
    "embedding_size=8",
    "batch_size=4",
    "seq_length=16",
    "reset=0.1",
    "eval_every=1000",
    "save_every=1000",
]
SETTINGS = [part for setting in EXACT for part in ("--set", setting)]


def _train(programs: Path, owl: Path, out: Path, *more: str, processes: int = 1) -> str:
    """Train with this many processes, in an environment like torchrun's; return their stdout."""
    command = [programs / "charbard", "train", owl, "--out", out, *SETTINGS, *more]
    world = {"WORLD_SIZE": str(processes), "LOCAL_WORLD_SIZE": str(processes)}
    meeting = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port())}
    started = [
        subprocess.Popen(
            command,
            env={**os.environ, **ONE_THREAD, **world, **meeting, "RANK": rank, "LOCAL_RANK": rank},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in map(str, range(processes))
    ]
    told = [process.communicate(timeout=300) for process in started]
    assert [process.returncode for process in started] == [0] * processes, told
    return "".join(out for out, _ in told)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _weights(out: Path, *, step: int) -> dict[str, np.ndarray]:
    bundle = load_bundle(RunFolder(out).newest_checkpoint(), with_resume=True)
    assert bundle.extra["step"] == step
    return {name: value for name, value in bundle.resume.items() if name.startswith("weight.")}


@pytest.mark.parametrize("more", [(), ("--attention", "8")], ids=["plain", "looks back"])
def test_two_processes_equal_one(programs, owl, tmp_path, more) -> None:
    """In float64, two processes reach the weights of one, to 1e-9; only the first prints a path."""
    steps = ("--steps", "50", "--precision", "float64", *more)

    _train(programs, owl, tmp_path / "one", *steps)
    told = _train(programs, owl, tmp_path / "two", *steps, processes=2)

    one, two = (_weights(tmp_path / out, step=50) for out in ("one", "two"))
    assert told.strip() == str(tmp_path / "two" / "model.safetensors")
    for name, value in one.items():
        assert np.abs(two[name] - value).max() < 1e-9, name


def test_in_float32_the_curves_stay_together(programs, owl, tmp_path) -> None:
    """Over 500 steps in float32, the losses of one and two processes differ by less than 0.5 %."""
    steps = ("--steps", "500", "--eval-every", "50", "--set", "dropout_output=0.2")
    for out, processes in (("one", 1), ("two", 2)):
        _train(programs, owl, tmp_path / out, *steps, processes=processes)

    one, two = (
        {
            event["step"]: event["loss"]
            for event in read_journal(tmp_path / out / "log.jsonl")
            if event["event"] == "validated"
        }
        for out in ("one", "two")
    )
    assert list(one) == list(range(50, 501, 50))
    assert two == pytest.approx(one, rel=5e-3)


MORTAL = """#!/bin/sh
if [ "$RANK" = 1 ] && [ ! -e killed ]; then
    (
        until ls run/checkpoint_* >/dev/null 2>&1; do kill -0 $$ && sleep 0.05 || exit; done
        touch killed
        kill -9 $$
    ) &
fi
exec charbard "$@"
"""
"""Script that runs `charbard`; it kills the second process once, at the first checkpoint."""


def test_a_killed_process_goes_on_from_the_checkpoint(programs, owl, tmp_path) -> None:
    """If a process is killed, torchrun restarts all processes; they resume and finish."""
    mortal = tmp_path / "mortal"
    mortal.write_text(MORTAL)
    mortal.chmod(0o700)

    done = subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
            *("--nproc-per-node", "2", "--max-restarts", "2", "--no-python", mortal, "train"),
            *(owl, "--out", "run", *SETTINGS, "--steps", "150", "--save-every", "10"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, **ONE_THREAD, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
    )
    assert done.returncode == 0, done.stderr

    events = [
        json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()
    ]
    assert (tmp_path / "killed").exists()
    assert events[-1]["event"] == "finished"
    assert events[-1]["complete"]
    assert len(_weights(tmp_path / "run", step=150)) > 0


@pytest.mark.parametrize(
    ("asked", "processes", "threads"),
    [("1", "1", 1), ("1", "2", 3), ("", "3", 2), ("x", "1", 6), ("99", "1", 6)],
)
def test_threads_are_shared_by_the_processes(monkeypatch, asked, processes, threads) -> None:
    """A single process obeys OMP_NUM_THREADS; several processes ignore it and share the cores."""
    monkeypatch.setattr("charbard.train.distributed.cores", lambda: 6)
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", processes)

    with ranks():
        assert torch.get_num_threads() == threads
