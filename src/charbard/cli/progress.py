"""Training progress in the terminal: one line that is rewritten, and permanent lines above it."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from charbard.cli.wording import worded_note
from charbard.errors import Note, Values

if TYPE_CHECKING:
    from charbard.train import events

__all__ = ["Screen"]


class Screen:
    """Display of events on stderr; stdout stays free for results."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[facts]}"),
            console=self._console,
            transient=True,
            disable=quiet or not sys.stderr.isatty(),
        )
        self._task = self._bar.add_task(
            worded_note(Note("training", "training.going")), total=1.0, facts=""
        )
        self._last_printed = -1.0

    def __enter__(self) -> "Screen":
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def say(self, message: str) -> None:
        """Print a permanent line, unless quiet."""
        if not self._quiet:
            self._tell(message)

    def _tell(self, message: str) -> None:
        self._console.print(worded_note(message), markup=False)

    def show(self, event: "events.Event") -> None:
        """Show an event: progress, validation, sample or notice; others are ignored."""
        from charbard.train import events

        match event:
            case events.Progress():
                self._progress(event)
            case events.Validated():
                self.say(_validation(event))
            case events.Sampled():
                self.say(_sample(event))
            case events.Notice():
                self._tell(event.message)  # printed even if quiet: it may change what is learned
            case _:
                pass

    def _progress(self, event: "events.Progress") -> None:
        facts = worded_note(_figures(event))
        self._bar.update(self._task, completed=event.fraction, facts=facts)
        # Without a terminal, print a line per tenth: enough for a log file.
        if self._bar.disable and event.fraction >= self._last_printed + 0.1:
            self._last_printed = event.fraction
            self.say(f"{event.fraction:4.0%}  {worded_note(_epoch(event.epoch))}  {facts}")


def _figures(event: "events.Progress") -> Note:
    told = {
        "loss": f"{event.loss:.3f}",
        "speed": _thousands(event.chars_per_s),
        "peak": f"{event.share_of_peak:.0%}",
        "left": _clock(event.seconds_left),
    }
    return Note(
        f"loss {told['loss']}  {told['speed']} characters/s ({told['peak']} of sgemm peak)"
        f"  {told['left']} left",
        "training.figures",
        told,
    )


def _validation(event: "events.Validated") -> Note:
    epoch, loss = _epoch(event.epoch), f"{event.loss:.4f}"
    mark = Note("best so far", "mark.best") if event.best else Note("not better", "mark.worse")
    told: Values = {"epoch": epoch, "loss": loss, "mark": mark}
    return Note(f"{epoch}  validation {loss}  {mark}", "training.validation", told)


def _epoch(epochs: float) -> Note:
    return Note(f"epoch {epochs:.2f}", "training.epoch", {"epoch": f"{epochs:.2f}"})


def _sample(event: "events.Sampled") -> Note:
    told: Values = {"temperature": event.temperature, "text": _indented(event.text)}
    return Note(
        f"at temperature {event.temperature} it writes:\n{told['text']}", "training.sample", told
    )


def _indented(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())


def _thousands(number: float) -> str:
    """Format a number in thousands, or in full below ten thousand.

    >>> _thousands(93_400), _thousands(870)
    ('93k', '870')
    """
    return f"{number / 1000:.0f}k" if number >= 10_000 else f"{number:.0f}"


def _clock(seconds: float) -> str:
    """Format a duration as minutes and seconds, or as hours and minutes.

    >>> _clock(75), _clock(7500)
    ('1:15', '2:05 h')
    """
    if seconds == float("inf"):
        return "?"
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600}:{whole % 3600 // 60:02d} h"
    return f"{whole // 60}:{whole % 60:02d}"
