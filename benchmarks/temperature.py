"""Compare poems that a model writes at several temperatures with human-written poems.

    python benchmarks/temperature.py MODEL JUDGE [--form 七绝] [--poems 2000] [--json OUT]

For each temperature, the script measures how surprising the poems are to a separately trained model
(nats per character without marks), how varied they are (distinct-2), how often a character repeats
an earlier character of the poem, and what share of neighbouring pairs occur in no training poem.
The same number of human-written test poems in the same form are measured in the same way. A model
that is less surprising than human poets writes clichés; a model that is more surprising invents
words.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charbard.bundle import load_bundle
from charbard.config import VerseOrder
from charbard.prosody.check import check
from charbard.report.diversity import distinct, grams_of
from charbard.report.verse import read_verse
from charbard.runtime import Task, run
from charbard.writer import VerseWriter
from charbard.writer.inspect.reading import read_scored

TEMPERATURES = (0.5, 0.65, 0.8, 0.9, 1.0)
BATCH = 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("judge", type=Path)
    parser.add_argument("--form", default="七绝")
    parser.add_argument("--poems", type=int, default=2000)
    parser.add_argument("--temperatures", type=float, nargs="*", default=TEMPERATURES)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    writer = VerseWriter(load_bundle(args.model))
    judge = VerseWriter(load_bundle(args.judge))
    known = np.unique(grams_of("\n".join(texts_of(args.form, "train")), 2))
    people = [text for text in texts_of(args.form, "test") if check(text, args.form).is_kept]
    people = people[: args.poems]
    rows = {"people": measured(judge, args.form, people, known)}
    for temperature in args.temperatures:
        texts = list(poems(writer, args.form, temperature, len(people)))
        rows[f"{temperature}"] = measured(judge, args.form, texts, known)
        print(temperature, rows[f"{temperature}"], flush=True)
    print("people", rows["people"])
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1))


def texts_of(form: str, part: str) -> list[str]:
    """Return the poems in this form from one part of the verse corpus."""
    records = read_verse(["verse"], part)
    return [record.text for record in records if record.fields.get("form") == form]


def poems(writer: VerseWriter, form: str, temperature: float, count: int) -> Iterator[str]:
    """Yield this many poems at default settings, without selecting among candidates."""
    for start in range(0, count, BATCH):
        order = VerseOrder(
            form=form,
            titled=False,
            temperature=temperature,
            candidates=min(BATCH, count - start),
            seed=start,
        )
        yield from (poem.text for poem in writer.verse(order))


def measured(
    judge: VerseWriter, form: str, texts: Sequence[str], known: NDArray[np.uint64]
) -> dict[str, float]:
    """Return the number of poems, and the four figures that the module docstring describes."""
    pairs = grams_of("\n".join(texts), 2)
    han = ["".join(char for char in text if char not in "，。") for text in texts]
    return {
        "poems": len(texts),
        "nats": round(nats(judge, form, texts), 3),
        "distinct-2": round(distinct(texts, 2), 3),
        "repeated": round(float(np.mean([1 - len(set(t)) / len(t) for t in han])), 4),
        "new pairs": round(1 - float(np.isin(pairs, known).mean()), 4),
    }


def nats(judge: VerseWriter, form: str, texts: Sequence[str]) -> float:
    """Return the judge's mean nats per character; marks are read but not counted."""
    prime = judge.request(VerseOrder(form=form, titled=False)).prompt
    ids = [judge.bundle.vocab.encode(text).tolist() for text in texts]
    total, count = 0.0, 0
    for number, logp in run(
        judge.network, [Task(read_scored(prime, each)) for each in ids], rows=256
    ):
        kept = [v for char, v in zip(texts[number], logp, strict=True) if char not in "，。"]
        total, count = total - sum(kept), count + len(kept)
    return total / count


if __name__ == "__main__":
    main()
