"""Write the text that the verse model is trained on: the verse corpus with additional conditions.

In addition to form, dynasty, title and rhyme, each record has the poem's keywords. It also has the
author if the author wrote at least FEWEST training poems, because a network learns nothing about
rarer authors. Held-out records are left out. The keywords need src/charbard/corpus/data/words.tsv,
which `scripts/build_words.py` builds.

Half of the corpus is 诗 of the Yuan, Ming and Qing, but readers ask for poems like those of Tang
and Song. `--every 4` therefore keeps one in four later 诗 for training, and no later poem for
validation.

    charbard corpus build verse
    python scripts/build_told.py TARGET.jsonl [verse.jsonl] [--every 4]
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from charbard.corpus.registry import required
from charbard.corpus.verse import read_poems
from charbard.corpus.verse.poem import Poem
from charbard.corpus.verse.words import words_field

FEWEST = 50


LATER = ("元", "明", "清")
SHI = "五七古排"
"""Forms of 诗 to thin out, by the first characters of their names: later poets wrote them most."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("target", type=Path)
    parser.add_argument("source", type=Path, nargs="?", help="default: the built verse corpus")
    parser.add_argument("--every", type=int, default=1, help="keep one in this many later 诗")
    options = parser.parse_args()
    source = options.source or required("verse").path
    poems = Counter(poem.author for poem in read_poems(source) if poem.split == "train")
    known = {author for author, count in poems.items() if author and count >= FEWEST}
    kept = (poem for poem in read_poems(source) if poem.split != "heldout")
    with options.target.open("w", encoding="utf-8") as file:
        for poem in thinned(kept, options.every):
            told = {name: value for name, value in _told(poem, known) if value}
            file.write(json.dumps(told, ensure_ascii=False) + "\n")
    print(f"{len(known)} authors are told")


def thinned(poems: Iterable[Poem], every: int) -> Iterator[Poem]:
    """Yield all earlier poems, and one in `every` of the later 诗 for training.

    If `every` is more than 1, later poems for validation are dropped. All other later poems are
    kept.
    """
    count = 0
    for poem in poems:
        is_later = every > 1 and poem.dynasty in LATER
        if is_later and poem.split == "train" and poem.form[:1] in SHI:
            count += 1
            if count % every:
                continue
        if not (is_later and poem.split == "validation"):
            yield poem


def _told(poem: Poem, known: set[str]) -> list[tuple[str, str]]:
    return [
        ("form", poem.form),
        ("dynasty", poem.dynasty),
        ("author", poem.author if poem.author in known else ""),
        ("title", poem.title),
        ("words", words_field(poem.text, poem.title)),
        ("rhyme", poem.rhyme),
        ("text", poem.text),
        ("split", poem.split),
    ]


if __name__ == "__main__":
    main()
