"""Build src/charbard/writer/data/parallel.npz: which characters correspond in couplets.

Pairs are counted in the two middle couplets (颔联, 颈联) of all regulated octaves of the verse
corpus except its test and held-out records. A pair is a character and the character at the same
place of the next line. Pairs seen fewer than FEWEST times are left out as uninformative.

    charbard corpus build verse
    python scripts/build_parallel.py
"""

import hashlib
import sys
from collections import Counter
from pathlib import Path

import numpy as np

from charbard.corpus.registry import required
from charbard.corpus.verse import read_poems

FEWEST = 3
OUT = Path(__file__).parents[1] / "src/charbard/writer/data/parallel.npz"


def main() -> None:
    pairs: Counter[tuple[str, str]] = Counter()
    for poem in read_poems(required("verse").path):
        if poem.form in ("五律", "七律") and poem.split in ("train", "validation"):
            lines = poem.text.replace("。", "，").split("，")
            for above, below in ((2, 3), (4, 5)):
                pairs.update(zip(lines[above], lines[below], strict=True))
    chars = sorted({char for pair in pairs for char in pair})
    place = {char: at for at, char in enumerate(chars)}
    uppers, lowers = np.zeros(len(chars), np.uint32), np.zeros(len(chars), np.uint32)
    for (a, b), count in pairs.items():
        uppers[place[a]] += count
        lowers[place[b]] += count
    kept = sorted((place[a], place[b], n) for (a, b), n in pairs.items() if n >= FEWEST)
    # The sorted cell numbers are stored as gaps, because small numbers compress well.
    codes = np.array([a * len(chars) + b for a, b, _ in kept], np.int64)
    np.savez_compressed(
        OUT,
        chars=np.array(["".join(chars)]),
        above=uppers,
        below=lowers,
        steps=np.diff(codes, prepend=0).astype(np.uint32),
        counts=np.minimum([n for *_, n in kept], 65535).astype(np.uint16),
    )
    digest = hashlib.sha256(OUT.read_bytes()).hexdigest()
    total, size = sum(pairs.values()), OUT.stat().st_size
    print(f"{total} pairs, {len(kept)} distinct ones kept, {size} bytes, {digest}", file=sys.stderr)


if __name__ == "__main__":
    main()
