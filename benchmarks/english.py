"""Measure models on the held-out end of each part of the corpus `english`.

    charbard corpus build english
    python benchmarks/english.py english [MORE MODELS] [--most 100000]

Each model is evaluated by protocol A (windows of 256 characters, each from a zero state) on the
first `--most` characters of each end, with the weights rounded as they are for writing. Losses are
in nats per character. The end of Shakespeare's part is also held out by the corpus `shakespeare`.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from charbard.bundle import load_bundle
from charbard.config import CorpusConfig
from charbard.corpora.works import BETWEEN
from charbard.corpus.registry import BuiltCorpus, required
from charbard.report import evaluate


def ends(corpus: BuiltCorpus) -> Iterator[tuple[str, str]]:
    """Yield each part's name and held-out end; the held-out ends come last in the text."""
    text = corpus.path.read_text(encoding="utf-8")
    sizes = corpus.about["heldout_characters"]
    place = len(text) - sum(sizes.values()) - len(BETWEEN) * (len(sizes) - 1)
    for name, size in sizes.items():
        yield name, text[place : place + size]
        place += size + len(BETWEEN)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=100_000)
    options = parser.parse_args()
    corpus = required("english")
    with TemporaryDirectory() as folder:
        for model in options.models:
            bundle, row = load_bundle(model), {"model": str(model)}
            for name, text in ends(corpus):
                path = Path(folder) / f"{name}.txt"
                path.write_text(text[: options.most], encoding="utf-8")
                found = evaluate(
                    bundle, [str(path)], CorpusConfig(), protocol="A", part="all", rounded=True
                )
                row[name] = f"{found.nats_per_char:.4f} of {found.chars}"
            print(json.dumps(row))


if __name__ == "__main__":
    main()
