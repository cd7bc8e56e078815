"""Match 词 that occur in both sources, by lines or by poet and tune, and decide whose text is
intact.

chinese-poetry's 词 have thousands of typos (兢泛 for 竞泛, 潇鼓 for 箫鼓). poetry-source was
proofread with more care, so its characters are used, in the line division of chinese-poetry.
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
"""Share of common characters, in order, from which two texts count as the same 词."""
_LEAST_LINE = 4
_MARKS = "，。、"
Lengths = dict[str, Counter[int]]


def same_ci(first: Sequence[Candidate], second: Sequence[Candidate]) -> list[tuple[int, int]]:
    """Pair each 词 of the second source with the most similar one of the first; use each index
    once.

    Args:
        first: Candidates of chinese-poetry.
        second: Candidates of poetry-source.
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
    # 2) Compare each 词 with those that share most lines, or else poet and tune.
    best: dict[int, tuple[float, int]] = {}
    for other, candidate in enumerate(second):
        if candidate.poem.kind != "词":
            continue
        lines = dict.fromkeys(candidate.poem.lines)  # ordered, so that ties are broken alike
        shared = Counter(p for line in lines for p in by_line.get(line, ()))
        near = [p for p, _ in shared.most_common(3)] or by_poet.get(
            _poet_and_tune(candidate.poem), []
        )
        text = _bare(candidate.poem)
        for place in near:
            share = likeness(_bare(first[place].poem), text)
            # Keyed by the first source, so a text that two claim goes to the one more like it.
            if share >= SAME and share > best.get(place, (0.0, 0))[0]:
                best[place] = share, other
    return _matched(best)


def _matched(best: dict[int, tuple[float, int]]) -> list[tuple[int, int]]:
    """Return for each 词 of the second source its most similar one of the first."""
    owner: dict[int, tuple[float, int]] = {}
    for place, (share, other) in best.items():
        if share > owner.get(other, (0.0, 0))[0]:
            owner[other] = share, place
    return sorted((place, other) for other, (_, place) in owner.items())


def likeness(one: str, other: str) -> float:
    """Return the share of characters that two texts have in common, in order.

    >>> likeness("兢泛兰舟", "竞泛兰舟")
    0.75
    """
    # Position by position is enough for most pairs; the matcher is a hundred times slower.
    if len(one) == len(other):
        equal = sum(a == b for a, b in zip(one, other, strict=True)) / max(len(one), 1)
        if equal >= SAME:
            return equal
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    # `quick_ratio` is an upper bound of `ratio`, so a pair that it rules out needs no alignment.
    return matcher.ratio() if matcher.quick_ratio() >= SAME else 0.0


def usual_lengths(candidates: Sequence[Candidate]) -> Lengths:
    """Count, for each tune, the 词 of each length in characters."""
    found: Lengths = defaultdict(Counter)
    for candidate in candidates:
        if candidate.poem.kind == "词":
            found[common_tune(candidate.poem.form)][len(_bare(candidate.poem))] += 1
    return found


def corrected(one: Poem, other: Poem, usual: Lengths) -> Poem:
    """Return the first source's record with the second's characters and title, where intact.

    Of two texts of different length, the intact one has the length more common among 词 of the
    tune.
    """
    tune = common_tune(one.form)
    one = replace(one, form=tune, title=one.title or other.title)
    ours, theirs = len(_bare(one)), len(_bare(other))
    if _bare(one) == _bare(other) or usual[tune][theirs] < usual[tune][ours]:
        return one
    text = _laid(_bare(other), one.text) if ours == theirs else other.text
    return replace(one, text=text, mended_from=other.id, rhyme=other.rhyme or one.rhyme)


def _laid(chars: str, marked: str) -> str:
    """Distribute characters over the lines of another text of the same length.

    >>> _laid("竞泛兰舟", "兢泛、兰舟。")
    '竞泛、兰舟。'
    """
    following = iter(chars)
    return "".join(mark if mark in _MARKS else next(following) for mark in marked)


def changed_lines(one: Poem, other: Poem) -> Iterator[tuple[str, str]]:
    """Yield the lines that differ between two texts of one poem with the same number of lines."""
    if len(one.lines) == len(other.lines):
        yield from ((a, b) for a, b in zip(one.lines, other.lines, strict=True) if a != b)


def _bare(poem: Poem) -> str:
    return "".join(poem.lines)


def _poet_and_tune(poem: Poem) -> tuple[str, str]:
    return poem.author, common_tune(poem.form)
