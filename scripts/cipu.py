"""Read 钦定词谱 (1715) in the machine-readable form of hulbji/couyun: every 体 of its 817 tunes.

Using charbard does not require this. The script reads the folder `ci_pu` of
github.com/hulbji/couyun (MIT) at commit 1744e87f850c2205bc231bfdd858256036c0e4db. Its files are
never copied into the project.
"""

import json
import re
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from charbard.prosody.book import fold

_HAN = re.compile(r"[^\u3400-\u9fff\U00020000-\U0003ffff]")
_LINE = re.compile(r"[^，。]+[，。]")
_PER_STANZA = re.compile(
    r"([前中后首末每第一二三四两段、]*?[段调])(?:各)?([一二三四五六七八九十两]+)句"
)
_DIGITS = {char: value for value, char in enumerate("〇一二三四五六七八九")} | {"两": 2}


@dataclass(frozen=True)
class Pattern:
    """One 体 of a tune: the shape of its specimen poem, and the tones that the book prints under
    the specimen."""

    tune: str
    author: str
    """Author of the specimen."""
    lengths: tuple[int, ...]
    marks: tuple[str, ...]
    """，or 。 after each line: 。 where the book prints 韵, 叶 or 换, and at the end of a
    stanza."""
    tones: str
    """Tone of every character: 平, 仄 or 中 (可平可仄)."""
    rhymes: tuple[str | None, ...]
    """Rhyme key of each line; None if the line does not rhyme."""
    stanza_ends: tuple[int, ...]
    """1-based numbers of the lines that end a stanza, including the last line."""

    @property
    def cuts(self) -> tuple[int, ...]:
        """For each 。, the number of characters from the beginning of the poem up to it."""
        ends = accumulate(self.lengths)
        return tuple(end for end, mark in zip(ends, self.marks, strict=True) if mark == "。")


def read_cipu(folder: Path) -> dict[str, list[Pattern]]:
    """Map each tune, by the first name that the book gives it, to its 体, in the book's order."""
    index = json.loads((folder / "ci_index.json").read_text(encoding="utf-8"))
    return {plain(entry["names"][0]): _patterns(folder, entry) for entry in index}


def read_names(folder: Path) -> dict[str, str]:
    """Map every name of a tune to its first name, as in the book's index."""
    index = json.loads((folder / "ci_index.json").read_text(encoding="utf-8"))
    return {plain(name): plain(entry["names"][0]) for entry in index for name in entry["names"]}


def plain(name: str) -> str:
    """Return a name in the character shapes of the rhyme books."""
    return "".join(map(fold, name))


def _patterns(folder: Path, entry: dict[str, Any]) -> list[Pattern]:
    rows = json.loads((folder / f"ci_list/cipai_{entry['idx']}.json").read_text(encoding="utf-8"))
    text = (folder / f"ci_origin/cipai_{entry['idx']}.txt").read_text(encoding="utf-8")
    heads = [block.strip().split("\n") for block in re.split(r"\n\s*\n", text.strip())]
    assert len(rows) == len(heads), entry["names"]
    name = plain(entry["names"][0])
    # One of 2,294 体 is left out because it has one more tone than its specimen has characters.
    return [
        _pattern(name, row, head)
        for row, head in zip(rows, heads, strict=True)
        if len(_HAN.sub("", row["origin"])) == len(row["ge_lyu_str"])
    ]


def _pattern(name: str, row: dict[str, Any], head: list[str]) -> Pattern:
    lines = _LINE.findall(row["origin"])
    lengths = tuple(len(_HAN.sub("", line)) for line in lines)
    ends = list(accumulate(lengths))
    keys = {
        abs(place) + 1: group for group, places in row["yun_classify"].items() for place in places
    }
    keys |= {place + 1: str(keys.get(place + 1, "?")) for place in row["rhyme_pos"]}
    names: dict[str, str] = {}
    rhymes = [
        names.setdefault(keys[end], "abcdefghijklmnopq"[len(names)]) if end in keys else None
        for end in ends
    ]
    return Pattern(
        tune=name,
        author=plain(head[2].strip()) if len(head) > 2 else "",
        lengths=lengths,
        marks=(*(line[-1] for line in lines[:-1]), "。"),
        tones=row["ge_lyu_str"],
        rhymes=tuple(rhymes),
        stanza_ends=_stanza_ends(head[1], [line[-1] for line in lines]),
    )


def _stanza_ends(head: str, marks: list[str]) -> tuple[int, ...]:
    """Parse stanza ends from `前段十句…后段八句`.

    If the counts do not add up (47 of 2,293), a stanza ends at the sentence end nearest to its
    count. Without counts, the text is one stanza.
    """
    total, counts = len(marks), _counts(head)
    full = [line for line, mark in enumerate(marks, 1) if mark == "。"]
    places = [place for place in accumulate(counts[:-1]) if place < total]
    found = {min(full, key=lambda line: abs(line - place)) for place in places}
    return tuple(sorted({*found, total}))


def _counts(head: str) -> list[int]:
    """Parse the number of lines of each stanza.

    >>> _counts("双调四十二字，前段三句三平韵，后段四句两平韵")
    [3, 4]
    >>> _counts("三段八十一字，前两段各六句三仄韵，后段八句五仄韵")
    [6, 6, 8]
    """
    stanzas = re.match("([二两三四])段", head)
    found: list[int] = []
    for which, count in _PER_STANZA.findall(head):
        double = which.endswith(("前后段", "前两段", "后两段")) or re.search("第.段?、第", which)
        times = 2 if double else 1
        times = _DIGITS[stanzas[1]] if which.endswith("每段") and stanzas else times
        found += [_number(count)] * times
    return found


def _number(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    value = (_DIGITS[tens] if tens else 1) * 10 if ten else 0
    return value + (_DIGITS[ones] if ones else 0)
