"""Judge whether line ends rhyme in a book, and in which reading of each character.

Callers say which lines should rhyme together and in which tone; forms are not known here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from charbard.prosody.book import USUAL, Reading, readings_of, rhymes_of, usual_rhymes_of
from charbard.prosody.check.finding import Finding
from charbard.prosody.check.tones import BOTH

__all__ = ["RhymeEnd", "allowed_rhymes", "is_neighbour", "rhyme_groups"]

# Groups of neighbouring rhymes in the 平水韵. In later practice a first line may borrow a rhyme
# from the same group (孤雁出群). Most groups are rhymes that the 词林正韵 joins; old custom also
# joins 江 with 阳, and 佳 with 麻. See docs/prosody.md.
_NEIGHBOURS = tuple(
    "东冬 江阳 支微齐灰 鱼虞 佳灰 佳麻 真文元 元寒删先 萧肴豪 庚青蒸 覃盐咸".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class RhymeEnd:
    """A line end that should rhyme."""

    line: int
    """1-based number of the line."""
    char: str
    tone: str
    """Required tone, 平 or 仄; 中 accepts both."""
    place: int
    """1-based number of the character in the line."""


_MIXED = tuple(
    map(
        frozenset,
        (
            ("3", "5"),
            ("6", "11"),
            ("6", "13"),
            ("11", "13"),
            ("7", "14"),
            ("17", "18"),
            ("18", "19"),
        ),
    )
)
"""Pairs of parts of the 词林正韵 that Song poets mix: of the rhymes in each part, at least one in
twenty has a line end in the other. Found by scripts/mixed_rhymes.py; see benchmarks/tunes.md."""


def rhyme_groups(
    ends: Sequence[RhymeEnd], *, book: str, asked: str | None = None, better: str = ""
) -> tuple[str, dict[int, Reading], list[Finding]]:
    """Find the rhyme that most line ends share, the reading in which each rhymes, and the line ends
    that do not rhyme.

    Args:
        ends: Line ends that should all rhyme with each other.
        asked: Name of the required rhyme; None selects the most frequent one.
        better: Character whose rhyme is preferred among rhymes shared by equally many ends.

    Returns:
        (name of the rhyme, line -> reading, findings). The name is empty if no end has a reading.
    """
    options = {end.line: _readings(end.char, end.tone, book) for end in ends}
    name = asked or _commonest(ends, options.values(), book, better)
    chosen = {}
    for line, found in options.items():
        # Usual readings come first, so a rare one is chosen only if no usual one rhymes.
        for reading in found:
            if reading.rhyme == name:
                chosen[line] = reading
                break
    findings = list(_findings(ends, chosen, name, book)) if len(chosen) < len(ends) else []
    return name, chosen, findings


def _commonest(
    ends: Sequence[RhymeEnd], options: Iterable[tuple[Reading, ...]], book: str, better: str
) -> str:
    """Return the rhyme that most line ends can have; empty if no end has a reading."""
    # A set, so that a character with two readings in one rhyme votes once.
    counts = Counter(name for found in options for name in {r.rhyme for r in found})
    most = max(counts.values(), default=0)
    names = [name for name, count in counts.items() if count == most]
    if len(names) < 2:
        return names[0] if names else ""
    usual = Counter(name for end in ends for name in usual_rhymes_of(end.char, book=book))
    liked = rhymes_of(better, book=book, tone="平") if better else frozenset()
    # The name is compared last, only to make the choice deterministic.
    return max(names, key=lambda name: (usual[name], name in liked, name))


def _findings(
    ends: Sequence[RhymeEnd], chosen: dict[int, Reading], name: str, book: str
) -> Iterator[Finding]:
    for end in ends:
        # A character in no book can't be judged; it is counted as unknown elsewhere.
        if end.line not in chosen and readings_of(end.char, book=book):
            tone = "" if end.tone == BOTH else end.tone
            yield Finding("rhyme", end.line, end.place, f"{tone}{name}")


@lru_cache(maxsize=16384)
def _readings(char: str, tone: str, book: str) -> tuple[Reading, ...]:
    """Return a character's readings in a tone, usual readings first; 中 allows both tones."""
    usual = readings_of(char, book=book, least=USUAL)
    found = (each for each in readings_of(char, book=book) if tone in (BOTH, each.tone))
    return tuple(sorted(found, key=lambda each: (each not in usual, each)))


def allowed_rhymes(
    missing: Sequence[Finding],
    ends: Sequence[RhymeEnd],
    chosen: Mapping[int, Reading],
    *,
    today: bool = False,
) -> Iterator[Finding]:
    """Yield the findings; those that the 平水韵 or Song practice accepts as rhymes become legal.

    Args:
        missing: Findings on line ends that do not rhyme in the 词林正韵.
        ends: All line ends that should rhyme with each other.
        chosen: Line -> reading, for the line ends that do rhyme.
        today: Whether rhymes of today's speech are legal too, as for 曲, where the entering tone
            rhymes with other tones.
    """
    if not missing:
        return
    chars = {end.line: end for end in ends}
    old = {
        reading
        for line in chosen
        for reading in readings_of(chars[line].char, book="pingshui")
        if reading.tone == chosen[line].tone
    }
    spoken = {name for line in chosen for name in rhymes_of(chars[line].char, book="xinyun")}
    for finding in missing:
        char = chars[finding.line].char
        parts = {reading.rhyme for reading in _readings(char, chars[finding.line].tone, "cilin")}
        # `allowed` is a tone and a part in one string; parts are numbers, so stripping the tone is
        # safe.
        part = finding.allowed.lstrip("平仄")
        # The strictest excuse that applies is reported.
        if not old.isdisjoint(readings_of(char, book="pingshui")):
            yield replace(finding, rule="old-rhyme", legal=True)
        elif any({part, other} <= mixed for other in parts for mixed in _MIXED):
            yield replace(finding, rule="mixed-rhyme", legal=True)
        elif today and not spoken.isdisjoint(rhymes_of(char, book="xinyun")):
            yield replace(finding, rule="entering", legal=True)
        else:
            yield finding


def is_neighbour(char: str, name: str, *, book: str) -> bool:
    """Return whether a character has a level reading in a neighbour of this rhyme.

    >>> is_neighbour("钟", "东", book="pingshui"), is_neighbour("光", "东", book="pingshui")
    (True, False)
    """
    if book != "pingshui":
        return False
    level = {reading.rhyme for reading in readings_of(char, book=book) if reading.tone == "平"}
    return any(name in group and not level.isdisjoint(group) for group in _NEIGHBOURS)
