"""Write data/digests.tsv: every table with its digest, its licence and the script that rebuilds it.

    python scripts/write_digests.py

Run the script after any of the other scripts; a test checks the result.
"""

import hashlib

from sources import HERE

DATA = HERE.parent / "src/charbard/prosody/data"
OURS = ("MIT", "written by hand")
CORPUS = "MIT; texts public domain"
TABLES = {
    "pingshui.tsv": ("MIT, Apache-2.0", "scripts/build_books.py"),
    "cilin.tsv": ("MIT, Apache-2.0", "scripts/build_books.py"),
    "xinyun.tsv": ("MIT", "scripts/build_books.py"),
    "shapes.tsv": ("Apache-2.0", "scripts/build_books.py"),
    "rhymes.tsv": ("MIT", "scripts/build_books.py"),
    "common.txt": (CORPUS, "scripts/build_common.py"),
    "doubled.tsv": (CORPUS, "scripts/build_doubled.py"),
    "rare.tsv": (CORPUS, "scripts/build_rare.py"),
    "traditional.tsv": (f"{CORPUS}; Apache-2.0", "scripts/build_traditional.py"),
    "unused.tsv": (CORPUS, "pinned"),
    "avoid.txt": OURS,
    "forms/ci.toml": (CORPUS, "scripts/derive_tunes.py"),
    "forms/qu.toml": (CORPUS, "scripts/derive_songs.py"),
}


def main() -> None:
    """Write a row for each file, in alphabetical order."""
    names = sorted(
        path.relative_to(DATA).as_posix()
        for path in DATA.rglob("*.t*")
        if path.name != "digests.tsv"
    )
    rows = ["# file, sha256, licence of what it is made from, the script that rebuilds it\n"]
    for name in names:
        digest = hashlib.sha256((DATA / name).read_bytes()).hexdigest()
        rows.append("\t".join((name, digest, *TABLES.get(name, OURS))) + "\n")
    (DATA / "digests.tsv").write_text("".join(rows), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
