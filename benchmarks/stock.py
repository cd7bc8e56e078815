"""Count human-written and generated lines that contain one of the 500 commonest stock phrases.

    python benchmarks/stock.py MODEL [--poems 300] [--temperature 0.5]

Human-written lines are those of the 七绝 in the validation and test parts of the verse corpus. The
model writes each poem from only the form, with one draft, once without the biases against stock
phrases and habits and once with both. A stock phrase is counted anywhere in a line, and separately
at its beginning.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from unittest import mock

from charbard.bundle import load_bundle
from charbard.config import VerseOrder
from charbard.corpus.registry import required
from charbard.corpus.verse import read_poems
from charbard.runtime.quant import ByteModel
from charbard.writer import VerseWriter
from charbard.writer.verse.stock import LENGTH

FORM, MOST, SAME = "七绝", 500, 20
BIASES = ("away_from_stock", "away_from_habits")


def commonest() -> frozenset[str]:
    """Return the `MOST` stock phrases that occur in the most poems."""
    text = files("charbard.writer.data").joinpath("stock.txt").read_text(encoding="utf-8")
    phrases = [line for line in text.splitlines() if not line.startswith("#")]
    return frozenset(phrases[:MOST])


def shares(lines: Sequence[str], phrases: frozenset[str]) -> dict[str, float | int]:
    """Return the shares of lines that contain a phrase, and that begin with one."""
    spans = [{line[at : at + LENGTH] for at in range(len(line) - LENGTH + 1)} for line in lines]
    held = sum(not phrases.isdisjoint(each) for each in spans)
    begun = sum(line[:LENGTH] in phrases for line in lines)
    return {"lines": len(lines), "hold": held / len(lines), "begin": begun / len(lines)}


def written(writer: VerseWriter, poems: int, temperature: float) -> Iterator[str]:
    """Yield the lines of this many poems, each written with one draft."""
    for seed in range(-(-poems // SAME)):
        order = VerseOrder(
            form=FORM, titled=False, candidates=SAME, drafts=1, seed=seed, temperature=temperature
        )
        for poem in writer.verse(order):
            yield from poem.lines


def _no_bias(ids: Sequence[int]) -> None:
    """Return no bias."""


def main() -> None:
    """Print a row for human-written lines, and one each for the model without and with biases."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--poems", type=int, default=300)
    parser.add_argument("--temperature", type=float, default=0.5)
    options = parser.parse_args()
    phrases = commonest()
    poems = read_poems(required("verse").path)
    people = [
        line
        for poem in poems
        if poem.form == FORM and poem.split in ("validation", "test")
        for line in poem.lines
    ]
    print(json.dumps({"who": "people", **shares(people, phrases)}))
    bundle = load_bundle(options.model)
    for who, biases in (("model without a bias", BIASES), ("model", ())):
        patches = [
            mock.patch(f"charbard.writer.verse.writer.{name}", return_value=_no_bias)
            for name in biases
        ]
        for patch in patches:
            patch.start()
        writer = VerseWriter(bundle, ByteModel(bundle, threads=1))
        lines = list(written(writer, options.poems, options.temperature))
        for patch in patches:
            patch.stop()
        print(json.dumps({"who": who, **shares(lines, phrases)}))


if __name__ == "__main__":
    main()
