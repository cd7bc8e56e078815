"""Count rhyme words that complete no word: characters never written after the one before them.

    charbard corpus build verse
    python benchmarks/rhyme_words.py [MODEL] [--poems 300]

The script compares human-written 七绝 of the test part with the model's on the same titles, without
and with the bias of `writer.verse.followers`. For each place in the rhymed lines, it prints what
share of the pairs of neighbouring characters occur in no training poem of the verse corpus. For the
model's poems, it also prints the mean log-probability.
"""

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from charbard.config import VerseOrder
from charbard.corpus.registry import required
from charbard.corpus.split import lines_in
from charbard.corpus.verse import Poem, read_poems
from charbard.writer import VerseWriter
from charbard.writer.verse import writer as verse_writer
from charbard.writer.verse.followers import towards_followers

PLACES = 6
RHYMED = (0, 1, 3)
"""0-based lines of a 七绝 that rhyme; the first line need not rhyme."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", default="verse")
    parser.add_argument("--poems", type=int, default=300)
    options = parser.parse_args()
    known, heldout = read()
    chosen = random.Random(3).sample(heldout, options.poems)
    show("people", (lines_in(poem.text) for poem in chosen), known)
    writer = VerseWriter.open(options.model)
    for name, rule in (("model, no bias", lambda _: lambda _: None), ("model", towards_followers)):
        setattr(verse_writer, "towards_followers", rule)  # noqa: B010 - mypy: not exported
        poems = [
            writer.verse(VerseOrder(theme=poem.title, seed=seed, candidates=1))[0]
            for seed, poem in enumerate(chosen)
        ]
        show(name, (poem.lines for poem in poems), known)
        print(f"    {sum(poem.score.model for poem in poems) / len(poems):.3f} nats a character")


def read() -> tuple[Counter[str], list[Poem]]:
    """Return the counts of pairs in training poems, and the test part's 七绝 with short titles."""
    known, heldout = Counter[str](), []
    for poem in read_poems(required("verse").path):
        if poem.split == "train":
            known.update(pairs_of(lines_in(poem.text)))
        elif poem.split == "test" and poem.form == "七绝" and 2 <= len(poem.title) <= 8:
            heldout.append(poem)
    return known, heldout


def pairs_of(lines: Iterable[str]) -> Iterator[str]:
    """Yield the pairs of neighbouring characters in each line."""
    return (a + b for line in lines for a, b in pairwise(line))


def show(name: str, poems: Iterable[Sequence[str]], known: Counter[str]) -> None:
    """Print the share of unknown pairs at each place of the rhymed lines; the last place is the
    rhyme word's."""
    seen = unknown = [0] * PLACES
    for lines in poems:
        for line in (lines[at] for at in RHYMED):
            news = [not known[pair] for pair in pairs_of([line])]
            seen = [n + 1 for n in seen]
            unknown = [n + is_new for n, is_new in zip(unknown, news, strict=True)]
    print(f"{name:16}", *(f"{100 * n / of:5.1f}" for n, of in zip(unknown, seen, strict=True)), "%")


if __name__ == "__main__":
    main()
