"""Build the table of surnames and their readings: src/charbard/writer/data/surnames.tsv.

    npm pack pinyin-pro@3.26.0 --pack-destination sources
    python scripts/build_surnames.py sources

pinyin-pro (MIT) lists 492 surnames of one and two characters. `surnames.tsv` in this script's
folder adds surnames that the package lacks, of up to three characters, compiled by hand. The two
lists must not overlap, so that every reading has one origin.
"""

import hashlib
import re
import sys
import tarfile
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE.parent / "src/charbard/writer/data/surnames.tsv"
PACKAGE = "pinyin-pro-3.26.0.tgz"
DIGEST = "23c44e8e80e1e59ae472dbb335ba5dfe2a63e9cf1ffe2619087f394307f1cd64"
MODULE = "package/dist/index.mjs"
HEADER = """\
# Surnames and how they are read, which is often not how their characters usually are.
# Sources: pinyin-pro 3.26.0 (MIT), and scripts/surnames.tsv for those that it lacks.
# Columns: surname, simplified; reading of each character. Made by scripts/build_surnames.py.
"""
_PAIR = re.compile("['\"]?([\u4e00-\u9fff]+)['\"]?: ?['\"]([^'\"]+)['\"]")


def packaged(folder: Path) -> dict[str, str]:
    """Return the package's surnames, from the object in its code that begins with 南宫."""
    path = folder / PACKAGE
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != DIGEST:
        sys.exit(f"{path}: sha256 {found}, expected {DIGEST}")
    with tarfile.open(path) as archive:
        file = archive.extractfile(MODULE)
        assert file is not None
        code = file.read().decode()
    start = code.index("南宫")
    return dict(_PAIR.findall(code[start - 1 : code.index("}", start)]))


def added() -> dict[str, str]:
    """Return the surnames that were added by hand."""
    rows = (HERE / "surnames.tsv").read_text(encoding="utf-8").splitlines()
    return dict(row.split("\t") for row in rows if not row.startswith("#"))


def main() -> None:
    """Write the table, if the two lists do not overlap."""
    listed, more = packaged(Path(sys.argv[1])), added()
    if both := more.keys() & listed.keys():
        sys.exit(f"the package has them: {', '.join(sorted(both))}")
    rows = [f"{name}\t{sound}\n" for name, sound in {**listed, **more}.items()]
    TABLE.write_text(HEADER + "".join(rows), encoding="utf-8")
    print(f"{len(listed)} of the package, {len(more)} more")


if __name__ == "__main__":
    main()
