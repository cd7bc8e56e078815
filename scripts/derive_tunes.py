"""Derive the tunes of 词 from Song poems: src/charbard/prosody/data/forms/ci.toml.

    python scripts/derive_tunes.py SOURCES [--report]

In the source 。 ends a rhyming line, ， another; 、 parts a line without ending it. For each tune:

1. the modal line lengths are the form's;
2. the poems of these lengths, and those cut into rhymed sentences as most of them are, are aligned
   character by character: in long tunes ， falls freely inside a sentence;
3. a position is fixed where at least 90 % of them agree, of those whose character has one tone;
4. a line rhymes where most poems have 。; two rhymes are one group where most poems rhyme them
   (词林正韵), which finds the tunes that change rhyme;
5. five times a fifth of the poems is left out and compared with what the others say.

Where a stanza ends is not in the source: scripts/tunes.tsv has it by hand for the tunes whose
halves differ. A tune without one stable form is left out, and named by --report.
"""

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from sources import HERE
from verse_corpus import Poem, poems, simplified

from charbard.prosody.book import USED, readings_of

FIXED = 0.9
MIN_POEMS = 20
MIN_SHAPE = 0.33  # of a tune's poems have the modal line lengths
MIN_HELD_OUT = 0.95
MIN_SINGLE = 0.05
MIN_ALIAS = 3  # poems under another name, for it to count
MIN_FIXED = 0.45  # of the positions
SAME_RHYME = 0.5
FOLDS = 5
SKIP = {"失调名", "乐语", "九张机"}
SAME_TUNE = {"思佳客": "鹧鸪天", "木兰花令": "玉楼春", "一翦梅": "一剪梅"}
DATA = HERE.parent / "src/charbard/prosody/data/forms/ci.toml"


@dataclass(frozen=True)
class Tune:
    """A tune as derived from its poems."""

    name: str
    aliases: tuple[str, ...]
    poems: int
    """Poems of the tune, of any shape."""
    shape_share: float
    """Of these, how many have the modal line lengths."""
    aligned: int
    """Poems that the tones come from."""
    lengths: tuple[int, ...]
    tones: str
    """平, 仄 or 中 of every position."""
    rhymes: tuple[str | None, ...]
    """Rhyme key of every line."""
    single_share: float
    """Of the poems, how many have one of two like halves only; 0 below `MIN_SINGLE`."""
    held_out: float
    """Agreement of left-out poems with the fixed positions."""
    kept_fixed: float
    """Positions fixed on all poems that are also fixed, alike, without a fifth of them."""


def tone(char: str) -> str:
    """平 or 仄, or 中 for a character of both tones, or of none known."""
    found = {reading.tone for reading in readings_of(char, book="pingshui", least=USED)}
    return found.pop() if len(found) == 1 else "中"


def by_tune(folder: Path) -> tuple[dict[str, list[Poem]], dict[str, Counter[str]]]:
    """Poems by the tune's main name, and its other names: the source writes `other・main`."""
    found: dict[str, list[Poem]] = defaultdict(list)
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for poem in poems(folder, "ci"):
        other, _, main = simplified(poem.title).rpartition("・")
        if main in SAME_TUNE:
            other, main = main, SAME_TUNE[main]
        found[main].append(poem)
        if other:
            names[main][other] += 1
    return found, names


def derive(name: str, aliases: Iterable[str], found: Sequence[Poem]) -> Tune:
    """The modal form of one tune."""
    lengths = Counter(poem.shape for poem in found).most_common(1)[0][0]
    cuts = Counter(sentences(poem) for poem in found if poem.shape == lengths)
    cut = cuts.most_common(1)[0][0]
    aligned = majority_rhyme(
        [poem for poem in found if poem.shape == lengths or sentences(poem) == cut]
    )
    rows = ["".join(map(tone, "".join(poem.lines))) for poem in aligned]
    tones = fixed(rows)
    exact = [poem for poem in aligned if poem.shape == lengths]
    rhymes = rhyme_keys(exact, lengths)
    tones = settle_rhymes(tones, rows, lengths, rhymes)
    held_out, kept = leave_out(rows, tones)
    half = lengths[: len(lengths) // 2]
    single = sum(poem.shape == half for poem in found) / len(found) if half * 2 == lengths else 0
    return Tune(
        name,
        tuple(sorted(aliases)),
        len(found),
        sum(poem.shape == lengths for poem in found) / len(found),
        len(aligned),
        lengths,
        tones,
        rhymes,
        single if single >= MIN_SINGLE else 0,
        held_out,
        kept,
    )


def sentences(poem: Poem) -> tuple[int, ...]:
    """Characters between one 。 and the next."""
    ends = [
        end
        for end, mark in zip(accumulate(map(len, poem.lines)), poem.marks, strict=True)
        if mark != "，"
    ]
    return tuple(end - start for start, end in zip([0, *ends], ends, strict=False))


def majority_rhyme(aligned: list[Poem]) -> list[Poem]:
    """Without the poems that end in the rarer tone: some tunes exist in both."""
    ends = Counter(tone(poem.lines[-1][-1]) for poem in aligned)
    rarer = "平" if ends["仄"] >= ends["平"] else "仄"
    return [poem for poem in aligned if tone(poem.lines[-1][-1]) != rarer]


def fixed(rows: Sequence[str]) -> str:
    """The tone of each position that at least `FIXED` of the decided poems have, else 中."""
    found = []
    for column in zip(*rows, strict=True):
        counts = Counter(column)
        decided = counts["平"] + counts["仄"]
        best = max("平仄", key=counts.__getitem__)
        found.append(best if decided and counts[best] >= FIXED * decided else "中")
    return "".join(found)


def rhyme_keys(exact: Sequence[Poem], lengths: Sequence[int]) -> tuple[str | None, ...]:
    """Rhyme key of each line: single linkage of the rhyming lines by how often they rhyme."""
    rhyming = [
        place
        for place in range(len(lengths))
        if sum(poem.marks[place] != "，" for poem in exact) > len(exact) / 2
    ]
    groups: list[list[int]] = []
    for place in rhyming:
        joined = [
            group
            for group in groups
            if max(shared(exact, place, other) for other in group) > SAME_RHYME
        ]
        groups = [group for group in groups if group not in joined]
        groups.append([place, *(other for group in joined for other in group)])
    groups = [group for group in groups if len(group) > 1]
    groups.sort(key=min)
    keys = {place: "abcdefghij"[number] for number, group in enumerate(groups) for place in group}
    return tuple(keys.get(place) for place in range(len(lengths)))


def shared(exact: Sequence[Poem], one: int, other: int) -> float:
    """Share of poems whose two lines end in one part of the 词林正韵, in any tone."""
    pairs = [(parts(poem.lines[one][-1]), parts(poem.lines[other][-1])) for poem in exact]
    known = [(a, b) for a, b in pairs if a and b]
    return sum(bool(a & b) for a, b in known) / max(len(known), 1)


def parts(char: str) -> frozenset[str]:
    return frozenset(reading.rhyme for reading in readings_of(char, book="cilin", least=USED))


def settle_rhymes(
    tones: str, rows: Sequence[str], lengths: Sequence[int], rhymes: Sequence[str | None]
) -> str:
    """Fix every rhyme position to its commoner tone."""
    settled = list(tones)
    for end, key in zip(accumulate(lengths), rhymes, strict=True):
        if key is not None:
            counts = Counter(row[end - 1] for row in rows)
            settled[end - 1] = max("平仄", key=counts.__getitem__)
    return "".join(settled)


def leave_out(rows: Sequence[str], tones: str) -> tuple[float, float]:
    """(agreement of left-out poems at fixed positions, share of fixed positions found again)."""
    agree = decided = kept = total = 0
    for fold in range(FOLDS):
        pattern = fixed([row for number, row in enumerate(rows) if number % FOLDS != fold])
        for row in rows[fold::FOLDS]:
            pairs = [(a, b) for a, b in zip(row, pattern, strict=True) if "中" not in (a, b)]
            agree += sum(a == b for a, b in pairs)
            decided += len(pairs)
        pairs = [(a, b) for a, b in zip(tones, pattern, strict=True) if a != "中"]
        kept += sum(a == b for a, b in pairs)
        total += len(pairs)
    return agree / max(decided, 1), kept / max(total, 1)


def by_hand() -> dict[str, tuple[str, list[str]]]:
    """Tune -> where its stanzas end, and other names: what the source does not say."""
    path = HERE / "tunes.tsv"
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = csv.reader((line for line in lines if line[0] != "#"), delimiter="\t")
    return {name: (ends, names.split(",") if names else []) for name, ends, names in rows}


def usual(names: Counter[str]) -> list[str]:
    """Other names in use, not those that one poet made up."""
    return [name for name, count in names.items() if count >= MIN_ALIAS]


def halves(tune: Tune) -> int | None:
    """Lines in each of two halves of one shape, or None."""
    half = len(tune.lengths) // 2
    return half if tune.lengths[:half] == tune.lengths[half:] else None


def split(tune: Tune, ends: str) -> list[int]:
    """Lines behind which a stanza ends, the last line included."""
    half = halves(tune)
    if ends == "half" and half is None:
        raise SystemExit(f"{tune.name} {tune.lengths}: say in tunes.tsv where its stanzas end")
    first = {"half": [half], "-": []}.get(ends) if ends in ("half", "-") else [int(ends)]
    return [*first, len(tune.lengths)]


def stanzas_of(tune: Tune, ends: Sequence[int]) -> list[str]:
    """Each stanza as a page writes it."""
    stanzas, start, line = [], 0, 0
    for end in ends:
        stanza = ""
        while line < end:
            size, key = tune.lengths[line], tune.rhymes[line]
            mark = "。" if key or line == end - 1 else "，"
            stanza += tune.tones[start : start + size] + (key or "") + mark
            start, line = start + size, line + 1
        stanzas.append(stanza)
    return stanzas


def page_of(tune: Tune, ends: str, names: Iterable[str]) -> str:
    """The tune as a form on a page."""
    stanzas = stanzas_of(tune, split(tune, ends))
    variants = [("双调" if tune.single_share else "正体", stanzas)]
    if tune.single_share:
        variants.append(("单调", stanzas[:1]))
    rows = "".join(
        f'[[forms.variants]]\nname = "{name}"\nstanzas = [\n'
        + "".join(f'    "{stanza}",\n' for stanza in shown)
        + "]\n"
        for name, shown in variants
    )
    aliases = ", ".join(f'"{name}"' for name in names)
    return f"""
[[forms]]
name = "{tune.name}"
aliases = [{aliases}]
kind = "词"
book = "cilin"
facts = {{ poems = {tune.poems}, aligned = {tune.aligned}, share = {tune.shape_share:.3f}, \
held_out = {tune.held_out:.3f} }}
{rows}"""


def why_not(tune: Tune) -> str | None:
    """Why a tune is left out."""
    if tune.aligned < MIN_POEMS:
        return f"only {tune.aligned} poems are cut alike"
    if tune.shape_share < MIN_SHAPE:
        return f"only {tune.shape_share:.1%} of its poems have the modal line lengths"
    if tune.held_out < MIN_HELD_OUT:
        return f"left-out poems agree with only {tune.held_out:.1%} of its fixed positions"
    share = 1 - tune.tones.count("中") / len(tune.tones)
    if share < MIN_FIXED:
        return f"only {share:.1%} of its positions are fixed"
    return None


def report(tunes: Sequence[Tune], left_out: Sequence[tuple[Tune, str]]) -> None:
    """Print the tables of benchmarks/prosody.md."""
    for tune in tunes:
        marked = sum(map(bool, tune.rhymes))
        free = tune.tones.count("中")
        print(
            f"| {tune.name} | {tune.poems} | {tune.shape_share:.1%} | {tune.aligned} |"
            f" {len(tune.tones)} | {len(tune.tones) - free} | {marked} |"
            f" {len(set(filter(None, tune.rhymes)))} | {tune.held_out:.2%} |"
            f" {tune.kept_fixed:.1%} |"
        )
    for tune, reason in left_out:
        print(f"left out: {tune.name} ({tune.poems} poems): {reason}")


def main() -> None:
    """Derive all tunes with enough poems, and write those that are stable."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=Path)
    parser.add_argument("--report", action="store_true", help="print tables, write nothing")
    args = parser.parse_args()
    found, names = by_tune(args.sources)
    wanted = sorted((n for n in found if n not in SKIP), key=lambda n: (-len(found[n]), n))
    derived = [
        derive(name, usual(names[name]), found[name])
        for name in wanted
        if len(found[name]) >= MIN_POEMS
    ]
    tunes = [tune for tune in derived if why_not(tune) is None]
    if args.report:
        report(tunes, [(tune, why) for tune in derived if (why := why_not(tune))])
        return
    extra = by_hand()
    taken = {tune.name for tune in derived}
    head = """# The commonest tunes of 词, derived by scripts/derive_tunes.py from Song poems in npm
# chinese-poetry 2.0.1 (MIT; the poems are public domain). A position is 平 or 仄 where at least
# 90 % of the poems agree.
# facts: poems of the tune; those cut alike, which the tones come from; share with these line
# lengths; agreement of left-out poems with the fixed positions.
"""
    pages = []
    for tune in tunes:
        ends, more = extra.get(tune.name, ("half", []))
        names = [name for name in (*tune.aliases, *more) if name not in taken]
        taken.update(names)
        pages.append(page_of(tune, ends, dict.fromkeys(names)))
    DATA.write_text(head + "".join(pages), encoding="utf-8", newline="\n")
    print(len(tunes), "tunes")


if __name__ == "__main__":
    main()
