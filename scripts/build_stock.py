"""Build src/charbard/writer/data/stock.txt: stock phrases of four characters that many poems share.

Phrases are counted inside the lines of the verse corpus's training records, once per poem.

    charbard corpus build verse
    python scripts/build_stock.py
"""

import hashlib
import sys
from collections import Counter
from pathlib import Path

from charbard.corpus.registry import required
from charbard.corpus.verse import read_poems
from charbard.writer.verse.stock import LENGTH

FEWEST = 20
"""Minimum number of poems that share a phrase."""
OUT = Path(__file__).parents[1] / "src/charbard/writer/data/stock.txt"
HEAD = "# Phrases that many poems share, the commonest first. Made by scripts/build_stock.py.\n"


def main() -> None:
    counts: Counter[str] = Counter()
    for poem in read_poems(required("verse").path):
        if poem.split == "train":
            lines = poem.text.replace("。", "，").replace("、", "，").split("，")
            counts.update(
                {line[at : at + LENGTH] for line in lines for at in range(len(line) - LENGTH + 1)}
            )
    found = [phrase for phrase, count in counts.most_common() if count >= FEWEST]
    OUT.write_text(HEAD + "\n".join(sorted(found, key=lambda p: (-counts[p], p))) + "\n", "utf-8")
    digest = hashlib.sha256(OUT.read_bytes()).hexdigest()
    print(f"{len(found)} phrases, {OUT.stat().st_size} bytes, {digest}", file=sys.stderr)


if __name__ == "__main__":
    main()
