"""The verse corpus: from the package's files to records, with a count of everything left out."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charbard.corpus.heldout import own_list
from charbard.corpus.split import SIDES, Clusters, line_hash
from charbard.corpus.verse.clean import Unusable
from charbard.corpus.verse.gather import Gathered, gather
from charbard.corpus.verse.poem import Poem, to_json
from charbard.corpus.verse.popularity import Popularity
from charbard.corpus.verse.refine import Refiner

__all__ = ["NEAR_COPY", "SHARES", "build_verse"]

SHARES = {"validation": 0.02, "test": 0.02}
"""Of the clusters; the rest trains, but for what is held out."""
NEAR_COPY = 0.75
"""A poem with this share of its lines in another one adds nothing and is left out."""
_SPLIT_NAMES = {side: name for name, side in SIDES.items()}


@dataclass
class _Report:
    """Counts by group (唐诗, 宋词 …) and by what became of a poem."""

    cleaning: Counter[tuple[str, str]] = field(default_factory=Counter)
    forms: Counter[tuple[str, str]] = field(default_factory=Counter)
    splits: Counter[str] = field(default_factory=Counter)
    characters: int = 0

    def kept(self, group: str, poem: Poem) -> None:
        """Count a record that is written."""
        self.cleaning[group, "kept"] += 1
        self.forms[group, poem.form] += 1
        self.splits[poem.split] += 1
        self.characters += sum(map(len, poem.lines))


@dataclass(frozen=True)
class _Candidate:
    """A cleaned poem, before it is known who its near-copies are."""

    poem: Poem
    group: str
    """Dynasty and kind of the collection it comes from."""
    held: bool
    """Whether a held-out line is in it."""


def build_verse(
    source: Path,
    target: Path,
    *,
    exclude: NDArray[np.uint64] | None = None,
    say: Callable[[str], None] = lambda message: None,
) -> dict[str, Any]:
    """Write the records and report what became of every poem of the source.

    Args:
        source: Archive, unpacked package or clone.
        target: The records file to write.
        exclude: Digests of more lines to hold out, beside the package's own list.
        say: Told of each step.

    Raises:
        CorpusError: The source is damaged or of another version.
    """
    held_lines = own_list() if exclude is None else np.union1d(own_list(), exclude)
    report = _Report()
    say(f"reading {source.name}")
    gathered = gather(source)
    say("cleaning")
    found = list(_usable(gathered, frozenset(held_lines.tolist()), report))
    say(f"looking for copies among {len(found)} poems")
    with target.open("w", encoding="utf-8") as file:
        for poem in _placed(found, report):
            file.write(to_json(poem) + "\n")
    return {
        "records": sum(report.splits.values()),
        "characters": report.characters,
        "splits": dict(report.splits),
        "cleaning": _nested(report.cleaning),
        "forms": _nested(report.forms),
    }


def _usable(
    gathered: Gathered, held_lines: frozenset[int], report: _Report
) -> Iterator[_Candidate]:
    """Cleaned poems, none with the text of an earlier one."""
    popularity, refiner, seen = Popularity.of(gathered), Refiner.of(gathered), set()
    for raw in gathered.poems():
        group = f"{raw.dynasty}{raw.kind}"
        report.cleaning[group, "in the source"] += 1
        try:
            poem, lines = refiner.poem(raw)
        except Unusable as reason:
            report.cleaning[group, str(reason)] += 1
            continue
        text = "".join(poem.lines)
        if text in seen:
            report.cleaning[group, "the same text again"] += 1
            continue
        seen.add(text)
        if raw.flags:
            report.cleaning[group, "flagged as doubtful, mended"] += 1
        held = any(line_hash(line) in held_lines for line in lines)
        yield _Candidate(replace(poem, popularity=popularity.get(raw)), group, held)


def _placed(found: list[_Candidate], report: _Report) -> Iterator[Poem]:
    """Poems without near-copies, each with its cluster and split.

    A cluster in which one poem has a held-out line is held out whole.
    """
    clusters = Clusters()
    for candidate in found:
        clusters.add(candidate.poem.text.replace("、", ""))
    roots, sides, copies = clusters.roots, clusters.sides(**SHARES), clusters.copies(NEAR_COPY)
    held = np.isin(roots, roots[[candidate.held for candidate in found]])
    numbers: dict[int, int] = {}
    for place, candidate in enumerate(found):
        if copies[place]:
            report.cleaning[candidate.group, "nearly the text of another"] += 1
            continue
        number = numbers.setdefault(int(roots[place]), report.splits.total())
        split = "heldout" if held[place] else _SPLIT_NAMES[int(sides[place])]
        poem = replace(candidate.poem, cluster=number, split=split)
        report.kept(candidate.group, poem)
        yield poem


def _nested(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """{group: {what: count}}, the largest first."""
    nested: dict[str, dict[str, int]] = {}
    for (group, what), count in sorted(counts.items(), key=lambda item: -item[1]):
        nested.setdefault(group, {})[what] = count
    return nested
