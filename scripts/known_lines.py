"""Build the package's list of known lines from the verse corpus.

Run from the repository's root, after `charbard corpus build verse`:
    python scripts/known_lines.py
"""

from pathlib import Path

from charbard.corpus.registry import required
from charbard.corpus.verse import read_poems
from charbard.novelty.lines import KnownLines

TARGET = Path("src/charbard/novelty/data/lines.rice")


def main() -> None:
    """Write the list and report its size."""
    poems = read_poems(required("verse").path)
    known = KnownLines.of(line for poem in poems for line in poem.lines)
    known.save(TARGET)
    print(
        f"{len(known.rests)} lines in {TARGET.stat().st_size / 1e6:.2f} MB,"
        f" false positives {known.false_positives:.3%}"
    )


if __name__ == "__main__":
    main()
