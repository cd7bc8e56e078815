"""Derive the tunes of 词 from the poems of the verse corpus and 钦定词谱.

    python scripts/derive_tunes.py VERSE.jsonl CI_PU [--report]

VERSE.jsonl is the built corpus (`charbard corpus build verse`), CI_PU the folder that `cipu.py`
reads. The script writes src/charbard/prosody/data/forms/ci.toml. For each tune:

1. Its poems are grouped by where their sentences end (。 ends a rhyming line in the corpus) and by
   the tone of the rhyme. The mark ， does not count, because it falls freely in long sentences.
2. A group of at least 20 poems is a variant with the commonest line lengths of the group. A place
   is fixed where at least 90 % of the poems agree, among those whose character has one tone; 97 %
   must agree where 钦定词谱 allows either tone. Two line ends are in one rhyme group if most poems
   rhyme them (by the 词林正韵).
3. A smaller group is a variant if 钦定词谱 has its 体. The book's tones decide, and the poems
   confirm them: a place is free if the book says 可平可仄, or if it is free in the same line of the
   commonest variant (the book prints 可平可仄 only under the first 体), or if fewer than 90 % of
   the poems agree.
4. Each fifth of the poems is left out in turn and compared with what the other poems predict.

The script takes tunes with at least 20 poems and every tune of 宋词三百首. scripts/tunes.tsv adds
names that neither source links to a tune.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import accumulate
from pathlib import Path
from string import ascii_lowercase

from cipu import Pattern
from song_poems import Poem
from sources import HERE
from tune_groups import MIN_POEMS, by_book, group, parts, tone
from tune_page import page_of, report
from tune_sources import is_taken, read_sources

from charbard.prosody import form
from charbard.prosody.check.fit import near_fits

FIXED = 0.9
FIXED_AGAINST = 0.97  # where 钦定词谱 allows either tone
SAME_RHYME = 0.5
FOLDS = 5
DATA = HERE.parent / "src/charbard/prosody/data/forms"


@dataclass(frozen=True)
class Variant:
    """One variant of a tune."""

    name: str
    poems: int
    """Number of poems whose sentences end at the same places."""
    lengths: tuple[int, ...]
    tones: str
    """Tone of every place: 平, 仄 or 中."""
    rhymes: tuple[str | None, ...]
    stanza_ends: tuple[int, ...]
    book: Pattern | None
    """The 体 of 钦定词谱 whose sentences end at the same places."""
    derived: str | None = None
    """The tones derived only from the poems, without the book."""
    held_out: float | None = None
    """Share of fixed places at which left-out poems agree; None if the book decides."""

    @property
    def is_derived(self) -> bool:
        return self.held_out is not None

    @property
    def rhyme_tone(self) -> str:
        """Tone of the last rhyme."""
        return self.tones[-1]


@dataclass(frozen=True)
class Tune:
    """A tune with its variants, most frequent first."""

    name: str
    aliases: tuple[str, ...]
    poems: int
    variants: tuple[Variant, ...]


def tone_rows(poems: Iterable[Poem]) -> list[str]:
    """Return the tone of every character of each poem."""
    return ["".join(map(tone, "".join(poem.lines))) for poem in poems]


def from_poems(aligned: Sequence[Poem]) -> Variant:
    """Derive a variant from its poems; its name, stanzas and 体 are set later."""
    lengths = Counter(poem.lengths for poem in aligned).most_common(1)[0][0]
    rows = tone_rows(aligned)
    exact = [poem for poem in aligned if poem.lengths == lengths]
    rhymes = rhyme_keys(exact, lengths)
    tones = settle_rhymes(fixed(rows), rows, lengths, rhymes)
    return Variant("", len(aligned), lengths, tones, rhymes, (), None, held_out=leave_out(rows))


def freed(variant: Variant, rows: Sequence[str], book: Sequence[Pattern]) -> str:
    """Return a variant's tones, with places freed by comparison with its first 体 in the book.

    A place becomes free if the book has the other tone, or if the book allows either tone and fewer
    than 97 % of the poems agree. Rhyme places stay fixed.
    """
    if not book:
        return variant.tones
    rhyming = {
        end - 1 for end, key in zip(accumulate(variant.lengths), variant.rhymes, strict=True) if key
    }
    surely = fixed(rows, share=FIXED_AGAINST)
    return "".join(
        asked
        if place in rhyming or asked == printed or (printed == "中" and asked == sure)
        else "中"
        for place, (asked, printed, sure) in enumerate(
            zip(variant.tones, book[0].tones, surely, strict=True)
        )
    )


def from_book(book: Sequence[Pattern], aligned: Sequence[Poem], main: Variant | None) -> Variant:
    """Derive from 钦定词谱 a variant whose poems are too few to decide its tones.

    Args:
        book: All 体 with these sentence ends; a place at which their tones differ is free.
        aligned: The poems of the variant in the corpus, possibly none.
        main: The most frequent variant of the tune, if it is a different one.
    """
    first = book[0]
    free = _free_in(main, first) if main else set[int]()
    rows = tone_rows(aligned)
    agreed = fixed(rows) if rows else first.tones
    rhyming = {
        end - 1 for end, key in zip(accumulate(first.lengths), first.rhymes, strict=True) if key
    }
    tones = "".join(
        asked
        if place in rhyming
        or (
            place not in free
            and agreed[place] in (asked, "中" if _undecided(rows, place) else asked)
            and all(other.tones[place] == asked for other in book)
        )
        else "中"
        for place, asked in enumerate(first.tones)
    )
    return Variant("", len(aligned), first.lengths, tones, first.rhymes, first.stanza_ends, first)


def _undecided(rows: Sequence[str], place: int) -> bool:
    """Return whether no poem's tone at a place is certain, so that only the book can decide."""
    return all(row[place] == "中" for row in rows)


def _free_in(main: Variant, book: Pattern) -> set[int]:
    """Return the places of a 体 that are free in the same line of the most frequent variant."""
    ours = list(zip(book.lengths, map(bool, book.rhymes), strict=True))
    theirs = list(zip(main.lengths, map(bool, main.rhymes), strict=True))
    our_ends, their_ends = list(accumulate(book.lengths)), list(accumulate(main.lengths))
    found = set()
    for block in SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks():
        for step in range(block.size):
            size = ours[block.b + step][0]
            ours_at = our_ends[block.b + step] - size
            theirs_at = their_ends[block.a + step] - size
            found |= {ours_at + n for n in range(size) if main.tones[theirs_at + n] == "中"}
    return found


def fixed(rows: Sequence[str], *, share: float = FIXED) -> str:
    """Return each place's tone if this share of the poems with a certain tone agree, else 中."""
    found = []
    for column in zip(*rows, strict=True):
        counts = Counter(column)
        decided = counts["平"] + counts["仄"]
        best = max("平仄", key=counts.__getitem__)
        found.append(best if decided and counts[best] >= share * decided else "中")
    return "".join(found)


def rhyme_keys(exact: Sequence[Poem], lengths: Sequence[int]) -> tuple[str | None, ...]:
    """Return the rhyme key of each line, from single-linkage clusters of the lines that most poems
    rhyme."""
    rhyming = [
        place
        for place in range(len(lengths))
        if sum(poem.marks[place] == "。" for poem in exact) > len(exact) / 2
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
    keys = {
        place: ascii_lowercase[number] for number, group in enumerate(groups) for place in group
    }
    return tuple(keys.get(place) for place in range(len(lengths)))


def shared(exact: Sequence[Poem], one: int, other: int) -> float:
    """Return the share of poems whose two lines end in the same part of the 词林正韵, in any
    tone."""
    pairs = [(parts(poem.lines[one][-1]), parts(poem.lines[other][-1])) for poem in exact]
    known = [(a, b) for a, b in pairs if a and b]
    return sum(bool(a & b) for a, b in known) / max(len(known), 1)


def settle_rhymes(
    tones: str, rows: Sequence[str], lengths: Sequence[int], rhymes: Sequence[str | None]
) -> str:
    """Fix every rhyme place to its more frequent tone."""
    settled = list(tones)
    for end, key in zip(accumulate(lengths), rhymes, strict=True):
        if key is not None:
            counts = Counter(row[end - 1] for row in rows)
            settled[end - 1] = max("平仄", key=counts.__getitem__)
    return "".join(settled)


def leave_out(rows: Sequence[str]) -> float:
    """Return the cross-validated agreement of poems with the tones derived from the other poems."""
    agree = decided = 0
    for fold in range(FOLDS):
        pattern = fixed([row for number, row in enumerate(rows) if number % FOLDS != fold])
        for row in rows[fold::FOLDS]:
            pairs = [(a, b) for a, b in zip(row, pattern, strict=True) if "中" not in (a, b)]
            agree += sum(a == b for a, b in pairs)
            decided += len(pairs)
    return agree / max(decided, 1)


def derive(name: str, aliases: Iterable[str], poems: Sequence[Poem], book: list[Pattern]) -> Tune:
    """Derive a tune with its variants."""
    by_key = defaultdict[tuple[tuple[int, ...], str], list[Pattern]](list)
    for pattern in book:
        by_key[pattern.cuts, pattern.tones[-1]].append(pattern)
    groups = by_book(group(poems), by_key)
    variants: list[Variant] = []
    for key, aligned in groups.items():
        if len(aligned) >= MIN_POEMS:
            found = from_poems(aligned)
            if not any(found.rhymes):
                continue
            same = by_fame(by_key.get(key, []), aligned)
            ends = stanza_ends(found, same or book)
            found = replace(found, book=same[0] if same else None, stanza_ends=ends)
            tones = freed(found, tone_rows(aligned), by_key.get(key, []))
            variants.append(replace(found, tones=tones, derived=found.tones))
    for key in sorted(by_key, key=lambda each: -len(groups.get(each, ()))):
        aligned = groups.get(key, [])
        if len(aligned) < MIN_POEMS and (aligned or not variants):
            main = variants[0] if variants else None
            variants.append(from_book(by_fame(by_key[key], aligned), aligned, main))
    variants.sort(key=lambda each: -each.poems)
    variants += of_canon([poem for poem in poems if poem.is_canon], variants)
    return Tune(name, tuple(aliases), len(poems), named(variants, book))


def of_canon(poems: Iterable[Poem], variants: Sequence[Variant]) -> list[Variant]:
    """Return new variants for the poems of 宋词三百首 that fit no known variant.

    A poem that differs from a known variant in the length of a single sentence gets a new one,
    because users paste such texts (留恋处 where the book has 方留恋处). In that sentence only the
    rhyme is fixed. Everything else comes from the known variant.
    """
    found: list[Variant] = []
    for poem in poems:
        shape = poem.lengths
        known = [(each, as_form(each)) for each in (*variants, *found)]
        if any(form.divided(shape) for _, form in known):
            continue
        near = [(each, fit) for each, form in known for fit in near_fits(form, shape)]
        if near:
            like, fit = max(near, key=lambda pair: pair[0].poems)
            lines = fit.variant.lines
            found.append(
                Variant(
                    "",
                    1,
                    tuple(map(len, lines)),
                    "".join(line.patterns[0] for line in lines),
                    tuple(line.rhyme for line in lines),
                    tuple(n for n, line in enumerate(lines, 1) if line.ends_stanza),
                    replace(like.book, author="") if like.book else None,
                )
            )
    return found


def as_form(variant: Variant) -> form.Variant:
    """Convert the variant to the checker's class."""
    ends = list(accumulate(variant.lengths))
    lines = (
        form.Line(
            (variant.tones[end - size : end],), key, "，", ends_stanza=line in variant.stanza_ends
        )
        for line, (size, end, key) in enumerate(
            zip(variant.lengths, ends, variant.rhymes, strict=True), 1
        )
    )
    return form.Variant(variant.name, tuple(lines), poems=variant.poems)


def by_fame(book: list[Pattern], poems: Iterable[Poem]) -> list[Pattern]:
    """Sort 体; first come those whose author also wrote one of `poems` that is in 宋词三百首."""
    famous = {poem.author for poem in poems if poem.is_canon}
    return sorted(book, key=lambda each: each.author not in famous)


def stanza_ends(variant: Variant, book: Sequence[Pattern]) -> tuple[int, ...]:
    """Return the numbers of lines that end a stanza, as in the 体 with the most similar lengths."""
    lines = list(accumulate(variant.lengths))
    if not book:
        return (len(lines),)
    like = max(book, key=lambda each: SequenceMatcher(None, each.lengths, variant.lengths).ratio())
    chars = list(accumulate(like.lengths))
    rhyming = [line for line, key in enumerate(variant.rhymes, 1) if key] or [len(lines)]
    found = {
        min(rhyming, key=lambda line: abs(lines[line - 1] - chars[end - 1]))
        for end in like.stanza_ends
    }
    return tuple(sorted({*found, len(lines)}))


def named(variants: Sequence[Variant], book: Sequence[Pattern]) -> tuple[Variant, ...]:
    """Name the variants.

    正体 is the variant that 钦定词谱 prints first. If another variant is the most frequent, it is
    named 常体, or 正体 if the book lacks the tune. All other variants are named after the poet of
    their specimen. If a tune has level and oblique rhymes, every name begins with 平韵 or 仄韵.
    """
    kinds = {each.rhyme_tone for each in variants}
    found, taken = [], Counter[str]()
    for number, each in enumerate(variants):
        name = f"{each.book.author}体" if each.book and each.book.author else "又体"
        if book and each.book is book[0]:
            name = "正体"
        elif number == 0:
            name = "常体" if book else "正体"
        if len(kinds) > 1:
            name = f"{each.rhyme_tone}韵{name}"
        if taken[name]:
            name += f"{len(each.tones)}字"
        taken[name] += 1
        if taken[name] > 1:
            name += f"之{'一二三四五六七八九'[taken[name] - 1]}"
        found.append(replace(each, name=name))
    return tuple(found)


def main() -> None:
    """Derive every tune that `is_taken` accepts, and write the page or print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("ci_pu", type=Path)
    parser.add_argument("--report", action="store_true", help="print tables, write nothing")
    args = parser.parse_args()
    known = read_sources(args.corpus, args.ci_pu)
    tunes = []
    for name, poems in known.poems.items():
        sung = [poem for poem in poems if poem.kind == "词"]
        if not is_taken(name, sung, known):
            continue
        tune = derive(name, known.aliases[name], sung, known.book.get(name, []))
        if tune.variants:
            tunes.append(tune)
    tunes.sort(key=lambda tune: (-tune.poems, tune.name))
    if args.report:
        report(tunes)
        return
    (DATA / "ci.toml").write_text(page_of(tunes), encoding="utf-8", newline="\n")
    print(len(tunes), "tunes,", sum(len(tune.variants) for tune in tunes), "variants")


if __name__ == "__main__":
    main()
