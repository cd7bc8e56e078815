"""Learn which traditional character a simplified one stands for in verse: data/traditional.tsv.

    python scripts/build_traditional.py SOURCES [--half]

The script counts, in traditional Tang poems, which character each simplified one stands for: by
itself, after its left neighbour, and before its right one. With --half, every tenth poem is held
out, and the script learns only from poems that share no line with a held-out poem. It then prints
what share of the characters in held-out poems this table and OpenCC convert correctly: compared
exactly, with OpenCC's variants folded, and with those of scripts/folds.txt folded as well.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import opencc
from sources import HERE
from verse_corpus import poems, simplified

from charbard.prosody.script import TraditionalCounts, choose

PATH = HERE.parent / "src/charbard/prosody/data/traditional.tsv"
MIN_CONTEXT = 3  # minimum number of occurrences of a pair of characters
MIN_OTHER = 3  # pairs are kept only for a character whose rarer shapes have this many uses
Pair = tuple[str, str]


def pairs(folder: Path) -> list[list[Pair]]:
    """Return every Tang poem as pairs of simplified and traditional lines."""
    return [[(simplified(line), line) for line in poem.lines] for poem in poems(folder, "tang")]


def learn(found: Iterable[list[Pair]]) -> TraditionalCounts:
    """Count traditional characters by simplified character and by neighbouring pair."""
    alone: dict[str, Counter[str]] = defaultdict(Counter)
    context: dict[str, Counter[str]] = defaultdict(Counter)
    for poem in found:
        for plain, full in poem:
            framed = f"^{plain}$"
            for place, (char, target) in enumerate(zip(plain, full, strict=True), 1):
                alone[char][target] += 1
                context[f"<{framed[place - 1 : place + 1]}"][target] += 1
                context[f">{framed[place : place + 2]}"][target] += 1
    several = {
        char
        for char, counts in alone.items()
        if sum(counts.values()) - max(counts.values()) >= MIN_OTHER
    }
    kept = {
        key: dict(counts)
        for key, counts in context.items()
        if (key[2] if key[0] == "<" else key[1]) in several and sum(counts.values()) >= MIN_CONTEXT
    }
    changed = {
        char: dict(counts)
        for char, counts in alone.items()
        if char in several
        or {max(counts, key=counts.__getitem__), _converter("s2t").convert(char)} != {char}
    }
    return TraditionalCounts(changed, kept)


def split(found: list[list[Pair]]) -> tuple[list[list[Pair]], list[list[Pair]]]:
    """Split poems into (training poems, held-out poems).

    Poems that share a line with a held-out poem are dropped.
    """
    held = found[::10]
    lines = {line for poem in held for line, _ in poem}
    rest = (poem for number, poem in enumerate(found) if number % 10)
    return [poem for poem in rest if not any(line in lines for line, _ in poem)], held


@cache
def folded(char: str, groups: bool) -> str:
    """Return the common shape of a character's variants in OpenCC and, with `groups`, folds.txt."""
    char = _converter("t2tw").convert(_converter("jp2t").convert(char))
    while groups and char in fold_groups():
        char = fold_groups()[char]
    return char


@cache
def fold_groups() -> dict[str, str]:
    """Map each variant to the first character of its group."""
    lines = (HERE / "folds.txt").read_text(encoding="utf-8").splitlines()
    groups = [group for line in lines if not line.startswith("#") for group in line.split()]
    return {char: group[0] for group in groups for char in group[1:]}


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


def score(convert: Callable[[str], str], held: list[list[Pair]]) -> str:
    """Return three shares of correct characters, as text: compared exactly, with OpenCC's variants
    folded, and with all variants folded."""
    total = raw = some = every = 0
    for poem in held:
        for plain, full in poem:
            for wanted, got in zip(full, convert(plain), strict=True):
                total += 1
                if wanted != got:
                    raw += 1
                    some += folded(wanted, False) != folded(got, False)
                    every += folded(wanted, True) != folded(got, True)
    return "  ".join(f"{1 - wrong / total:.3%}" for wrong in (raw, some, every))


def write(choices: TraditionalCounts) -> None:
    """Write the table."""
    head = """\
# Which traditional character a simplified one stands for in Tang verse, and how often: alone, after
# its left neighbour (<), before its right one (>); ^ and $ are the ends of a line.
# Learned by scripts/build_traditional.py from 全唐诗 as npm chinese-poetry 2.0.1 (MIT) has it in
# traditional characters (poet.tang.*.json); simplified by OpenCC (Apache-2.0).
"""
    rows = [
        f"{key}\t{' '.join(f'{target}{count}' for target, count in ranked(dict(counts)))}\n"
        for table in (choices.alone, choices.context)
        for key, counts in sorted(table.items())
    ]
    PATH.write_text(head + "".join(rows), encoding="utf-8", newline="\n")
    print(f"{len(rows)} rows, {PATH.stat().st_size // 1024} KiB")


def ranked(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def main(folder: Path, *, half: bool) -> None:
    """Learn from all poems and write the table, or hold out a tenth and print the scores."""
    found = pairs(folder)
    if not half:
        write(learn(found))
        return
    learned, held = split(found)
    choices = learn(learned)
    print(f"{len(held)} poems held out, {len(choices.context)} pairs kept")
    print("as they stand, OpenCC's variants folded, all variants folded")
    print("this table ", score(lambda line: choose(line, choices), held))
    print("OpenCC s2t ", score(_converter("s2t").convert, held))


if __name__ == "__main__":
    main(Path(sys.argv[1]), half="--half" in sys.argv)
