"""Read the sources of tunes: poems, 体 and names, all under one name for each tune."""

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from cipu import Pattern, read_cipu, read_names
from song_poems import Poem, poems_by_tune
from sources import HERE
from tune_groups import MIN_POEMS

SKIP = {
    "大",
    "失调名",
    "自度曲",
    "乐语",
    "九张机",
    "句",
    "竹枝",
    "杨柳枝",
    "采莲子",
    "小秦王",
    "欸乃曲",
}
"""Entries that are not tunes, or whose lines are indistinguishable from those of a 七绝."""


@dataclass(frozen=True)
class Sources:
    """The poems, 体 and other names of every tune, by the name of the tune."""

    poems: dict[str, list[Poem]]
    book: dict[str, list[Pattern]]
    aliases: dict[str, list[str]]


def by_hand() -> dict[str, tuple[list[str], list[str]]]:
    """Map each tune of tunes.tsv to (its entries in 钦定词谱, its other names)."""
    lines = (HERE / "tunes.tsv").read_text(encoding="utf-8").splitlines()
    rows = csv.reader((line for line in lines if line[0] != "#"), delimiter="\t")
    return {
        name: ([part for part in joined.split(",") if part], [n for n in names.split(",") if n])
        for name, joined, names in rows
    }


def read_sources(corpus: Path, folder: Path) -> Sources:
    """Read poems, 体 and other names, and file them under one name for each tune."""
    book, in_book, extra = read_cipu(folder), read_names(folder), by_hand()
    main: dict[str, str] = {}
    for name, (joined, others) in extra.items():
        main |= dict.fromkeys((*joined, *others), name) | {name: name}
    for name, first in in_book.items():
        main.setdefault(name, main.get(first, first))
    patterns: dict[str, list[Pattern]] = defaultdict(list)
    for first in sorted(book, key=lambda first: main[first] != first):
        patterns[main[first]] += book[first]
    aliases: dict[str, list[str]] = defaultdict(list)
    for other, name in main.items():
        if other != name:
            aliases[name].append(other)
    poems = poems_by_tune(corpus, main)
    rename_canon(poems, patterns)
    return Sources(poems, patterns, aliases)


def rename_canon(poems: dict[str, list[Poem]], book: dict[str, list[Pattern]]) -> None:
    """Move poems of 宋词三百首 whose tune the corpus misnames to the tune whose 体 they follow.

    The corpus lists 浪淘沙慢 under 浪淘沙, and 青门引 under 青门饮. A poem moves if its length
    differs by more than two characters from every 体 of its tune, and if exactly one other tune has
    a 体 of the same length whose sentences all end at line ends of the poem.
    """
    for name in list(poems):
        for poem in [poem for poem in poems[name] if poem.is_canon]:
            size, ends = sum(poem.lengths), set(accumulate(poem.lengths))
            if any(abs(sum(each.lengths) - size) <= 2 for each in book.get(name, ())):
                continue
            others = {
                other
                for other, patterns in book.items()
                for each in patterns
                if sum(each.lengths) == size and set(each.cuts) <= ends
            }
            if len(others) == 1:
                poems[name].remove(poem)
                poems[others.pop()].append(poem)


def is_taken(name: str, poems: Sequence[Poem], known: Sources) -> bool:
    """Return whether to derive a tune: whether it is known, and is frequent or in 宋词三百首."""
    if name in SKIP or not (name in known.book or name in by_hand()):
        return False
    return len(poems) >= MIN_POEMS or any(poem.is_canon for poem in poems)
