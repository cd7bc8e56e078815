"""Write the human-written poems that ship with the package, from the built verse corpus.

    charbard corpus build verse
    python scripts/write_quotes.py

`quotes.tsv` has well-known poems, which are quoted for a theme and used in 飞花令.
`little_known.tsv` has little-known quatrains that no shipped model was trained on, for "who wrote
it?". Neither file has a poem of the split `heldout`. Authors who died after 1955 are in no corpus
(docs/data.md).
"""

import random
from pathlib import Path

from charbard.corpus.registry import required
from charbard.corpus.verse import Poem, read_poems

DATA = Path(__file__).parent.parent / "src" / "charbard" / "writer" / "data"
PLACES = {"西湖", "洞庭湖", "庐山", "长江", "衡山", "泰山", "太湖", "黄河", "钱塘江", "岳阳楼"}
"""Tags that only name a place; thousands of little-known poems have them."""
LONGEST = 64
LITTLE_KNOWN = 120


def main() -> None:
    """Write both files."""
    poems = [poem for poem in read_poems(required("verse").path) if poem.title and poem.author]
    write("quotes.tsv", [poem for poem in poems if is_quoted(poem)])
    write("little_known.tsv", little_known(poems))


def is_quoted(poem: Poem) -> bool:
    """Return whether a poem is short, not held out, and in an anthology or a schoolbook."""
    told = set(poem.tags) - PLACES
    return bool(told) and poem.split != "heldout" and len(poem.text) <= LONGEST


def little_known(poems: list[Poem]) -> list[Poem]:
    """Draw random untagged Tang and Song quatrains from the test split."""
    fit = [
        poem
        for poem in poems
        if poem.form in ("五绝", "七绝")
        and poem.split == "test"
        and not poem.tags
        and len(poem.title) <= 6
        and poem.dynasty in ("唐", "宋")
    ]
    return random.Random(1).sample(fit, LITTLE_KNOWN)


def write(name: str, poems: list[Poem]) -> None:
    """Write one poem per line: dynasty, author, title, form, text."""
    rows = [
        "# Made by scripts/write_quotes.py: dynasty, author, title, form, text; see docs/data.md."
    ]
    rows += ["\t".join((p.dynasty, p.author, p.title, p.form, p.text)) for p in poems]
    (DATA / name).write_text("\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
