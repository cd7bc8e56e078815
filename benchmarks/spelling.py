"""Measure the cost and the benefit of restricting a model to listed words.

    python benchmarks/spelling.py [MODEL] [--texts 20] [--length 1000] [--temperatures 0.7 1.0]

For each temperature, the script prints the share of words that are listed, with and without the
constraint, and the price of the constraint in nats per character. The price is the mean of -log of
the probability that the model, at temperature 1, gives to the allowed characters. A word truncated
by the length limit is not counted.
"""

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from charbard.bundle import load_bundle
from charbard.config import SampleOptions
from charbard.runtime import Anything, Constraint, Draws, Emit, Plan, Steps, Task, as_ids, run
from charbard.text.words import APOSTROPHES, HYPHENS, capitalised
from charbard.writer import Writer
from charbard.writer.text.spelling import Spelling, WordList


def steps(prompt: Sequence[int], constraint: Constraint[Any], draws: Draws, length: int) -> Steps:
    """Write one text; emit its ids and the total price of the constraint."""
    state, last, ids, price = constraint.start(), prompt[-1], list[int](), 0.0
    for step in range(length):
        outcome = yield Plan((0,), (last,), (draws.spec(constraint.choices(state)[0], step),))
        last = outcome.ids[0]
        ids.append(last)
        price -= outcome.log_mass[0]
        state = constraint.advance(state, last)
    yield Emit((ids, price))


def share_listed(texts: Sequence[str], words: set[str]) -> float:
    """Return the share of words that are listed, without using the constraint's code."""
    pieces = [
        piece.strip(APOSTROPHES)
        for text in texts
        for piece in re.findall(f"[^\\W\\d_{APOSTROPHES}]+(?:['’][^\\W\\d_{APOSTROPHES}]+)*", text)[
            :-1
        ]
    ]
    return sum(piece in words for piece in pieces) / len(pieces)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", nargs="?", type=Path, default=Path("english"))
    parser.add_argument("--texts", type=int, default=20)
    parser.add_argument("--length", type=int, default=1000)
    parser.add_argument("--temperatures", type=float, nargs="+", default=[0.7, 1.0])
    options = parser.parse_args()
    writer = Writer(load_bundle(options.model))
    vocab, listed = writer.bundle.vocab, writer.bundle.spelling
    parts = {part for word in listed for part in re.split(f"[{HYPHENS}]", word)}
    known = {word.strip(APOSTROPHES) for word in (*listed, *parts)}
    known |= {capitalised(word) for word in known if word}
    allowed = as_ids(range(vocab.first_char, len(vocab)))
    spelling = Spelling(vocab, allowed, WordList(listed, frozenset(vocab.chars)), "")
    prompt = vocab.opening(has_records=False)
    for temperature in options.temperatures:
        row: dict[str, float] = {"temperature": temperature}
        for name, constraint in (("free", Anything(allowed)), ("listed", spelling)):
            draws = [
                Draws(options=SampleOptions(temperature=temperature), seed=1, sample=sample)
                for sample in range(options.texts)
            ]
            tasks = [Task(steps(prompt, constraint, each, options.length)) for each in draws]
            written = [value for _, value in run(writer.network, tasks)]
            row[f"words, {name}"] = share_listed([vocab.decode(ids) for ids, _ in written], known)
            row[f"price, {name}"] = sum(price for _, price in written) / (
                options.texts * options.length
            )
        print(json.dumps(row))


if __name__ == "__main__":
    main()
