"""One training of the workshop: its record, its folder, and what its log tells a client.

A folder holds `job.json`, the text while it is needed, and the run as `charbard train` leaves it.
Knows files and JSON; no processes, no HTTP.
"""

import json
import re
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from charbard.errors import CharbardError, Note, facts_of
from charbard.files import write_atomically

__all__ = ["ENDED", "RESUMABLE", "Job", "Place", "Tail", "thinned"]

ENDED = ("finished", "stopped", "interrupted", "failed")
"""States of a training that is over: by its time, by its user, with its server, by an error."""
RESUMABLE = ("interrupted", "failed")
"""Those that may be gone on with, if a checkpoint is there."""
_OPTION = re.compile(r"--(?:set )?([a-z_-]+)")
"""As the command line says it."""
_MOST_POINTS = 300
"""Progress that is told to who comes late: as much as a curve can show."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is known of a training. Saved as `job.json`."""

    id: str
    name: str
    """What its model is called."""
    minutes: float
    chars: int
    """Length of the text."""
    began: str
    """When, in UTC, as ISO 8601."""
    threads: int | None = None
    """How many it was started with; None: all cores."""
    pid: int = 0
    """Number of its process, once there is one."""
    state: str = "training"
    digest: str = ""
    """Of its model; empty if there is none."""
    error: str = ""
    hint: str = ""
    code: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    notes: list[dict[str, Any]] = field(default_factory=list)
    """What was assumed of the text, such as its encoding, or mended in it."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED

    def failed(self, error: CharbardError) -> "Job":
        """The same training, with what went wrong."""
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

    def about(self) -> dict[str, Any]:
        """What a client is told."""
        told = asdict(self)
        del told["pid"], told["threads"]
        told["model"] = self.name if self.digest else None
        if not self.error:
            del told["error"], told["hint"], told["code"], told["values"]
        return told


@dataclass(frozen=True)
class Place:
    """The folder of one training."""

    path: Path

    @property
    def text(self) -> Path:
        """What is learned from."""
        return self.path / "text.txt"

    @property
    def run(self) -> Path:
        """The folder of the run, as `charbard train` writes it."""
        return self.path / "run"

    @property
    def bundle(self) -> Path:
        """The best weights so far."""
        return self.run / "model.safetensors"

    @property
    def log(self) -> Path:
        """Every event as a line of JSON."""
        return self.run / "log.jsonl"

    @property
    def complaints(self) -> Path:
        """What the training wrote to stderr."""
        return self.path / "stderr.txt"

    @property
    def cache(self) -> Path:
        """The encoded text: kept here, so that it goes with the text."""
        return self.path / "cache"

    def checkpoints(self) -> list[Path]:
        """What a training could go on from."""
        return list(self.run.glob("checkpoint_*"))

    def can_go_on(self) -> bool:
        """Whether all is there that `--resume` needs."""
        return self.text.exists() and bool(self.checkpoints())

    def save(self, job: Job) -> None:
        """Write the record.

        Raises:
            SaveError: The disk is full.
        """
        content = json.dumps(asdict(job), ensure_ascii=False, indent=1)
        write_atomically(self.path / "job.json", content.encode())

    def load(self) -> Job | None:
        """The record; None if there is none that can be read."""
        names = {one.name for one in fields(Job)}
        try:
            record = json.loads((self.path / "job.json").read_text(encoding="utf-8"))
            return Job(**{name: value for name, value in record.items() if name in names})
        except (OSError, ValueError, TypeError, AttributeError):
            return None

    def is_complete(self) -> bool:
        """Whether the training used all of its time."""
        return any(event.get("complete") for event in Tail(self.log).events())

    def complaint(self) -> tuple[str, str]:
        """The error that ended it and its hint, as the command line told them."""
        try:
            lines = self.complaints.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        said = [line.removeprefix("Error: ") for line in lines if line.startswith("Error: ")]
        hints = [line.removeprefix("Hint: ") for line in lines if line.startswith("Hint: ")]
        last = said[-1] if said else "the training broke off"
        hint = hints[-1] if hints else "the folder of the training has the details"
        return _OPTION.sub(_named, last), _OPTION.sub(_named, hint)


def _named(option: re.Match[str]) -> str:
    """A setting's name as this server has it: minutes is the only one that clients know."""
    return option[1].replace("-", "_")


class Tail:
    """Reads a log as it grows."""

    def __init__(self, path: Path) -> None:
        self._path, self._at = path, 0

    def facts(self) -> list[dict[str, Any]]:
        """What is new since the last time, as clients are told it."""
        return [fact for event in self.events() if (fact := _fact(event))]

    def events(self) -> list[dict[str, Any]]:
        """What is new, as the log has it; a line that is not whole yet is left for later."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._at)
                whole, newline, _ = file.read().rpartition(b"\n")
        except OSError:
            return []
        self._at += len(whole) + len(newline)
        events = []
        for line in whole.splitlines():
            try:
                events.append(json.loads(line))
            except ValueError:  # cut short by a kill
                continue
        return events


def _fact(event: dict[str, Any]) -> dict[str, Any] | None:
    """An event of the log in the words of the API; None if it concerns files only."""
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
        case "notice":
            return {"notice": event["message"]}
    return None


def thinned(facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same story with no more progress than a curve can show; the latest stays."""
    places = [at for at, fact in enumerate(facts) if "progress" in fact]
    stride = -(-len(places) // _MOST_POINTS) or 1
    dropped = set(places) - set(places[::-1][::stride])
    return [fact for at, fact in enumerate(facts) if at not in dropped]
