"""Build src/charbard/writer/data/followers.npz: which characters people write after a character.

Pairs of neighbouring characters within lines are counted in the training poems of the verse corpus;
those seen fewer than FEWEST times are left out, as half of these are slips and names.

    charbard corpus build verse
    python scripts/build_followers.py
"""

import hashlib
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from charbard.corpus.registry import required
from charbard.corpus.split import lines_in
from charbard.corpus.verse import read_poems
from charbard.prosody.poem import is_han

FEWEST = 3
OUT = Path(__file__).parents[1] / "src/charbard/writer/data/followers.npz"


def main() -> None:
    pairs: Counter[tuple[str, str]] = Counter()
    for poem in read_poems(required("verse").path):
        if poem.split == "train":
            for line in lines_in(poem.text):
                pairs.update(pairwise(line))
    kept = {pair for pair, n in pairs.items() if n >= FEWEST and all(map(is_han, pair))}
    common: Counter[str] = Counter()
    for pair in sorted(kept):
        common.update(dict.fromkeys(pair, pairs[pair]))
    chars = [char for char, _ in common.most_common()]
    place = {char: at for at, char in enumerate(chars)}
    # The sorted cell numbers are stored as gaps, because small numbers compress well; with the
    # commonest characters first, most gaps are small.
    codes = np.array(sorted(place[a] * len(chars) + place[b] for a, b in kept), np.int64)
    np.savez_compressed(
        OUT,
        chars=np.array(["".join(chars)]),
        steps=np.diff(codes, prepend=0).astype(np.uint32),
    )
    digest = hashlib.sha256(OUT.read_bytes()).hexdigest()
    print(f"{len(kept)} pairs, {OUT.stat().st_size} bytes, {digest}", file=sys.stderr)


if __name__ == "__main__":
    main()
