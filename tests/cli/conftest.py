"""Run the command line as a user would; return its exit code, stdout and stderr."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import charbard
from charbard.cli.app import main

SMALL = (
    *("--set", "embedding_size=8", "--hidden-size", "16", "--batch-size", "4"),
    *("--seq-length", "16", "--eval-every", "10", "--save-every", "10", "--threads", "1"),
)
"""Options for a tiny network that trains in an instant and learns next to nothing."""
SOURCE = str(Path(charbard.__file__).parents[1])


@dataclass(frozen=True)
class Done:
    """The result of a command: exit code and output."""

    code: int
    out: str
    err: str


@pytest.fixture
def call(capsys, monkeypatch) -> Callable[..., Done]:
    """Return a function that runs a command in this process, through the console entry point."""

    def run(*args: object, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["charbard", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        shown = capsys.readouterr()
        return Done(code, shown.out, shown.err)

    return run


def environment(**more: str) -> dict[str, str]:
    """Return an environment in which `python -m charbard` runs the code under test."""
    paths = [SOURCE, os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1", **more}


def spawn(*args: "str | os.PathLike[str] | bytes", **options) -> "subprocess.Popen[bytes]":
    """Start a command in its own process; `command` replaces `python -m charbard`."""
    env = environment(**options.pop("env", {}))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = options.pop("command", (sys.executable, "-m", "charbard"))
    return subprocess.Popen([*command, *args], env=env, **(pipes | options))


def finish(process: "subprocess.Popen[bytes]", stdin: bytes = b"") -> Done:
    """Wait for a command to finish and return its result."""
    out, err = process.communicate(stdin, timeout=300)
    return Done(process.returncode, (out or b"").decode(), (err or b"").decode())


def refused(done: Done, message: str, hint: str) -> None:
    """Assert that a command failed with an error line and a hint line, and nothing on stdout."""
    errors = done.err.splitlines()[-2:]
    assert done.code == 1, done
    assert done.out == ""
    assert errors[0].startswith("Error: "), done.err
    assert message in errors[0]
    assert errors[1].startswith("Hint: "), done.err
    assert hint in errors[1]
