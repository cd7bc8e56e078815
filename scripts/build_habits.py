"""Build src/charbard/writer/data/habits.tsv: pairs of characters that a model overuses.

The model writes poems on many training titles with default settings. The script counts neighbouring
pairs of characters within the lines of these poems, and of human-written poems in the same forms.
Empty habits.tsv before the model writes, because the old list would suppress the habits that the
script looks for.

    charbard corpus build verse-core
    python scripts/build_habits.py --write poems.jsonl     (2,000 poems: half an hour)
    python scripts/build_habits.py poems.jsonl
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

from charbard.config import VerseOrder
from charbard.corpus.registry import required
from charbard.corpus.split import lines_in
from charbard.corpus.verse import Poem, read_poems
from charbard.prosody.poem import is_han
from charbard.writer import VerseWriter

FORMS = ("五绝", "七绝", "五律", "七律")
TITLE_CHARS = range(2, 8)
FEWEST = 8
"""Minimum number of times the model must have written a pair."""
FEWEST_POEMS = 6
TIMES = 2.0
"""Minimum ratio of a pair's frequency in the model's poems to that in human-written poems."""
MOST_TIMES = 12.0
"""Cap on that ratio, which is least certain for the rarest pairs."""
UNSEEN = 50
"""Pseudo-count added to counts in human-written poems, so that rare pairs have moderate ratios."""
OUT = Path(__file__).parents[1] / "src/charbard/writer/data/habits.tsv"
HEAD = "# Pairs that the model writes too often, and how many times so: scripts/build_habits.py\n"


def people() -> Iterator[Poem]:
    """Return the human-written training poems in `FORMS`."""
    poems = read_poems(required("verse-core").path)
    return (poem for poem in poems if poem.split == "train" and poem.form in FORMS)


def write(model: str, count: int, out: Path) -> None:
    """Write a poem on each of `count` random training titles."""
    titled = [
        (poem.form, poem.title)
        for poem in people()
        if len(poem.title) in TITLE_CHARS and all(map(is_han, poem.title))
    ]
    writer = VerseWriter.open(model)
    with out.open("w", encoding="utf-8") as file:
        for seed, (form, title) in enumerate(random.Random(5).sample(titled, count)):
            order = VerseOrder(form=form, theme=title, seed=seed, candidates=1)
            (poem,) = writer.verse(order)
            file.write(json.dumps([form, title, poem.text], ensure_ascii=False) + "\n")
            print(f"\r{seed + 1} of {count}", end="", file=sys.stderr)


def pairs(texts: Iterable[str]) -> Counter[str]:
    """Count the occurrences of each pair of neighbouring characters within lines."""
    return Counter(a + b for text in texts for line in lines_in(text) for a, b in pairwise(line))


def count(path: Path) -> None:
    """Compare the model's poems with human-written ones; write the pairs that it overuses."""
    texts = [text for _, _, text in map(json.loads, path.read_text("utf-8").splitlines())]
    own, theirs = pairs(texts), pairs(poem.text for poem in people())
    poems = Counter(pair for text in texts for pair in set(pairs([text])))
    scale = own.total() / theirs.total()
    times = {pair: seen / ((theirs[pair] + UNSEEN) * scale) for pair, seen in own.items()}
    found = sorted(
        (-min(times[pair], MOST_TIMES), pair)
        for pair, seen in own.items()
        if seen >= FEWEST and poems[pair] >= FEWEST_POEMS and times[pair] > TIMES
    )
    OUT.write_text(HEAD + "".join(f"{pair}\t{-n:.1f}\n" for n, pair in found), "utf-8")
    share = sum(own[pair] for _, pair in found) / own.total()
    print(f"{len(found)} pairs, {share:.0%} of {len(texts)} poems", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("poems", type=Path, help="what was written, JSON lines")
    parser.add_argument("--write", action="store_true", help="write it first")
    parser.add_argument("--model", default="verse")
    parser.add_argument("--poems", dest="count", type=int, default=2000)
    options = parser.parse_args()
    if options.write:
        write(options.model, options.count, options.poems)
    else:
        count(options.poems)


if __name__ == "__main__":
    main()
