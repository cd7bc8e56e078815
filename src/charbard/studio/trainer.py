"""Start training processes, end orphaned ones, and lock the workshop's folder.

This module handles processes and files, not models or HTTP.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from charbard.errors import OptionError
from charbard.files import saving
from charbard.studio.job import Job, JobFolder

__all__ = ["SAVING_S", "end_orphan", "locked", "spawned"]

_ENVIRONMENT = {"CHARBARD_CACHE": "cache", "LC_ALL": "C.UTF-8"}
"""Variables added to the process's environment. Its errors must be in English to be parsed."""
SAVING_S = 30.0
"""Seconds that a training process may take to save after it is told to stop."""


def spawned(command: Sequence[str], place: JobFolder, *, nice: int) -> subprocess.Popen[bytes]:
    """Start a command in a job's folder, at low priority and shielded from Ctrl-C.

    Raises:
        SaveError: The disk is full.
    """
    with saving(place.stderr), place.stderr.open("wb") as stderr:
        process = subprocess.Popen(
            command,
            cwd=place.path,
            env=os.environ | _ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            start_new_session=True,
        )
    if hasattr(os, "setpriority"):
        with contextlib.suppress(
            OSError
        ):  # set before the process starts threads, which inherit the priority
            os.setpriority(os.PRIO_PROCESS, process.pid, nice)
    return process


def end_orphan(job: Job) -> None:
    """Stop a training process whose server was killed; only on systems with /proc."""
    folder = Path(f"/proc/{job.pid}/cwd")

    def lives() -> bool:
        try:
            # Another process may have the same id by now; its working folder differs.
            return folder.readlink().name == job.id
        except OSError:
            return False

    if lives():
        with contextlib.suppress(OSError):
            os.kill(
                job.pid, signal.SIGTERM
            )  # only once: a second signal would keep the process from saving
        for _ in range(int(SAVING_S * 10)):
            if not lives():
                break
            time.sleep(0.1)


def locked(folder: Path) -> int | None:
    """Create a folder and lock it; return the file descriptor, which holds the lock until closed.

    Raises:
        OptionError: Another studio holds the lock.
        SaveError: The folder cannot be written.
    """
    with saving(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    if sys.platform != "win32":
        import fcntl

        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            raise OptionError(
                f"another studio has its workshop in {str(folder)!r}",
                code="workshop.taken",
                values={"folder": str(folder)},
                hint="choose another folder: ⟪workshop_folder=FOLDER⟫",
            ) from None
    return lock
