"""Rank the characters of Tang and Song verse: src/charbard/prosody/data/common.txt.

python scripts/build_common.py SOURCES
"""

import sys
from collections import Counter
from pathlib import Path

from sources import HERE
from verse_corpus import poems, simplified

MIN_COUNT = 5
PER_LINE = 100


def main(folder: Path) -> None:
    """Count, and write the commonest first."""
    counts: Counter[str] = Counter()
    for corpus in ("tang", "song", "ci"):
        for poem in poems(folder, corpus):
            counts.update(simplified("".join(poem.lines)))
    ranked = sorted(counts, key=lambda char: (-counts[char], char))
    kept = "".join(char for char in ranked if counts[char] >= MIN_COUNT)
    rows = [kept[start : start + PER_LINE] for start in range(0, len(kept), PER_LINE)]
    head = (
        f"# {len(kept)} characters of Tang and Song verse, commonest first, simplified.\n"
        "# Counted by scripts/build_common.py in npm chinese-poetry 2.0.1 (MIT); texts are"
        " public domain.\n"
    )
    path = HERE.parent / "src/charbard/prosody/data/common.txt"
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8", newline="\n")
    print(len(kept), sum(counts.values()))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
