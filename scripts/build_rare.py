"""Find readings that are rare in verse: src/charbard/prosody/data/rare.tsv.

    charbard corpus build verse
    python scripts/build_rare.py [--half]

The statistics come from regulated poems whose template is certain: at most two strict positions
disagree with it, and at least three more disagree with the templates of the other opening tone. A
tone is rare if a character has it at less than 15 % of at least 30 strict positions. A level rhyme
of a rhyme word is rare by the same measure, and so is a level part of the 词林正韵 if the rhymes
that belong to it together have less than 15 %. The verse writer uses no rare readings. If a
character occurs at least 30 times at strict positions of Tang poems, only Tang poems count for it,
because Tang poets used the readings that they spoke, while later poets looked them up. For other
characters all training records count. With --half, the script learns from every second poem, prints
how many of the other Tang poems keep the rules with and without rare tones, and writes nothing.

The readings that a record's rhyme field ignores are in a separate, pinned table, unused.tsv.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from sources import HERE, rhymes206

from charbard.corpus.registry import required
from charbard.corpus.verse import Poem, read_poems
from charbard.prosody.book import common_chars, readings_of
from charbard.prosody.check.regulated import scan

MIN_COUNT, RARE = 30, 0.15
SHAPES = {"五绝": (5, 4), "五律": (5, 8), "七绝": (7, 4), "七律": (7, 8)}
FIRST = "唐"
FIVE = {"甲": "仄平仄", "乙": "平仄平", "丙": "平仄仄", "丁": "仄平平"}
SWAP = {"平": "仄", "仄": "平", "中": "中"}
HEAD = """\
# Readings that verse rarely uses: character, the tone or the tone and the rhyme (a name of the
# 平水韵, a number of the 词林正韵), and the share of its uses in percent. They are left out when
# writing; when checking they count, and are remarked on.
# Learned by scripts/build_rare.py from the regulated poems in the training records of the verse
# corpus (MIT), of Tang where it has enough.
"""


@dataclass(frozen=True)
class Uses:
    """Counts of each character in each tone, and of each rhyme word in each level rhyme."""

    tones: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    rhymes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, poem: Poem) -> None:
        """Count one poem, if its template is certain."""
        if (template := certain(poem)) is None:
            return
        for line, places in zip(poem.lines, template, strict=True):
            for place, tone in places.items():
                self.tones[line[place]][tone] += 1
        if len(shared := common_rhymes(poem)) == 1:
            for line in poem.lines[1::2]:
                self.rhymes[line[-1]][min(shared)] += 1


@cache
def tones(char: str) -> str:
    """Return the tone of a character; 中 if it can have either tone, or if no tone is known."""
    found = {reading.tone for reading in readings_of(char, book="pingshui")}
    return found.pop() if len(found) == 1 else "中"


@cache
def templates(width: int, count: int) -> list[list[dict[int, str]]]:
    """Return the strict positions of the four templates, as place -> tone for each line."""
    found = []
    for first in "甲丁丙乙":
        kinds = [first, *("丁甲乙丙" if first in "丙乙" else "乙丙丁甲") * 2][:count]
        found.append([strict(kind, width) for kind in kinds])
    return found


def strict(kind: str, width: int) -> dict[int, str]:
    """Map the 0-based strict places of one line type to their tones."""
    at = width - 5
    places = {at + place: tone for place, tone in zip((1, 3, 4), FIVE[kind], strict=True)}
    return {**places, 1: SWAP[FIVE[kind][0]]} if at else places


def certain(poem: Poem) -> list[dict[int, str]] | None:
    """Return the template of a poem if it is certain, else None."""
    lines = [[tones(char) for char in line] for line in poem.lines]
    options = templates(*SHAPES[poem.form])
    misfits = [
        sum(
            line[place] == SWAP[tone]
            for line, places in zip(lines, option, strict=True)
            for place, tone in places.items()
        )
        for option in options
    ]
    # Templates with the same opening tone differ only at the end of the first line, so the rival
    # of the best template is the better one with the other opening tone.
    best, rival = sorted((min(misfits[:2]), min(misfits[2:])))
    return options[misfits.index(best)] if best <= 2 and rival >= best + 3 else None


def count_uses(found: Iterable[Poem]) -> tuple[Uses, Uses]:
    """Count the uses of characters in Tang poems and in all poems; return both counts."""
    first, every = Uses(), Uses()
    for poem in found:
        every.add(poem)
        if poem.dynasty == FIRST:
            first.add(poem)
    return first, every


def common_rhymes(poem: Poem) -> set[str]:
    """Return the level rhymes that all even lines share."""
    return set.intersection(
        *(
            {r.rhyme for r in readings_of(line[-1], book="pingshui") if r.tone == "平"}
            for line in poem.lines[1::2]
        )
    )


def rare(first: Uses, every: Uses) -> Iterator[tuple[str, str, float]]:
    """Yield (character, reading, share of the character's uses) for each rare reading.

    A reading is a tone, or 平 followed by a rhyme of the 平水韵 or a part of the 词林正韵.
    """
    for char in common_chars():
        readings = readings_of(char, book="pingshui")
        uses = enough(first.tones[char], every.tones[char])
        if len({reading.tone for reading in readings}) == 2 and uses:
            for tone in "平仄":
                if (share := uses[tone] / sum(uses.values())) < RARE:
                    yield char, tone, share
        level = {reading.rhyme for reading in readings if reading.tone == "平"}
        rhymed = enough(first.rhymes[char], every.rhymes[char])
        if len(level) > 1 and rhymed:
            shares = {rhyme: rhymed[rhyme] / sum(rhymed.values()) for rhyme in sorted(level)}
            for rhyme, share in shares.items():
                if share < RARE:
                    yield char, "平" + rhyme, share
            yield from rare_parts(char, shares)


def enough(*counts: Counter[str]) -> Counter[str]:
    """Return the first counter with a total of at least `MIN_COUNT`, else an empty one."""
    return next((one for one in counts if one.total() >= MIN_COUNT), Counter())


def rare_parts(char: str, shares: dict[str, float]) -> Iterator[tuple[str, str, float]]:
    """Yield (character, reading, share of its uses) for each rare level part of the 词林正韵: the
    character's 平水韵 rhymes that belong to the part have less than `RARE` of its uses."""
    parts: dict[str, set[str]] = defaultdict(set)
    for tone, rhyme, named in rhymes206().values():
        if tone == "平":
            parts[rhyme].update(named.split("/"))
    own = {reading.rhyme for reading in readings_of(char, book="cilin") if reading.tone == "平"}
    for part in sorted(own, key=int):
        share = sum(share for rhyme, share in shares.items() if part in parts[rhyme])
        if share < RARE and any(part in parts[rhyme] for rhyme in shares):
            yield char, "平" + part, share


def held_out(found: list[Poem], rows: dict[str, str]) -> None:
    """Print the share of Tang poems that keep every rule (T4), with all and without rare tones."""
    for form in SHAPES:
        scores = []
        rhymed = [p for p in found if (p.dynasty, p.form) == (FIRST, form) and common_rhymes(p)]
        for pruned in ({}, rows):
            lines = ([[_pruned(c, pruned) for c in line] for line in p.lines] for p in rhymed)
            scores.append(sum(scan([*map("".join, each)]).is_regular for each in lines))
        shown = " -> ".join(f"{score / len(rhymed):.1%}" for score in scores)
        print(f"{form}: {len(rhymed)} poems, T4 {shown}")


def _pruned(char: str, rows: dict[str, str]) -> str:
    return SWAP[rows[char]] if rows.get(char) in ("平", "仄") else tones(char)


def main(*, half: bool) -> None:
    """Learn from all poems and write the table, or learn from half and test on the other half."""
    found = [
        poem
        for poem in read_poems(required("verse").path)
        if poem.split == "train" and poem.kind == "诗" and poem.form in SHAPES
    ]
    rows = list(rare(*count_uses(found[::2] if half else found)))
    whole = [(char, item) for char, item, _ in rows if len(item) == 1]
    print(f"{len(found)} poems; {len(rows)} rare readings; {len(whole)} tones among them")
    if half:
        held_out(found[1::2], dict(whole))
        return
    text = HEAD + "".join(f"{char}\t{item}\t{share * 100:.1f}\n" for char, item, share in rows)
    path = HERE.parent / "src/charbard/prosody/data/rare.tsv"
    path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(half="--half" in sys.argv)
