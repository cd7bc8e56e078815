"""Derive the short 曲 that schools teach from the poems of the verse corpus: forms/qu.toml.

    python scripts/derive_songs.py VERSE.jsonl

A line of 曲 may have more characters than its tune requires (衬字), so hardly any two poems to a
tune have the same shape, and lines are derived one by one. `LINES` says how many characters each
line has (唐圭璋, 元人小令格律, where the poems agree). The tones of a line come from the poems that
have the right number of lines and, in this line, the right length. A place is fixed if at least
90 % of at least `MIN_LINES` such lines agree. A line rhymes if, in more than half of the poems, its
end is in the poem's part of the 词林正韵, in any tone.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from cipu import plain
from derive_tunes import DATA, fixed
from song_poems import poem_of
from tune_groups import parts, tone

MIN_LINES = 8
LINES = {
    "天净沙": "6 6 6 4 6",
    "山坡羊": "4 4 7 3 3 7 7 1 3 1 3",
    "折桂令": "6 4 4 4 4 4 7 7 4 4 4",
    "水仙子": "7 7 7 5 6 3 3 4",
    "四块玉": "3 3 7 7 3 3 3",
    "沉醉东风": "7 7 5 5 7 7 7",
    "清江引": "7 5 5 5 7",
    "小桃红": "7 5 7 3 7 4 4 5",
    "普天乐": "3 3 4 4 3 3 7 7 4 4 4",
    "殿前欢": "3 7 7 4 5 3 5 4 4",
    "凭阑人": "7 7 5 5",
    "喜春来": "7 7 7 3 5",
    "塞鸿秋": "7 7 7 7 5 5 7",
    "朝天子": "2 2 5 7 5 4 4 5 2 2 5",
    "落梅风": "3 3 7 7 7",
    "梧叶儿": "3 3 5 3 3 3 6",
    "庆东原": "3 3 7 4 4 4 5 5",
    "拨不断": "3 3 7 7 7 4",
    "干荷叶": "3 3 5 3 3 7 5",
    "一半儿": "7 7 7 3 9",
    "得胜令": "5 5 5 5 2 5 2 5",
    "迎仙客": "3 3 7 3 3 4 5",
    "金字经": "5 5 7 1 5 3 5",
}
OTHER = {
    "天净沙": ("塞上秋",),
    "折桂令": ("蟾宫曲", "天香引", "秋风第一枝"),
    "水仙子": ("湘妃怨", "凌波仙", "冯夷曲"),
    "喜春来": ("阳春曲", "惜芳春"),
    "落梅风": ("寿阳曲", "落梅引"),
    "小桃红": ("平湖乐", "采莲曲"),
    "普天乐": ("黄梅雨",),
    "殿前欢": ("凤将雏", "小妇孩儿"),
    "凭阑人": ("凭栏人",),
    "朝天子": ("谒金门曲", "朝天曲"),
    "梧叶儿": ("知秋令", "碧梧秋"),
    "拨不断": ("续断弦",),
    "金字经": ("阅金经", "西番经"),
    "庆东原": ("庆东园",),
}
KEYS = {"双调", "越调", "中吕", "正宫", "仙吕", "南吕", "商调", "黄钟"}
HEAD = """# Short 曲 (小令), derived line by line by scripts/derive_songs.py from Yuan poems of the
# verse corpus (MIT; the poems are public domain). Lines may hold 衬字. The rhymes of 曲 are
# those of 中原音韵, in no book here: the parts of the 词林正韵 are used, all tones together.
# facts: poems with so many lines.
"""


def main() -> None:
    """Derive every song of `LINES` and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    args = parser.parse_args()
    found: dict[str, list[tuple[str, ...]]] = {name: [] for name in LINES}
    for name, lines in songs(args.corpus):
        found[name] += pieces(lines, len(LINES[name].split()))
    page = HEAD + "".join(form(name, poems) for name, poems in found.items())
    (DATA / "qu.toml").write_text(page, encoding="utf-8", newline="\n")
    print({name: len(poems) for name, poems in found.items()})


def songs(corpus: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (tune, lines) of every 曲 whose tune is in `LINES`."""
    names = {other: name for name, others in OTHER.items() for other in others}
    names |= {name: name for name in LINES}
    with corpus.open(encoding="utf-8") as rows:
        for record in map(json.loads, rows):
            if record["kind"] != "曲":
                continue
            name, title = plain(record["form"]), plain(record.get("title") or "")
            if name in KEYS:  # if the form is a musical key, the title begins with the tune
                name = next((other for other in names if title.startswith(other)), name)
            poem = poem_of(name, record)
            if name in names and poem is not None:
                yield names[name], poem.lines


def pieces(lines: Sequence[str], count: int) -> Iterator[tuple[str, ...]]:
    """Split a record's lines into poems of `count` lines; yield nothing if there is a remainder."""
    if len(lines) % count == 0:
        for start in range(0, len(lines), count):
            yield tuple(lines[start : start + count])


def form(name: str, poems: Sequence[tuple[str, ...]]) -> str:
    """Derive a song from its poems, and return it as a form in the syntax of the page."""
    sizes = list(map(int, LINES[name].split()))
    text = ""
    for number, size in enumerate(sizes):
        same = [poem[number] for poem in poems if len(poem[number]) == size]
        rows = ["".join(map(tone, line)) for line in same]
        tones = fixed(rows) if len(rows) >= MIN_LINES else "中" * size
        ends = number + 1 == len(sizes)
        rhyme = ends or sum(rhymes(poem, number) for poem in poems) > len(poems) / 2
        text += tones + ("a。" if rhyme else "，")
    others = ", ".join(f'"{other}"' for other in OTHER.get(name, ()))
    return f"""
[[forms]]
name = "{name}"
aliases = [{others}]
kind = "曲"
book = "cilin"
facts = {{ poems = {len(poems)} }}
[[forms.variants]]
name = "小令"
facts = {{ poems = {len(poems)} }}
stanzas = ["{text}"]
"""


def rhymes(poem: Sequence[str], number: int) -> bool:
    """Return whether a line ends in the part of the 词林正韵 that most lines of the poem end in."""
    counts = Counter(part for line in poem for part in parts(line[-1]))
    return bool(counts) and max(counts, key=lambda part: (counts[part], part)) in parts(
        poem[number][-1]
    )


if __name__ == "__main__":
    main()
