"""Cleaned poems of a source before near-duplicates are known, and counts of poems by outcome."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from charbard.corpora.verse.clean import Unusable
from charbard.corpora.verse.gather import Gathered, RawPoem
from charbard.corpora.verse.popularity import Popularity
from charbard.corpora.verse.refine import Refiner
from charbard.corpus.split import line_hash
from charbard.corpus.verse.poem import Poem

__all__ = ["Candidate", "Outcomes", "core_candidates"]


@dataclass
class Outcomes:
    """Counts of poems by group (唐诗, 宋词 …) and outcome."""

    cleaning: Counter[tuple[str, str]] = field(default_factory=Counter)
    forms: Counter[tuple[str, str]] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)
    characters: int = 0

    def kept(self, group: str, poem: Poem) -> None:
        """Count a poem that is kept, i.e. written to the corpus."""
        self.cleaning[group, "kept"] += 1
        self.forms[group, poem.form] += 1
        self.splits[poem.split] += 1
        self.characters += sum(map(len, poem.lines))

    def left_out(self, group: str, reason: str) -> None:
        """Count a poem that is left out for this reason."""
        self.cleaning[group, reason] += 1

    def as_dict(self) -> dict[str, object]:
        """Return the counts for `about.json`."""
        return {
            "records": self.splits.total(),
            "characters": self.characters,
            "splits": dict(self.splits),
            **({"mended": dict(self.mended)} if self.mended else {}),
            "cleaning": _nested(self.cleaning),
            "forms": _nested(self.forms),
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cleaned poem whose near-duplicates are not yet known."""

    poem: Poem
    group: str
    """Dynasty and kind of the poem's collection, such as 唐诗."""
    held: bool
    """Whether the poem contains a held-out line."""


def core_candidates(
    gathered: Gathered, held_lines: frozenset[int], report: Outcomes
) -> Iterator[Candidate]:
    """Yield cleaned poems from chinese-poetry, skipping repeated texts."""
    popularity, refiner, seen = Popularity.of(gathered), Refiner.of(gathered), set()
    for raw in gathered.poems():
        group = group_of(raw)
        report.cleaning[group, "in the source"] += 1
        try:
            poem, lines = refiner.poem(raw)
        except Unusable as reason:
            report.left_out(group, str(reason))
            continue
        text = "".join(poem.lines)
        # Only exact repeats are skipped here. Near-duplicates are known only when all poems are.
        if text in seen:
            report.left_out(group, "the same text again")
            continue
        seen.add(text)
        if raw.flags:
            report.cleaning[group, "flagged as doubtful, mended"] += 1
        held = holds_any(lines, held_lines)
        yield Candidate(replace(poem, popularity=popularity.get(raw)), group, held)


def group_of(raw: RawPoem) -> str:
    """Return the label (dynasty and kind) under which the build's report counts a poem."""
    return f"{raw.dynasty}{raw.kind}"


def holds_any(lines: Iterable[str], digests: frozenset[int]) -> bool:
    """Return whether any line has one of these digests."""
    return any(line_hash(line) in digests for line in lines)


def _nested(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """Nest the counts as {group: {outcome: count}}, largest counts first."""
    nested: dict[str, dict[str, int]] = {}
    for (group, what), count in sorted(counts.items(), key=lambda item: -item[1]):
        nested.setdefault(group, {})[what] = count
    return nested
