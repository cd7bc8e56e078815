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

    def kept(self, poem: Poem) -> None:
        """Count a record that is written."""
        self.cleaning[_group(poem), "kept"] += 1
        self.forms[_group(poem), poem.form] += 1
        self.splits[poem.split] += 1
        self.characters += sum(map(len, poem.lines))


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
    poems, held = [], []
    for poem, is_held in _usable(gathered, frozenset(held_lines.tolist()), report):
        poems.append(poem)
        held.append(is_held)
    say(f"looking for copies among {len(poems)} poems")
    clusters = Clusters()
    for poem in poems:
        clusters.add(poem.text.replace("、", ""))
    with target.open("w", encoding="utf-8") as file:
        for poem in _placed(poems, clusters, np.array(held, np.bool_), report):
            report.kept(poem)
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
) -> Iterator[tuple[Poem, bool]]:
    """Cleaned poems, none with the text of an earlier one; and whether a held-out line is in it."""
    popularity, refiner, seen = Popularity.of(gathered), Refiner.of(gathered), set()
    for raw in gathered.poems():
        group = _group(raw)
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
        is_held = any(line_hash(line) in held_lines for line in lines)
        yield replace(poem, popularity=popularity.get(raw)), is_held


def _placed(
    poems: list[Poem], clusters: Clusters, held: NDArray[np.bool_], report: _Report
) -> Iterator[Poem]:
    """Poems without near-copies, each with its cluster and split.

    A cluster in which one poem has a held-out line is held out whole.
    """
    roots, sides, copies = clusters.roots, clusters.sides(**SHARES), clusters.copies(NEAR_COPY)
    held = np.isin(roots, roots[held])
    numbers: dict[int, int] = {}
    for place, poem in enumerate(poems):
        if copies[place]:
            report.cleaning[_group(poem), "nearly the text of another"] += 1
            continue
        number = numbers.setdefault(int(roots[place]), report.splits.total())
        split = "heldout" if held[place] else _SPLIT_NAMES[int(sides[place])]
        yield replace(poem, cluster=number, split=split)


def _group(poem: Any) -> str:
    """Dynasty and kind, as people name a collection."""
    return f"{poem.dynasty}{poem.kind}"


def _nested(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """{group: {what: count}}, the largest first."""
    nested: dict[str, dict[str, int]] = {}
    for (group, what), count in sorted(counts.items(), key=lambda item: -item[1]):
        nested.setdefault(group, {})[what] = count
    return nested
