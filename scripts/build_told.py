"""Write the text that the verse model is trained on: the verse corpus with additional conditions.

In addition to form, dynasty, title and rhyme, each record has the poem's keywords, and its author
if at least FEWEST training poems are theirs: a network learns nothing about rarer authors.
Held-out records are left out. The words need src/charbard/corpus/data/words.tsv, which
`scripts/build_words.py` builds.

    charbard corpus build verse
    python scripts/build_told.py TARGET.jsonl [verse.jsonl]
"""

import json
import sys
from collections import Counter
from pathlib import Path

from charbard.corpus.registry import required
from charbard.corpus.verse import read_poems
from charbard.corpus.verse.poem import Poem
from charbard.corpus.verse.words import words_field

FEWEST = 50


def main() -> None:
    target, *sources = map(Path, sys.argv[1:])
    source = sources[0] if sources else required("verse").path
    poems = Counter(poem.author for poem in read_poems(source) if poem.split == "train")
    known = {author for author, count in poems.items() if author and count >= FEWEST}
    with target.open("w", encoding="utf-8") as file:
        for poem in read_poems(source):
            if poem.split != "heldout":
                told = {name: value for name, value in _told(poem, known) if value}
                file.write(json.dumps(told, ensure_ascii=False) + "\n")
    print(f"{len(known)} authors are told")


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
