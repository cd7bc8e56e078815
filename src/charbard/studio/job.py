"""One training job of the workshop: its record, its folder, and its log, converted for clients.

A folder holds `job.json`, the text while it is needed, and the run's folder of `charbard train`.
This module handles files and JSON, not processes or HTTP.
"""

import json
import re
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from charbard.errors import CharbardError, Note, facts_of, spelled
from charbard.files import write_atomically
from charbard.studio.submitted import unoffered

__all__ = ["ENDED", "RESUMABLE", "Job", "JobFolder", "Tail", "thinned"]

ENDED = ("finished", "stopped", "interrupted", "failed")
"""States of a job that has ended: budget used up, stopped by the user, interrupted with the server,
or failed."""
RESUMABLE = ("interrupted", "failed")
"""States from which a job can be resumed, given a checkpoint."""
_OPTION = re.compile(r"--(?:set )?([a-z_-]+)")
"""An option in an error message of the command line."""
_NOTED = ("text.guessed", "text.replaced", "text.cut", "text.zeros")
"""Notices on reading the text, which was read before the job began: `notes` has them already."""
_MOST_POINTS = 300
"""Maximum number of progress events replayed to a late subscriber: as many as a curve can show."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """The record of a training job, saved as `job.json`."""

    id: str
    name: str
    """Name of the model that the job trains."""
    minutes: float
    chars: int
    """Length of the text."""
    began: str
    """Time of the start, in UTC, as ISO 8601."""
    threads: int | None = None
    """Number of threads; None: all cores."""
    pid: int = 0
    """Process id; 0 before the process starts."""
    state: str = "training"
    digest: str = ""
    """Digest of the trained model; empty if there is none."""
    error: str = ""
    hint: str = ""
    code: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    """Notes on what was assumed about the text, such as its encoding, or repaired in it."""

    @property
    def is_over(self) -> bool:
        """Whether the job has ended."""
        return self.state in ENDED

    def failed(self, error: CharbardError) -> "Job":
        """Return a copy of the record, marked as failed with this error."""
        told = facts_of(Note(str(error), error.code, error.values))
        return replace(
            self,
            state="failed",
            digest="",
            error=told["text"],
            hint=error.hint,
            code=told["code"],
            values=told["values"],
        )

    def without_error(self) -> "Job":
        """Return a copy of the record with no error, for a job that is resumed."""
        return replace(self, error="", hint="", code="", values={})

    def about(self) -> dict[str, Any]:
        """Return the facts that are sent to a client."""
        told = asdict(self)
        del told["pid"], told["threads"]
        told["model"] = self.name if self.digest else None
        if not self.error:
            del told["error"], told["hint"], told["code"], told["values"]
        return told


@dataclass(frozen=True)
class JobFolder:
    """The folder of one training job."""

    path: Path

    @property
    def text(self) -> Path:
        """The text to train on."""
        return self.path / "text.txt"

    @property
    def run(self) -> Path:
        """The run's folder, written by `charbard train`."""
        return self.path / "run"

    @property
    def bundle(self) -> Path:
        """The best weights so far."""
        return self.run / "model.safetensors"

    @property
    def log(self) -> Path:
        """The run's log: events as lines of JSON."""
        return self.run / "log.jsonl"

    @property
    def stderr(self) -> Path:
        """Standard error of the training process."""
        return self.path / "stderr.txt"

    @property
    def cache(self) -> Path:
        """Cache of the encoded text; in this folder, so that it is deleted with the text."""
        return self.path / "cache"

    def checkpoints(self) -> list[Path]:
        """Return the checkpoints from which the job can be resumed."""
        return list(self.run.glob("checkpoint_*"))

    def can_go_on(self) -> bool:
        """Tell whether the folder has everything that `--resume` needs."""
        return self.text.exists() and bool(self.checkpoints())

    def save(self, job: Job) -> None:
        """Write the record.

        Raises:
            SaveError: The disk is full.
        """
        content = json.dumps(asdict(job), ensure_ascii=False, indent=1)
        write_atomically(self.path / "job.json", content.encode())

    def load(self) -> Job | None:
        """Load the record; None if it is missing or damaged."""
        names = {one.name for one in fields(Job)}
        try:
            record = json.loads((self.path / "job.json").read_text(encoding="utf-8"))
            # A record written by another version may have other fields.
            return Job(**{name: value for name, value in record.items() if name in names})
        except (OSError, ValueError, TypeError, AttributeError):
            return None

    def is_complete(self) -> bool:
        """Tell whether the training run used its whole budget."""
        return any(event.get("complete") for event in Tail(self.log).events())

    def logged_error(self) -> tuple[str, str]:
        """Return (the error that ended the training run, its hint), as parsed from stderr."""
        try:
            lines = self.stderr.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        said = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
        hints = [line.removeprefix("Hint: ") for line in lines if line.startswith("Hint: ")]
        last = said[-1] if said else "the training broke off"
        hint = hints[-1] if hints else "the folder of the training has the details"
        return _OPTION.sub(_named, last), _OPTION.sub(_named, hint)


def _named(option: re.Match[str]) -> str:
    """Return the API's name of a matched option, such as `minutes` for `--minutes`."""
    return option[1].replace("-", "_")


class Tail:
    """Reads a log while it grows."""

    def __init__(self, path: Path) -> None:
        self._path, self._at = path, 0

    def facts(self) -> list[dict[str, Any]]:
        """Return what to send to clients about the events logged since the last call."""
        return [fact for event in self.events() if (fact := _fact(event))]

    def events(self) -> list[dict[str, Any]]:
        """Return the new events of the log; an incomplete last line is left for the next call."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._at)
                # What follows the last line feed is still being written.
                whole, newline, _ = file.read().rpartition(b"\n")
        except OSError:
            return []
        self._at += len(whole) + len(newline)
        events = []
        for line in whole.splitlines():
            try:
                events.append(json.loads(line))
            except ValueError:  # truncated by a kill
                continue
        return events


def _fact(event: dict[str, Any]) -> dict[str, Any] | None:
    """Convert an event of the log to a fact of the API; None if it concerns files only."""
    at = {"step": event.get("step")}
    match event.get("event"):
        case "progress":
            names = ("fraction", "epoch", "loss", "chars_per_s", "seconds_left")
            return {"progress": {**at, **{name: event[name] for name in names}}}
        case "validated":
            return {"validation": {**at, "loss": event["loss"], "best": event["best"]}}
        case "sampled":
            sample = {"temperature": event["temperature"], "text": event["text"]}
            return {"sample": {**at, **sample}}
        case "notice" if event.get("code") not in _NOTED:
            # A log from before notices had codes has the sentence alone.
            told = {"code": event.get("code", ""), "values": event.get("values", {})}
            text = event.get("text", event["message"])
            return {"notice": {"text": spelled(text, unoffered), **told}}
    return None


def thinned(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drop progress facts beyond what a curve can show, keeping the latest one."""
    places = [at for at, fact in enumerate(facts) if "progress" in fact]
    stride = -(-len(places) // _MOST_POINTS) or 1
    # The stride runs from the end, so the latest fact is always kept.
    dropped = set(places) - set(places[::-1][::stride])
    return [fact for at, fact in enumerate(facts) if at not in dropped]
