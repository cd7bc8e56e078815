"""Match 词 that occur in both sources, by lines or by poet and tune, and decide which text is
intact.

The 词 of chinese-poetry have thousands of typos (兢泛 for 竞泛, 潇鼓 for 箫鼓). poetry-source was
proofread with more care, so its characters are used, with the line division of chinese-poetry.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from charbard.corpora.verse.candidates import Candidate
from charbard.corpora.verse.titles import common_tune
from charbard.corpus.verse.poem import Poem

__all__ = ["SAME", "changed_lines", "corrected", "same_ci", "usual_lengths"]

SAME = 0.7
"""Minimum share of equal characters, in order, for two texts to count as the same 词."""
_LEAST_LINE = 4
_MARKS = "，。、"
Lengths = dict[str, Counter[int]]


def same_ci(first: Sequence[Candidate], second: Sequence[Candidate]) -> list[tuple[int, int]]:
    """Return pairs of indices (first source, second source) of the same 词; no index occurs twice.

    Args:
        first: Candidates from chinese-poetry.
        second: Candidates from poetry-source.
    """
    # 1) Index the first source: comparing all pairs would be quadratic.
    by_line: defaultdict[str, list[int]] = defaultdict(list)
    by_poet: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for place, candidate in enumerate(first):
        if candidate.poem.kind == "词":
            for line in set(candidate.poem.lines):
                if len(line) >= _LEAST_LINE:
                    by_line[line].append(place)
            by_poet[_poet_and_tune(candidate.poem)].append(place)
    # 2) Compare each 词 of the second source with the 词 that share the most lines, or else with
    #    the 词 of the same poet and tune.
    best: dict[int, tuple[float, int]] = {}
    for other, candidate in enumerate(second):
        if candidate.poem.kind != "词":
            continue
        lines = dict.fromkeys(candidate.poem.lines)  # ordered, to break ties deterministically
        shared = Counter(p for line in lines for p in by_line.get(line, ()))
        near = [p for p, _ in shared.most_common(3)] or by_poet.get(
            _poet_and_tune(candidate.poem), []
        )
        text = _bare(candidate.poem)
        for place in near:
            share = likeness(_bare(first[place].poem), text)
            # If two 词 of the second source match the same text, the more similar one gets it.
            if share >= SAME and share > best.get(place, (0.0, 0))[0]:
                best[place] = share, other
    return _matched(best)


def _matched(best: dict[int, tuple[float, int]]) -> list[tuple[int, int]]:
    """Keep, for each 词 of the second source, only the most similar 词 of the first source."""
    owner: dict[int, tuple[float, int]] = {}
    for place, (share, other) in best.items():
        if share > owner.get(other, (0.0, 0))[0]:
            owner[other] = share, place
    return sorted((place, other) for other, (_, place) in owner.items())


def likeness(one: str, other: str) -> float:
    """Return the share of equal characters in two texts, in order; may be 0 if it is below `SAME`.

    >>> likeness("兢泛兰舟", "竞泛兰舟")
    0.75
    """
    # Comparing position by position is enough for most pairs, and a hundred times faster than the
    # matcher.
    if len(one) == len(other):
        equal = sum(a == b for a, b in zip(one, other, strict=True)) / max(len(one), 1)
        if equal >= SAME:
            return equal
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    # `quick_ratio` is an upper bound of `ratio`, so a pair that it rules out needs no alignment.
    return matcher.ratio() if matcher.quick_ratio() >= SAME else 0.0


def usual_lengths(candidates: Sequence[Candidate]) -> Lengths:
    """Return, for each tune, how many 词 have each length in characters."""
    found: Lengths = defaultdict(Counter)
    for candidate in candidates:
        if candidate.poem.kind == "词":
            found[common_tune(candidate.poem.form)][len(_bare(candidate.poem))] += 1
    return found


def corrected(one: Poem, other: Poem, usual: Lengths) -> Poem:
    """Return the first source's record, with the second source's text if that text is intact.

    Of two texts of different lengths, the intact one has the length that is more common for the
    tune. A missing title is also taken from the second source.
    """
    tune = common_tune(one.form)
    one = replace(one, form=tune, title=one.title or other.title)
    ours, theirs = len(_bare(one)), len(_bare(other))
    if _bare(one) == _bare(other) or usual[tune][theirs] < usual[tune][ours]:
        return one
    text = _laid(_bare(other), one.text) if ours == theirs else other.text
    return replace(one, text=text, mended_from=other.id, rhyme=other.rhyme or one.rhyme)


def _laid(chars: str, marked: str) -> str:
    """Return `chars` with the marks of `marked`; both have the same number of other characters.

    >>> _laid("竞泛兰舟", "兢泛、兰舟。")
    '竞泛、兰舟。'
    """
    following = iter(chars)
    return "".join(mark if mark in _MARKS else next(following) for mark in marked)


def changed_lines(one: Poem, other: Poem) -> Iterator[tuple[str, str]]:
    """Yield the pairs of lines that differ between two versions of a poem; none if the versions
    have different numbers of lines."""
    if len(one.lines) == len(other.lines):
        yield from ((a, b) for a, b in zip(one.lines, other.lines, strict=True) if a != b)


def _bare(poem: Poem) -> str:
    return "".join(poem.lines)


def _poet_and_tune(poem: Poem) -> tuple[str, str]:
    return poem.author, common_tune(poem.form)
