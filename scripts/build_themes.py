"""Build src/charbard/writer/data/themes.txt: titles that many poets chose, to be drawn as themes.

A title is a theme if its poems are about it, that is, if they contain one of its characters more
often than poems in general do. This leaves out empty titles (偶成, 又题). The counts come from the
training records of the verse corpus.

    charbard corpus build verse
    python scripts/build_themes.py
"""

import hashlib
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from charbard.corpus.registry import required
from charbard.corpus.verse import read_poems

FEWEST = 4
"""Minimum number of poets who chose a title."""
SURPLUS = 0.3
"""Minimum excess of the share of a title's poems that contain one of its characters over the share
of all poems that contain that character; the best character of the title counts."""
TITLE = re.compile(r"[一-鿿]{2,5}")
NUMBERED = re.compile(r"[一二三四五六七八九十]首|其[一二三四五六七八九十]")
OUT = Path(__file__).parents[1] / "src/charbard/writer/data/themes.txt"
HEAD = "# Titles that many poets chose, sorted. Made by scripts/build_themes.py.\n"


def main() -> None:
    poets: defaultdict[str, set[str]] = defaultdict(set)
    poems: Counter[str] = Counter()
    with_char: Counter[str] = Counter()
    with_both: Counter[tuple[str, str]] = Counter()
    total = 0
    for poem in read_poems(required("verse").path):
        if poem.split != "train":
            continue
        total += 1
        chars = set(poem.text)
        with_char.update(chars)
        if TITLE.fullmatch(poem.title) and not NUMBERED.search(poem.title):
            poets[poem.title].add(poem.author)
            poems[poem.title] += 1
            with_both.update((poem.title, char) for char in set(poem.title) & chars)

    def surplus(title: str) -> float:
        return max(
            with_both[title, char] / poems[title] - with_char[char] / total for char in title
        )

    found = [
        title for title, by in poets.items() if len(by) >= FEWEST and surplus(title) >= SURPLUS
    ]
    OUT.write_text(HEAD + "\n".join(sorted(found)) + "\n", "utf-8")
    digest = hashlib.sha256(OUT.read_bytes()).hexdigest()
    print(f"{len(found)} themes, {OUT.stat().st_size} bytes, {digest}", file=sys.stderr)


if __name__ == "__main__":
    main()
