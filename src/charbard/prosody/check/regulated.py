"""The rules of regulated verse (近体诗), for lines of five or seven characters.

The rules follow Tang practice (docs/prosody.md gives sources and defines T4 and T5):

1. The tones at positions two and four and at the line end follow one of four line types. A line of
   seven characters is a line of five with two characters before it.
2. The two lines of a couplet have opposite tones at position two (对), and the next couplet takes
   up the tone of the line before it (粘).
3. Even lines end level and rhyme; odd lines end oblique, except that the first line may rhyme.
4. 平平仄平仄 may replace 平平平仄仄 (特拗).
5. No line ends in three level characters; in 平平仄仄平 the first and third characters are not both
   oblique (孤平).
6. 仄仄平平仄 with an oblique fourth character is rescued by a level third character in the
   answering line (大拗救). A poem that needs such a rescue keeps T5, not T4.

Tones are given as strings over 平, 仄, 中 (both tones) and ？ (not in the book). This module shares
no code with the writing of verse.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from types import MappingProxyType

from charbard.prosody.check.finding import Finding

__all__ = ["Scansion", "pattern_of", "scan", "types_named"]

# The four line types of five characters, by position 2, 4 and 5.
_TYPES = {"甲": "仄平仄", "乙": "平仄平", "丙": "平仄仄", "丁": "仄平平"}
_OTHER = {"平": "仄", "仄": "平"}
_AFTER = {"甲": "乙", "乙": "丙", "丙": "丁", "丁": "甲"}
"""Line type -> the line type that follows it in a faultless poem."""


@dataclass(frozen=True)
class Scansion:
    """The result of comparing a poem's tones with the four line types."""

    types: str
    """The line type of each line: one of 甲, 乙, 丙 and 丁."""
    findings: tuple[Finding, ...]

    @property
    def is_regular(self) -> bool:
        """Whether the poem keeps T4: no rule is broken, and no line needs a rescue by another
        line."""
        return all(each.legal and each.rule != "rescue" for each in self.findings)

    @property
    def is_legal(self) -> bool:
        """Whether the poem keeps T5: no rule is broken when rescued lines count as correct."""
        return all(each.legal for each in self.findings)


def scan(tones: Sequence[str], *, types: str | None = None, first_rhymes: bool = False) -> Scansion:
    """Compare a poem's tones with the rules, using the line types that fit it best.

    Args:
        tones: One string per line, all of five characters or all of seven.
        types: Required line types; None determines the best ones.
        first_rhymes: Whether the first line can rhyme; this decides between equally good types.

    >>> scan(["仄仄平平仄", "平平仄仄平", "平平仄平仄", "仄仄仄平平"]).is_regular
    True
    """
    if types is not None:
        return _explain(tones, types)
    # Most poems are faultless, and a faultless poem has one of four fixed sequences of line types.
    # Only faulty poems need the search in `_best_types`.
    for first in "丁乙甲丙" if first_rhymes else "甲丙丁乙":
        types = _sequence(first, len(tones))
        if not any(_faults(line, kind) for line, kind in zip(tones, types, strict=True)):
            return Scansion(types, tuple(_remarks(tones, types)))
    return _explain(tones, _best_types(tones, first_rhymes))


def types_named(variant: str, width: int, count: int) -> str:
    """Return the line types that a variant's name implies, for this number and width of lines.

    >>> types_named("仄起首句不入韵", 5, 4), types_named("仄起首句不入韵", 7, 4)
    ('甲乙丙丁', '丙丁甲乙')
    """
    rhymed = "首句入韵" in variant
    # The name gives the tone of the second character. In a line of seven, that tone is opposite to
    # the second tone of the last five characters, which decide the line type.
    oblique = (variant[0] == "仄") == (width == 5)
    return _sequence(("丁" if rhymed else "甲") if oblique else ("乙" if rhymed else "丙"), count)


def pattern_of(kind: str, width: int, tones: str) -> str:
    """Return the tones that a line type requires: the plain pattern, or 特拗 if the line uses it.

    >>> pattern_of("乙", 5, ""), pattern_of("丙", 5, "平平仄平仄")
    ('中平中仄平', '平平仄平仄')
    """
    second, fourth, fifth = tuple(_TYPES[kind])
    head = f"中{_OTHER[second]}" if width == 7 else ""
    if kind == "丙" and tones and _is_special(tones[width - 5 :]) and tones[width - 2] == "平":
        return f"{head}平平仄平仄"
    return f"{head}中{second}{'仄' if kind == '丁' else '中'}{fourth}{fifth}"


def _explain(tones: Sequence[str], types: str) -> Scansion:
    """List the faults and remarks of a poem, given its line types."""
    findings = list(_breaks(types, len(tones[0])))
    rescued = _rescued_lines(tones, types)
    for number, (line, kind) in enumerate(zip(tones, types, strict=True), 1):
        if number not in rescued:  # the one fault of a rescued line is excused
            findings += [
                Finding(rule, number, place, allowed)
                for rule, place, allowed in _faults(line, kind)
            ]
    findings += _remarks(tones, types)
    findings += [Finding("rescue", n, len(tones[0]) - 1, legal=True) for n in sorted(rescued)]
    return Scansion(types, tuple(sorted(findings, key=lambda each: (each.line, each.place or 0))))


@lru_cache(maxsize=64)
def _sequence(first: str, count: int) -> str:
    """Return the line types of a faultless poem that begins with the type `first`."""
    types = [first]
    # A first line that rhymes replaces 甲 by 丁, and 丙 by 乙.
    follow = {"丁": "乙", "乙": "丁"}.get(first, _AFTER[first])
    while len(types) < count:
        types.append(follow)
        follow = _AFTER[follow]
    return "".join(types)


@lru_cache(maxsize=16384)
def _faults(tones: str, kind: str) -> tuple[tuple[str, int, str], ...]:
    """Return the faults of a line, judged as this type: (rule, 1-based place, correct tone)."""
    # 平, 仄 and 中 at seven or five places, in four types, are 9,720 combinations. They all fit in
    # the cache; ？ is rare.
    at = len(tones) - 5  # offset of the five-character line inside this one
    wanted = dict(zip((at + 2, at + 4, at + 5), _TYPES[kind], strict=True))
    if at:
        wanted[2] = _OTHER[_TYPES[kind][0]]
    faults = [
        ("tone", place, tone)
        for place, tone in sorted(wanted.items())
        # Compared with the opposite tone, so that 中 is never a fault.
        if tones[place - 1] == _OTHER[tone]
    ]
    if kind == "丙" and faults == [("tone", at + 4, "仄")] and _is_special(tones[at:]):
        return ()
    if kind == "乙" and tones[at] == tones[at + 2] == "仄":
        faults.append(("lone-level", at + 3, "平"))
    # An oblique fourth character breaks the row of three; it is already a fault of tone.
    if kind == "丁" and tones[at + 2] == "平" and tones[at + 3] != "仄":
        faults.append(("three-level", at + 3, "仄"))
    return tuple(faults)


def _is_special(five: str) -> bool:
    """Return whether a line can be read as 平平仄平仄."""
    return five[0] != "仄" and five[2] != "平"


def _best_types(tones: Sequence[str], first_rhymes: bool) -> str:
    """Choose the line types with the fewest faults in lines and breaks between lines, by dynamic
    programming."""
    faults = _fault_counts(tones[0])
    best: dict[str, tuple[float, str]] = {
        # A type costs half a fault more if it leaves a possible rhyme of the first line unused, or
        # assumes an impossible one.
        kind: (faults[kind] + ((kind in "乙丁") != first_rhymes) / 2, kind)
        for kind in _TYPES
    }
    # Rule 3 leaves two types for each line: even lines end level (乙丁), and odd lines after the
    # first end oblique (甲丙).
    for number in range(2, len(tones) + 1):
        faults = _fault_counts(tones[number - 1])
        # Whether 甲 is rescued depends on the answering line, so the cost of the fault in 甲 is
        # subtracted there.
        rescue = _rescues(tones[number - 2], "甲", tones[number - 1], "乙")
        best = {
            kind: min(
                (
                    cost
                    + faults[kind]
                    + (_break(number, path[-1], kind) is not None)
                    - (rescue and path[-1] == "甲" and kind == "乙"),
                    path + kind,
                )
                for cost, path in best.values()
            )
            for kind in ("乙丁" if number % 2 == 0 else "甲丙")
        }
    return min(best.values())[1]


@lru_cache(maxsize=4096)
def _fault_counts(tones: str) -> Mapping[str, int]:
    """Count the faults of a line for each line type."""
    return MappingProxyType({kind: len(_faults(tones, kind)) for kind in _TYPES})


@cache
def _break(number: int, before: str, kind: str) -> str | None:
    """Return the rule that the transition to line `number` breaks, or None: 对 inside a couplet, 粘
    between two couplets."""
    same = _TYPES[before][0] == _TYPES[kind][0]
    if number % 2 == 0:
        return "opposition" if same else None
    return None if same else "adhesion"


def _breaks(types: str, width: int) -> Iterator[Finding]:
    for number, (before, kind) in enumerate(pairwise(types), 2):
        if rule := _break(number, before, kind):
            # The correct tone is the opposite of the tone at place 2. In a line of seven, place 2
            # is one of the two leading characters and has the tone opposite to `second`.
            second = _TYPES[kind][0]
            yield Finding(rule, number, 2, _OTHER[second] if width == 5 else second)


def _rescues(line: str, kind: str, answer: str, answer_kind: str) -> bool:
    """Return whether the only fault of a line is an oblique fourth character that the answering
    line rescues."""
    at = len(line) - 5
    return (
        kind == "甲"
        and answer_kind == "乙"
        and _faults(line, kind) == (("tone", at + 4, "平"),)
        and answer[at + 2] != "仄"
    )


def _rescued_lines(tones: Sequence[str], types: str) -> set[int]:
    return {
        number
        for number in range(1, len(tones))
        if _rescues(tones[number - 1], types[number - 1], tones[number], types[number])
    }


def _remarks(tones: Sequence[str], types: str) -> Iterator[Finding]:
    """Yield a finding for each legal deviation from the plain line types."""
    at = len(tones[0]) - 5
    for number, (line, kind) in enumerate(zip(tones, types, strict=True), 1):
        five = line[at:]
        if kind == "丙" and five[3] == "平" and _is_special(five):
            yield Finding("special", number, at + 3, legal=True)
        elif kind == "丙" and five[2:] == "仄仄仄":
            yield Finding("three-oblique", number, at + 3, legal=True)
        elif kind == "乙" and five[0] == "仄" and five[2] == "平":
            yield Finding("self-rescue", number, at + 3, legal=True)
        elif _is_small_rescue(tones, types, number):
            yield Finding("small-rescue", number, at + 3, legal=True)


def _is_small_rescue(tones: Sequence[str], types: str, number: int) -> bool:
    """Return whether a line of type 甲 is oblique at its third character but not its fourth, and
    the answering line is level at its third."""
    at = len(tones[0]) - 5
    return (
        types[number - 1 : number + 1] == "甲乙"
        and tones[number - 1][at + 2] == "仄"
        and tones[number - 1][at + 3] != "仄"
        and tones[number][at + 2] == "平"
    )
