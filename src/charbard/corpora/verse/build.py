"""Build the verse corpora from source files, counting every poem that is left out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charbard.corpora.heldout import own_list
from charbard.corpora.verse.authors import one_name
from charbard.corpora.verse.candidates import Candidate, Outcomes, core_candidates
from charbard.corpora.verse.gather import gather
from charbard.corpora.verse.placing import FIXED, Placed, place_core, place_union
from charbard.corpora.verse.poetry_source import gather_second
from charbard.corpora.verse.refine import Refiner
from charbard.corpora.verse.same_ci import changed_lines, corrected, same_ci, usual_lengths
from charbard.corpora.verse.second import second_candidates
from charbard.corpora.verse.titles import common_tune
from charbard.corpus.verse.poem import Poem, to_json

__all__ = ["build_core", "build_union"]

Say = Callable[[str], None]


def build_core(
    source: Path,
    target: Path,
    *,
    exclude: NDArray[np.uint64] | None = None,
    say: Say = lambda message: None,
) -> dict[str, Any]:
    """Write the records of chinese-poetry only, and return counts of all poems by outcome.

    Args:
        source: Archive, unpacked package or clone.
        target: The records file to write.
        exclude: Digests of further lines to hold out.
        say: Called with progress messages.

    Raises:
        CorpusError: The source is damaged or has another version.
    """
    report = Outcomes()
    found, _ = _core(source, _held_lines(exclude), report, say)
    say(f"looking for copies among {len(found)} poems")
    _write(target, _records(found, place_core(found), report))
    return report.as_dict()


def build_union(
    first: Path,
    second: Path,
    target: Path,
    *,
    exclude: NDArray[np.uint64] | None = None,
    say: Say = lambda message: None,
) -> dict[str, Any]:
    """Write the records of both sources together, and return counts of all poems by outcome.

    Args:
        first: Archive, unpacked package or clone of chinese-poetry.
        second: Archive, folder or clone of poetry-source.
        target: The records file to write.
        exclude: Digests of further lines to hold out.
        say: Called with progress messages.

    Raises:
        CorpusError: A source is damaged or has another version.
    """
    report, held_lines = Outcomes(), _held_lines(exclude)
    say(f"reading {second.name}")
    files = gather_second(second)
    old, refiner = _core(first, held_lines, report, say)
    core = place_core(old)
    old = [_named(candidate) for candidate in old]
    say("cleaning the second source")
    seen = {"".join(candidate.poem.lines) for candidate in old}
    new = list(second_candidates(files, refiner, held_lines, seen, report))
    del files, seen
    say("comparing the 词 of both")
    pairs = same_ci(old, new)
    say(f"looking for copies among {len(old) + len(new)} poems")
    found = old + new
    placed = place_union(found, core, [(one, len(old) + other) for one, other in pairs])
    texts = dict(_mended(found, placed, [(one, len(old) + other) for one, other in pairs], report))
    _write(target, _records(found, placed, report, texts))
    return report.as_dict()


def _held_lines(exclude: NDArray[np.uint64] | None) -> frozenset[int]:
    held = own_list() if exclude is None else np.union1d(own_list(), exclude)
    return frozenset(held.tolist())


def _core(
    source: Path, held_lines: frozenset[int], report: Outcomes, say: Say
) -> tuple[list[Candidate], Refiner]:
    say(f"reading {source.name}")
    gathered = gather(source)
    say("cleaning")
    return list(core_candidates(gathered, held_lines, report)), Refiner.of(gathered)


def _named(candidate: Candidate) -> Candidate:
    """Return the candidate with its poet's name in the uniform spelling."""
    poem = candidate.poem
    name = one_name(poem.author)
    return candidate if name == poem.author else replace(candidate, poem=replace(poem, author=name))


def _mended(
    found: Sequence[Candidate],
    placed: Placed,
    pairs: Sequence[tuple[int, int]],
    report: Outcomes,
) -> Iterator[tuple[int, Poem]]:
    """Yield the index and the corrected record of every paired 词 of the first source, except
    validation and test poems and near-duplicates."""
    usual = usual_lengths(found)
    for one, other in pairs:
        # The text of validation and test poems never changes, so that scores stay comparable.
        if placed.splits[one] in FIXED or placed.copies[one]:
            continue
        before = found[one].poem
        after = corrected(before, found[other].poem, usual)
        if after.mended_from:
            report.mended["poems"] += 1
            report.mended["lines"] += sum(1 for _ in changed_lines(before, after))
        yield one, after


def _records(
    found: Sequence[Candidate],
    placed: Placed,
    report: Outcomes,
    texts: dict[int, Poem] | None = None,
) -> Iterator[Poem]:
    """Yield the poems that are not near-duplicates, each with its cluster and split."""
    numbers: dict[int, int] = {}
    for place, candidate in enumerate(found):
        if placed.copies[place]:
            report.left_out(candidate.group, "nearly the text of another")
            continue
        # A cluster is numbered by its first record in the file.
        number = numbers.setdefault(int(placed.roots[place]), report.splits.total())
        poem = candidate.poem if texts is None else texts.get(place, candidate.poem)
        split = placed.splits[place]
        if texts is not None and split not in FIXED and poem.kind == "词":
            poem = replace(poem, form=common_tune(poem.form))
        poem = replace(poem, cluster=number, split=split)
        report.kept(candidate.group, poem)
        yield poem


def _write(target: Path, poems: Iterator[Poem]) -> None:
    with target.open("w", encoding="utf-8") as file:
        for poem in poems:
            file.write(to_json(poem) + "\n")
