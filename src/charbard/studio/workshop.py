"""The workshop, which trains models on visitors' texts, one at a time, in a separate process.

The process is `charbard train`: the workshop starts it, reads its log and loads its model. The
workshop itself never imports torch. It belongs to one event loop.
"""

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from charbard.config import StudioConfig
from charbard.cores import check_threads
from charbard.errors import CharbardError, NotFoundError, OccupiedError, OptionError, facts_of
from charbard.extras import need
from charbard.files import data_folder, saving
from charbard.studio.job import RESUMABLE, Job, JobFolder
from charbard.studio.library import Library, ServedModel
from charbard.studio.slots import Slots
from charbard.studio.submitted import checked_text, model_name
from charbard.studio.trainer import SAVING_S, end_orphan, locked, spawned
from charbard.writer import Writer

__all__ = ["LEAST_MINUTES", "TrainingOrder", "Workshop"]

LEAST_MINUTES = 0.1
"""Shortest training run, in minutes, that `charbard train` accepts."""
_SNAPSHOTS = 12
"""Number of snapshots of each training run, for the time-lapse of learning."""


@dataclass(frozen=True)
class TrainingOrder:
    """A visitor's request to train a model."""

    content: bytes
    """The text, in any encoding that `charbard train` recognises."""
    minutes: float
    name: str = ""
    """Requested name of the model; empty: `text`."""


class Workshop:
    """The training jobs of one folder; at most one is running."""

    def __init__(self, library: Library, config: StudioConfig) -> None:
        """Lock the folder and load the models in it.

        Raises:
            MissingExtraError: torch is not installed.
            OptionError: Another studio uses this folder, or there are fewer cores than threads.
            SaveError: The folder cannot be written.
        """
        need("the workshop", "torch", "matplotlib", extra="train")
        check_threads(config.workshop_threads, name="workshop_threads")
        self.config = config
        self.watchers = Slots(config)
        folder = config.workshop_folder
        self._folder = Path(folder) if folder else data_folder() / "workshop"
        self._library = library
        self._lock = locked(self._folder)
        self._jobs: dict[str, Job] = {}
        self._process: subprocess.Popen[bytes] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._ending = ""
        self._upload_is_taken = False
        self._restore()

    @property
    def running(self) -> Job | None:
        """The job that is running, if any."""
        return next((job for job in self._jobs.values() if not job.is_over), None)

    def jobs(self) -> list[Job]:
        """Return every job: first the running one, then the others, the latest first."""
        jobs = self._jobs.values()
        return sorted(jobs, key=lambda job: (not job.is_over, job.began), reverse=True)

    def about(self, job: Job) -> dict[str, Any]:
        """Return the facts about a job for a client."""
        return {**job.about(), "resumable": self._can_resume(job)}

    def find(self, number: str) -> Job:
        """Find a job by its id.

        Raises:
            NotFoundError: There is no such job.
        """
        if number not in self._jobs:
            raise NotFoundError(
                f"no training {number[:40]!r}",
                code="job.none",
                values={"number": number[:40]},
                hint="they are listed at: api/jobs",
            )
        return self._jobs[number]

    def place(self, job: Job) -> JobFolder:
        """Return the folder of a job."""
        return JobFolder(self._folder / job.id)

    @contextmanager
    def upload_slot(self) -> Iterator[None]:
        """Hold the upload slot while a text is received, so that only one text is in memory.

        Raises:
            OccupiedError: A training job is running, or another text is being received.
        """
        if self._upload_is_taken or self.running:
            raise OccupiedError(
                "another training is running",
                code="job.running",
                hint="one at a time: follow it, or stop it first; it is listed at: api/jobs",
            )
        self._upload_is_taken = True
        try:
            yield
        finally:
            self._upload_is_taken = False

    def check_minutes(self, minutes: float) -> None:
        """Check the requested minutes against this server's limit.

        Raises:
            OptionError: The minutes are out of range.
        """
        most = self.config.workshop_minutes
        if not LEAST_MINUTES <= minutes <= most:
            raise OptionError(
                f"minutes must be from {LEAST_MINUTES:g} to {most:g}, got {minutes:g}",
                code="job.minutes",
                values={"least": LEAST_MINUTES, "most": most, "given": minutes},
                hint="a minute is enough to see it learn, ten make a good model of a book",
            )

    async def start(self, order: TrainingOrder) -> Job:
        """Start a training job; the caller holds the upload slot.

        Raises:
            OptionError: The minutes are out of range.
            CorpusError: The content is too short or not text.
            SaveError: The disk is full.
        """
        self.check_minutes(order.minutes)
        taken = {opened.name for opened in self._library} | {job.name for job in self.jobs()}
        job = Job(
            id=secrets.token_hex(6),
            name=model_name(order.name, taken),
            minutes=order.minutes,
            chars=0,
            began=datetime.now(UTC).isoformat(timespec="milliseconds"),
            threads=self.config.workshop_threads,
        )
        job = await asyncio.to_thread(self._launched, job, order.content)
        self._follow(job)
        await self._forget_oldest()
        return job

    async def resume(self, number: str) -> Job:
        """Resume an interrupted or failed training job from its checkpoint.

        Raises:
            NotFoundError: There is no such job.
            OccupiedError: A training job is running, or a text is being received.
            OptionError: The job finished or was stopped, or its text or checkpoint is gone.
            SaveError: The disk is full.
        """
        with self.upload_slot():
            job = self.find(number)
            if not self._can_resume(job):
                raise OptionError(
                    f"training {job.id!r} is {job.state} and cannot be resumed",
                    code="job.over",
                    values={"state": job.state},
                    hint="one that was interrupted can, if its text and a checkpoint are there",
                )
            job = await asyncio.to_thread(self._spawned, job.without_error())
            self._follow(job)
        return job

    def _can_resume(self, job: Job) -> bool:
        return job.state in RESUMABLE and self.place(job).can_go_on()

    def _follow(self, job: Job) -> None:
        self._jobs[job.id] = job
        self._ending = ""  # `stop` sets it to the reason
        self._watching = asyncio.create_task(self._watch(job))

    async def stop(self, number: str, ending: str = "stopped") -> Job:
        """Stop a training job and wait for its end; kill it if saving takes over `SAVING_S`.

        Raises:
            NotFoundError: There is no such job.
        """
        job = self.find(number)
        if not job.is_over and self._watching is not None and self._process is not None:
            self._ending = ending
            self._process.terminate()
            # `wait_for` cancels what it waits for, but the watcher must survive to record the end.
            watching = asyncio.shield(self._watching)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(watching, SAVING_S)
            if not self._watching.done():
                self._process.kill()
                await self._watching
        return self.find(number)

    async def remove(self, number: str) -> None:
        """Delete a job with its text and model, stopping it first if it is running.

        Raises:
            NotFoundError: There is no such job.
        """
        job = await self.stop(number)
        del self._jobs[job.id]
        if job.digest:
            self._library.remove(job.name)
        await asyncio.to_thread(shutil.rmtree, self.place(job).path, ignore_errors=True)

    async def close(self) -> None:
        """Interrupt a running job, which saves a checkpoint, and release the folder."""
        if job := self.running:
            await self.stop(job.id, "interrupted")
        self.release()

    def release(self) -> None:
        """Signal a running job to save and end, without waiting, and release the folder."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def command(self, job: Job) -> list[str]:
        """Return the command that starts a training job, or resumes it if it has a checkpoint."""
        command = [sys.executable, "-m", "charbard", "train", "text.txt", "--out", "run", "--quiet"]
        if job.threads is not None:
            command += ["--threads", str(job.threads)]
        if self.place(job).checkpoints():
            return [*command, "--resume"]
        return [*command, "--snapshots", str(_SNAPSHOTS), *self.budget(job.minutes)]

    def budget(self, minutes: float) -> Sequence[str]:
        """Return the options for the budget."""
        return ["--minutes", f"{minutes:g}"]

    def _launched(self, job: Job, content: bytes) -> Job:
        """Check and write the text and start the process; clean up if that fails."""
        place = self.place(job)
        chars, notes = checked_text(content)
        job = replace(job, chars=chars, notes=[facts_of(note) for note in notes])
        with saving(place.path):
            place.path.mkdir(parents=True)
        try:
            with saving(place.text):
                place.text.write_bytes(content)
            return self._spawned(job)
        except BaseException:
            shutil.rmtree(place.path, ignore_errors=True)
            raise

    def _spawned(self, job: Job) -> Job:
        """Start the process in the job's folder."""
        place = self.place(job)
        process = spawned(self.command(job), place, nice=self.config.workshop_nice)
        job = replace(job, state="training", pid=process.pid)
        try:
            place.save(job)
        except BaseException:
            # Without its record, no later server could find this process to end it.
            process.kill()
            process.wait()
            raise
        self._process = process
        return job

    async def _watch(self, job: Job) -> None:
        """Wait for the end of the process, then add its model to the library."""
        assert self._process is not None
        code = await asyncio.to_thread(self._process.wait)
        # Read after the process has ended: `stop` may have set it in the meantime.
        ending = self._ending
        job, opened = await asyncio.to_thread(self._ended, job, code, ending)
        if opened is not None:
            self._library.add(opened)
        self._jobs[job.id] = job

    def _ended(self, job: Job, code: int, ending: str) -> tuple[Job, ServedModel | None]:
        """Record how a job ended and delete what it no longer needs; return (record, model)."""
        place = self.place(job)
        if place.is_complete():
            job = replace(job, state="finished")
        # A process that was asked to stop exits with 0 or 130, or with -SIGTERM if it was not
        # listening yet; if `ending` is empty, the signal came from outside. A process that `stop`
        # had to kill was too slow to save, but a bundle that is on disk is kept.
        elif code in (0, 130, -signal.SIGTERM) or (code < 0 and ending and place.bundle.exists()):
            job = replace(job, state=ending or "interrupted")
        else:
            error, hint = place.logged_error()
            job = replace(job, state="failed", error=error, hint=hint, code="job.broke")
        opened = None
        if place.bundle.exists():
            try:
                opened = _opened(job.name, place.bundle)
                job = replace(job, digest=opened.bundle.digest)
            except CharbardError as error:
                job = job.failed(error)
        if not self._can_resume(job):
            _clear(place)
        with contextlib.suppress(
            CharbardError
        ):  # The disk is full. Nothing depends on this record.
            place.save(job)
        return job, opened

    async def _forget_oldest(self) -> None:
        for job in self.jobs()[self.config.workshop_kept :]:
            if job.is_over:
                await self.remove(job.id)

    def _restore(self) -> None:
        """Load the jobs and models left by earlier server runs."""
        for path in sorted(self._folder.iterdir()):
            place = JobFolder(path)
            if (job := place.load()) is None or job.id != path.name:
                continue
            if not job.is_over:
                # The server was killed; its training process may still be running in the folder.
                end_orphan(job)
                job = replace(job, state="finished" if place.is_complete() else "interrupted")
            job = self._reopened(place, job)
            if not self._can_resume(job):
                _clear(place)
            place.save(job)
            self._jobs[job.id] = job

    def _reopened(self, place: JobFolder, job: Job) -> Job:
        if not place.bundle.exists():
            return replace(job, digest="")
        name = model_name(job.name, {opened.name for opened in self._library})
        try:
            opened = _opened(name, place.bundle)
        except CharbardError as error:
            return job.failed(error)
        self._library.add(opened)
        return replace(job, name=name, digest=opened.bundle.digest)


def _opened(name: str, path: Path) -> ServedModel:
    """Load a model and warm it up."""
    opened = ServedModel(name, Writer.open(path), path)
    opened.warm()
    return opened


def _clear(place: JobFolder) -> None:
    """Delete what is needed only for resuming: the text, its cache and the checkpoints."""
    shutil.rmtree(place.cache, ignore_errors=True)
    for path in (place.text, *place.checkpoints()):
        path.unlink(missing_ok=True)
