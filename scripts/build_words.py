"""Build src/charbard/corpus/data/words.tsv: words that can be keywords of a poem, with weights.

A character's weight is how much likelier it is to occur in a poem whose title has it: 梅 in a title
brings 梅 into the poem, while 不 in a title makes 不 no commoner than in any other poem. Two
characters are a word if they are neighbours far more often than by chance, in positions not split
by a caesura of a five- or seven-character line. The weight of a word is the higher of its two
characters' weights, plus a little. Weights are capped, because otherwise the rarest word of a
couplet would always win. All counts come from the training records.

    charbard corpus build verse
    python scripts/build_words.py [verse.jsonl]
"""

import math
import re
import sys
from collections import Counter
from pathlib import Path

from charbard.corpus.registry import required
from charbard.corpus.verse import read_poems
from charbard.corpus.verse.words import pairs_of

_PHRASE_END = re.compile("[，。、]")
OUT = Path(__file__).parents[1] / "src/charbard/corpus/data/words.tsv"
FEWEST_POEMS = 100
FEWEST_TITLES = 30
FEWEST_PAIRS = 60
PRIOR = 20
"""Pseudo-count of titles that have no effect on the poem."""
WORD = 3.0
"""Minimum mutual information, in nats, of two characters that form a word."""
FULL = 0.3
"""Minimum weight, in nats, of each character of a word: 何处 and 不知 are not words."""
GAIN = 0.3
"""Weight that a word gains, beyond that of its characters, for each nat above `WORD`."""
LEAST = 0.8
MOST, MOST_ALONE = 3.0, 1.6
"""Caps on the weights of words and of single characters, in nats; `LEAST` is the minimum."""


def main() -> None:
    source = Path(sys.argv[1]) if len(sys.argv) > 1 else required("verse").path
    poems = titled = 0
    in_text, in_title, in_both, chars, pairs = (Counter[str]() for _ in range(5))
    for poem in read_poems(source):
        if poem.split != "train":
            continue
        text, title = set(poem.text), set(poem.title)
        poems, titled = poems + 1, titled + bool(title)
        in_text.update(text)
        in_title.update(title)
        in_both.update(text & title)
        for line in _PHRASE_END.split(poem.text):
            chars.update(line)
            pairs.update(pairs_of(line))
    telling = {
        char: _telling(in_both[char], in_title[char], in_text[char] / poems)
        for char in in_text
        if in_text[char] >= FEWEST_POEMS
        and in_title[char] >= FEWEST_TITLES
        and char not in "，。、"
    }
    words = {char: min(weight, MOST_ALONE) for char, weight in telling.items()}
    for pair, count in pairs.items():
        if count >= FEWEST_PAIRS and pair[0] != pair[1] and set(pair) <= set(telling):
            bound = math.log(count * chars.total() / (chars[pair[0]] * chars[pair[1]]))
            if bound >= WORD and min(telling[pair[0]], telling[pair[1]]) >= FULL:
                more = max(telling[pair[0]], telling[pair[1]])
                words[pair] = min(more + GAIN * (bound - WORD), MOST)
    kept = {word: weight for word, weight in words.items() if weight >= LEAST}
    common = {**chars, **pairs}
    lines = (f"{word}\t{kept[word]:.1f}" for word in sorted(kept, key=lambda w: (-common[w], w)))
    OUT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(kept)} words of {poems} poems, {titled} of them with titles")


def _telling(both: int, titles: int, share: float) -> float:
    """Return, in nats, how much likelier a character is to occur in a poem whose title has it."""
    return math.log((both + PRIOR * share) / (titles + PRIOR) / share)


if __name__ == "__main__":
    main()
