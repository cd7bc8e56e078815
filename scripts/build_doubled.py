"""Count which characters verse doubles, and where: src/charbard/prosody/data/doubled.tsv.

    charbard corpus build verse
    python scripts/build_doubled.py

The script counts the training records of the verse corpus, separately for 诗 and for 词 with 曲, by
line length and place: 悠悠 opens and closes lines of seven, 年年 opens them but hardly ever closes
them. A character is listed at a place if it is doubled there at least FEWEST times, and if the
lower bound of the 95 % Wilson interval for its share of doublings reaches SHARE. The bound excludes
心, which is followed by another 心 once in a thousand times, by accident. A place is left out if
fewer than one line in RARE_PLACE doubles a character there, because the two characters then belong
to different words (the second and third character of a line of five, as in "忆君君不知").
"""

import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import sqrt

from sources import HERE

from charbard.corpus.registry import required
from charbard.corpus.verse import read_poems
from charbard.prosody.book import common_chars
from charbard.prosody.doubled import LONG, place_of

FEWEST, SHARE, RARE_PLACE = 3, 0.01, 400
KINDS = {"诗": "诗", "诗经": "诗", "词": "词", "曲": "词"}
OUT = HERE.parent / "src/charbard/prosody/data/doubled.tsv"
HEAD = f"""\
# Characters that people double on the spot, by where they do: 诗 or 词, characters of the line
# ({LONG}: as many or more, at any place), place of the first of the two, the characters.
# Counted by scripts/build_doubled.py in the training records of the verse corpus (MIT).
"""
Place = tuple[str, int, int]


def count() -> tuple[Counter[Place], Counter[tuple[Place, str]], Counter[tuple[Place, str]]]:
    """For each place, count the lines that have it, each character there, and each character that
    is doubled there."""
    lines: Counter[Place] = Counter()
    seen: Counter[tuple[Place, str]] = Counter()
    doubled: Counter[tuple[Place, str]] = Counter()
    for poem in read_poems(required("verse").path):
        if poem.split != "train" or poem.kind not in KINDS:
            continue
        for line in poem.lines:
            for at, (char, after) in enumerate(pairwise(line)):
                place = (KINDS[poem.kind], *place_of(len(line), at))
                lines[place] += 1
                seen[place, char] += 1
                doubled[place, char] += char == after
    return lines, seen, doubled


def sure(hits: int, of: int) -> float:
    """Return the lower bound of the 95 % Wilson interval for a share."""
    z, share = 1.96, hits / of
    middle = share + z**2 / (2 * of)
    return (middle - z * sqrt(share * (1 - share) / of + z**2 / (4 * of**2))) / (1 + z**2 / of)


def rows() -> Iterator[str]:
    """Yield one row per place, with its characters in order of their frequency in verse."""
    lines, seen, doubled = count()
    rank = {char: at for at, char in enumerate(common_chars())}
    for place in sorted(lines):
        here = {char: n for (where, char), n in doubled.items() if where == place and n}
        total = sum(here.values())
        if total * RARE_PLACE < lines[place]:
            print(f"{place}: no place to double, {total} of {lines[place]}", file=sys.stderr)
            continue
        kept = [
            char for char, n in here.items() if n >= FEWEST and sure(n, seen[place, char]) >= SHARE
        ]
        cover = sum(here[char] for char in kept) / total
        print(f"{place}: {len(kept)} characters, {cover:.0%} of {total}", file=sys.stderr)
        if kept:
            kept.sort(key=lambda char: (rank.get(char, len(rank)), char))
            yield "\t".join((place[0], str(place[1]), str(place[2]), "".join(kept))) + "\n"


if __name__ == "__main__":
    OUT.write_text(HEAD + "".join(rows()), encoding="utf-8", newline="\n")
