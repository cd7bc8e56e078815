"""Draw a training run from its log: the loss curve, with samples written on the way.

python scripts/draw_run.py runs/shakespeare docs/run.svg
"""

import argparse
import html
from collections.abc import Iterator, Sequence
from pathlib import Path
from textwrap import wrap
from typing import Any

from charbard.train.journal import read_journal

_WIDTH, _HEIGHT = 900, 400
_LEFT, _TOP, _RIGHT, _BOTTOM = 60, 40, 390, 350
_TEXT_X, _LINE_HEIGHT, _LINE_CHARS = 430, 15, 62
_LINES = (3, 6, 9)
"""Number of lines shown of the first, the second and the last sample."""
_STYLE = """
text{font:13px sans-serif;fill:#333}.small{font-size:11px;fill:#777}
.sample{font:11.5px ui-monospace,Menlo,Consolas,monospace;white-space:pre}
.axis{stroke:#999;fill:none}.grid{stroke:#e4e0d6}.training{stroke:#c9a58e;fill:none}
.validation{stroke:#b5442e;fill:none;stroke-width:2}.dot{fill:#b5442e}.paper{fill:#fbfaf7}
"""

Point = tuple[float, float]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path, help="folder of a finished run")
    parser.add_argument("picture", type=Path, help="the .svg to write")
    parser.add_argument("--temperature", type=float, default=0.5, help="which samples to show")
    arguments = parser.parse_args()
    events = read_journal(arguments.run / "log.jsonl")
    arguments.picture.write_text(_drawn(events, arguments.temperature), encoding="utf-8")


def _drawn(events: Sequence[dict[str, Any]], temperature: float) -> str:
    end = next(event for event in events if event["event"] == "finished")
    training = [(e["epoch"], e["loss"]) for e in events if e["event"] == "progress"]
    validation = [(e["epoch"], e["loss"]) for e in events if e["event"] == "validated"]
    title = f"{end['elapsed_s'] / 60:.1f} minutes: {end['loss']:.3f} nats per character"
    body = [
        f'<rect class="paper" width="{_WIDTH}" height="{_HEIGHT}" rx="8"/>',
        f'<text x="{_LEFT}" y="24">{title}</text>',
        *_chart(training, validation),
        *_samples(events, temperature),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        f' role="img"><title>{title}</title><style>{_STYLE}</style>\n'
        + "\n".join(body)
        + "\n</svg>\n"
    )


def _chart(training: Sequence[Point], validation: Sequence[Point]) -> Iterator[str]:
    """Draw the loss over epochs, and clip everything above the first validation loss."""
    widest = max(epoch for epoch, _ in (*training, *validation))
    lowest = min(loss for _, loss in (*training, *validation))
    highest = validation[0][1]

    def place(point: Point) -> str:
        x = _LEFT + point[0] / widest * (_RIGHT - _LEFT)
        share = (min(point[1], highest) - lowest) / (highest - lowest)
        return f"{x:.1f},{_BOTTOM - share * (_BOTTOM - _TOP):.1f}"

    for tick in _ticks(lowest, highest):
        y = place((0, tick)).split(",")[1]
        yield f'<path class="grid" d="M{_LEFT},{y}H{_RIGHT}"/>'
        yield f'<text class="small" x="{_LEFT - 30}" y="{float(y) + 4:.1f}">{tick:.1f}</text>'
    yield f'<path class="axis" d="M{_LEFT},{_TOP}V{_BOTTOM}H{_RIGHT}"/>'
    yield f'<polyline class="training" points="{" ".join(map(place, training))}"/>'
    yield f'<polyline class="validation" points="{" ".join(map(place, validation))}"/>'
    for point in validation:
        x, y = place(point).split(",")
        yield f'<circle class="dot" cx="{x}" cy="{y}" r="3.5"/>'
    yield (
        f'<text class="small" x="{_LEFT}" y="{_BOTTOM + 18}">while it reads the text'
        f" {widest:.1f} times; dots: on text it has not seen</text>"
    )


def _ticks(lowest: float, highest: float) -> Iterator[float]:
    for tenths in range(int(lowest * 10) + 1, int(highest * 10) + 1):
        if tenths % 2 == 0:
            yield tenths / 10


def _samples(events: Sequence[dict[str, Any]], temperature: float) -> Iterator[str]:
    """Draw the first, the second and the last sample that were written at one temperature."""
    found = [e for e in events if e["event"] == "sampled" and e["temperature"] == temperature]
    y = 24
    for sample, lines in zip([*found[:2], found[-1]], _LINES, strict=True):
        yield f'<text class="small" x="{_TEXT_X}" y="{y}">after {sample["step"]} steps</text>'
        for line in _wrapped(sample["text"])[:lines]:
            y += _LINE_HEIGHT
            yield f'<text class="sample" x="{_TEXT_X}" y="{y}">{html.escape(line)}</text>'
        y += 2 * _LINE_HEIGHT


def _wrapped(text: str) -> list[str]:
    return [part for line in text.splitlines() for part in wrap(line, _LINE_CHARS)]


if __name__ == "__main__":
    main()
