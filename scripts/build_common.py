"""Rank the characters of verse: src/charbard/prosody/data/common.txt.

    charbard corpus build verse
    python scripts/build_common.py

Characters are counted in the training records of the verse corpus.
"""

from collections import Counter

from sources import HERE

from charbard.corpus.registry import required
from charbard.corpus.verse import read_poems

MIN_COUNT = 5
PER_LINE = 100
OUT = HERE.parent / "src/charbard/prosody/data/common.txt"
HEAD = """\
# {} characters of verse from before Tang to Qing, commonest first, simplified.
# Counted by scripts/build_common.py in the training records of the verse corpus (MIT); texts are
# public domain.
"""


def main() -> None:
    """Count the characters and write them, the most frequent first."""
    counts: Counter[str] = Counter()
    for poem in read_poems(required("verse").path):
        if poem.split == "train":
            counts.update("".join(poem.lines))
    ranked = sorted(counts, key=lambda char: (-counts[char], char))
    kept = "".join(char for char in ranked if counts[char] >= MIN_COUNT)
    rows = [kept[start : start + PER_LINE] for start in range(0, len(kept), PER_LINE)]
    text = HEAD.format(len(kept)) + "".join(f"{row}\n" for row in rows)
    OUT.write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(kept)} of {len(counts)} characters, {sum(counts.values())} counted")


if __name__ == "__main__":
    main()
