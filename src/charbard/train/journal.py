"""Log the events of a training run as lines of JSON, and as curves for TensorBoard."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from charbard.errors import facts_of, in_python, spelled
from charbard.files import readable, saving
from charbard.train.events import Event, Finished, Notice, Progress, Validated

__all__ = ["Journal", "TensorBoard", "read_journal"]


class Journal:
    """A log file of events; a resumed run appends to the same file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with saving(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] = path.open("a", encoding="utf-8")
            if not _ends_a_line(path):  # a kill truncated the last line
                self._file.write("\n")

    def write(self, event: Event) -> None:
        """Write an event as one line: its kind, then its fields.

        Raises:
            SaveError: The disk is full.
        """
        fields = {name: _plain(value) for name, value in asdict(event).items()}
        if isinstance(event, Notice):
            fields = {"message": spelled(event.message, in_python), **facts_of(event.message)}
        line = json.dumps({"event": type(event).__name__.lower(), **fields}, ensure_ascii=False)
        with saving(self._path):
            self._file.write(line + "\n")
            self._file.flush()

    def close(self) -> None:
        """Close the log file.

        Raises:
            SaveError: The disk is full.
        """
        with saving(self._path):
            self._file.close()


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 1))
        return file.read(1) in (b"", b"\n")


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return readable(value.name)
    if isinstance(value, float):  # JSON has no infinity
        return round(value, 6) if math.isfinite(value) else None
    return value


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Read the events of a run, except truncated lines and steps that were repeated later."""
    events: list[dict[str, Any]] = []
    reached = 0
    for line in path.read_text(encoding="utf-8").split("\n"):
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        step = event.get("step", reached)
        if step < reached:
            events = [earlier for earlier in events if earlier.get("step", 0) <= step]
        reached = step
        events.append(event)
    return events


class TensorBoard:
    """A writer of curves for TensorBoard; it needs the package tensorboard."""

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer: Any = SummaryWriter(str(folder))

    def write(self, event: Event) -> None:
        """Write loss, learning rate, gradient norm and speed; other values have no curve."""
        if isinstance(event, Progress):
            for name in ("loss", "rate", "grad_norm", "chars_per_s"):
                self._writer.add_scalar(f"train/{name}", getattr(event, name), event.step)
        elif isinstance(event, Validated):
            self._writer.add_scalar("validation/loss", event.loss, event.step)
        elif isinstance(event, Finished):
            self._writer.flush()

    def close(self) -> None:
        """Close TensorBoard's writer."""
        self._writer.close()
