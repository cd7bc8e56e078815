"""A training's events as lines of JSON, for plotting, for TensorBoard, and for the report."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from charbard.files import saving
from charbard.train.events import Event, Finished, Progress, Validated

__all__ = ["Journal", "TensorBoard", "read_journal"]


class Journal:
    """Appends events to a file; a resumed run goes on in the same one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with saving(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[str] = path.open("a", encoding="utf-8")

    def write(self, event: Event) -> None:
        """One line: the kind of the event, then its fields.

        Raises:
            SaveError: The disk is full.
        """
        fields = {name: _plain(value) for name, value in asdict(event).items()}
        line = json.dumps({"event": type(event).__name__.lower(), **fields}, ensure_ascii=False)
        with saving(self._path):
            self._file.write(line + "\n")
            self._file.flush()

    def close(self) -> None:
        """No more will come."""
        self._file.close()


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return value.name
    return round(value, 6) if isinstance(value, float) else value


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Every event of a run; a last line that a kill cut short is left out."""
    events = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            events.append(json.loads(line))
        except json.JSONDecodeError:
            break
    return events


class TensorBoard:
    """The same curves for TensorBoard, if it is installed."""

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer: Any = SummaryWriter(str(folder))

    def write(self, event: Event) -> None:
        """Losses, speed and rate; other events have no curve."""
        if isinstance(event, Progress):
            for name in ("loss", "rate", "grad_norm", "chars_per_s"):
                self._writer.add_scalar(f"train/{name}", getattr(event, name), event.step)
        elif isinstance(event, Validated):
            self._writer.add_scalar("validation/loss", event.loss, event.step)
        elif isinstance(event, Finished):
            self._writer.flush()

    def close(self) -> None:
        """No more will come."""
        self._writer.close()
