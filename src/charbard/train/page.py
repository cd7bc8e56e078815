"""Write the report page of a training run, with curves, samples and settings, as plain HTML."""

import html
import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from charbard.files import write_atomically
from charbard.train.journal import read_journal

__all__ = ["curves", "write_page"]

_STYLE = """
body{font:16px/1.6 Georgia,"Songti SC","Noto Serif CJK SC",serif;max-width:46rem;
margin:3rem auto;padding:0 1rem;color:#222;background:#fbfaf7}
h1,h2{font-weight:normal}svg{max-width:100%;height:auto}
pre{white-space:pre-wrap;background:#f3f0e8;padding:.8rem 1rem;border-left:3px solid #b5442e}
td{padding:.1rem 1.2rem .1rem 0;vertical-align:top}small{color:#777}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1a18}pre{background:#26241f}
svg{background:#f3f0e8}}
"""


def write_page(log: Path, page: Path, *, title: str, about: dict[str, Any]) -> None:
    """Write the report page of a run.

    Args:
        log: The log that `Journal` wrote.
        page: The HTML file to write.
        title: Heading of the page.
        about: Settings and facts for the table at the end of the page.

    Raises:
        SaveError: The page cannot be written.
    """
    events = read_journal(log)
    body = [
        f"<h1>{html.escape(title)}</h1>",
        f"<p>{html.escape(_summary(events))}</p>",
        "<h2>Loss</h2>",
        _curves(events),
        "<h2>What it wrote while it learned</h2>",
        *_samples(events),
        "<h2>Settings</h2>",
        _table(about),
    ]
    write_atomically(page, _document(title, "\n".join(body)).encode())


def _document(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>{body}</html>\n"
    )


def _summary(events: Sequence[dict[str, Any]]) -> str:
    ends = [event for event in events if event["event"] == "finished"]
    if not ends:
        return "Still running, or cut short: see the log."
    end = ends[-1]
    state = "Finished" if end["complete"] else "Interrupted"
    verdict = end.get("verdict", "")
    return (
        f"{state} after {end['elapsed_s'] / 60:.1f} minutes, {end['step']} steps, "
        f"{end['epoch']:.2f} epochs: {end['loss']:.4f} nats per character on text it has not seen."
        f"{f' {verdict[:1].upper()}{verdict[1:]}.' if verdict else ''}"
    )


def curves(log: Path) -> str:
    """Draw the loss curves of a run's log as SVG."""
    return _curves(read_journal(log))


def _curves(events: Sequence[dict[str, Any]]) -> str:
    """Draw training and validation loss over epochs as SVG."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.add_subplot()
    for kind, style, label in (("progress", "-", "training"), ("validated", "o-", "validation")):
        of_kind = [event for event in events if event["event"] == kind]
        points = [(e["epoch"], e["loss"]) for e in of_kind if e["loss"] is not None]
        if points:
            axes.plot(*zip(*points, strict=True), style, markersize=3, label=label)
    if axes.lines:
        axes.legend()
    axes.set_xlabel("epochs")
    axes.set_ylabel("nats per character")
    axes.grid(alpha=0.3)
    drawing = StringIO()
    figure.savefig(drawing, format="svg", metadata={"Date": None})
    return drawing.getvalue().split("?>", 1)[-1]


def _samples(events: Sequence[dict[str, Any]]) -> list[str]:
    found = [event for event in events if event["event"] == "sampled"]
    return [
        f"<p><small>step {event['step']}, temperature {event['temperature']}</small></p>"
        f"<pre>{html.escape(event['text'])}</pre>"
        for event in found
    ]


def _table(about: dict[str, Any]) -> str:
    rows = (
        f"<tr><td>{html.escape(str(name))}</td>"
        f"<td>{html.escape(value if isinstance(value, str) else json.dumps(value))}</td></tr>"
        for name, value in about.items()
    )
    return f"<table>{''.join(rows)}</table>"
