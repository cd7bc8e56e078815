"""Count which parts of the 词林正韵 Song poets rhyme with each other.

    python scripts/mixed_rhymes.py VERSE.jsonl

For each rhyme of every 词 to a known tune, the script notes the part to which most line ends
belong, and the parts of the other line ends. Two parts are mixed if, for each of the two, at least
5 % of its rhymes have a line end in the other. prosody/check/rhyme.py lists the mixed parts.
"""

import argparse
import json
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

from charbard.errors import OptionError
from charbard.prosody.book import readings_of, rhyme_label
from charbard.prosody.catalogue import form_named
from charbard.prosody.check.judge import fitting_variants
from charbard.prosody.poem import read_poem

MIXED = 0.05


def main() -> None:
    """Print each pair of parts whose smaller share is at least half of `MIXED`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    args = parser.parse_args()
    poems: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    with args.corpus.open(encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            if row["kind"] == "词" and row["dynasty"] == "宋":
                for main_part, others in rhymes_of(row["form"], row["text"]):
                    poems[main_part] += 1
                    pairs.update((main_part, other) for other in others)
    for one, two in combinations(sorted(poems, key=int), 2):
        shares = pairs[one, two] / poems[one], pairs[two, one] / poems[two]
        if min(shares) >= MIXED / 2:
            names = rhyme_label(one, book="cilin"), rhyme_label(two, book="cilin")
            print(*names, poems[one], poems[two], *(f"{share:.1%}" for share in shares), sep="\t")


def rhymes_of(tune: str, text: str) -> Any:
    """Yield, for each rhyme, (词林正韵 part of most line ends, parts of the other line ends)."""
    try:
        form, poem = form_named(tune), read_poem(text)
    except OptionError:
        return
    for variant in fitting_variants(poem, form, form.variants)[:1]:
        for group in variant.rhyme_groups:
            tone = variant.lines[group[0]].patterns[0][-1]
            ends = [
                {
                    each.rhyme
                    for each in readings_of(poem.lines[line][-1], book="cilin")
                    if each.tone == tone
                }
                for line in group
            ]
            counts = Counter(part for end in ends for part in end)
            if len(group) < 3 or not counts:
                continue
            main_part = max(counts, key=lambda part: (counts[part], part))
            if counts[main_part] > len(group) / 2:
                yield main_part, {min(end) for end in ends if end and main_part not in end}


if __name__ == "__main__":
    main()
