"""Group a tune's poems into variants by their sentence ends and the tone of the rhyme."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import accumulate

from cipu import Pattern
from song_poems import Poem

from charbard.prosody.book import USED, readings_of

MIN_POEMS = 20  # minimum for a tune, and for a variant without the book
Key = tuple[tuple[int, ...], str]
"""Sentence ends of a poem, and the tone of its last rhyme."""


def tone(char: str) -> str:
    """Return a character's tone, 平 or 仄; 中 if it can have either, or if none is known."""
    found = {reading.tone for reading in readings_of(char, book="pingshui", least=USED)}
    return found.pop() if len(found) == 1 else "中"


def group(poems: Iterable[Poem]) -> dict[Key, list[Poem]]:
    """Group poems by sentence ends and tone of the last rhyme, the largest group first.

    A poem whose last character can have either tone joins the larger of the two groups.
    """
    found: dict[Key, list[Poem]] = defaultdict(list)
    undecided = []
    for poem in poems:
        if (last := tone(poem.lines[-1][-1])) == "中":
            undecided.append(poem)
        else:
            found[poem.cuts, last].append(poem)
    for poem in undecided:
        larger = max("平仄", key=lambda last: len(found.get((poem.cuts, last), ())))
        found[poem.cuts, larger].append(poem)
    return _remarked(dict(sorted(found.items(), key=lambda item: -len(item[1]))))


def _remarked(groups: dict[Key, list[Poem]]) -> dict[Key, list[Poem]]:
    """Merge groups whose poems differ only in punctuation from those of a larger group.

    Editors sometimes put ， after a rhyme. A poem belongs to the larger group if its lines end
    wherever that group's sentences do, and if each of these ends rhymes with a neighbouring one.
    """
    found: dict[Key, list[Poem]] = defaultdict(list)
    for number, (key, poems) in enumerate(groups.items()):
        larger = [each for each in list(groups)[:number] if each[1] == key[1]]
        for poem in poems:
            ends = set(accumulate(poem.lengths))
            fitting = (
                each
                for each in larger
                if set(each[0]) > set(key[0]) and ends >= set(each[0]) and _rhyme_at(poem, each[0])
            )
            found[next(fitting, key)].append(poem)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def by_book(
    groups: dict[Key, list[Poem]], book: Mapping[Key, Sequence[Pattern]]
) -> dict[Key, list[Poem]]:
    """Move poems of small groups to the 体 that their lines allow.

    An editor's 。 can differ from the book's: a poem fits a 体 if its lines end wherever the 体
    ends a sentence. If several 体 fit, a 体 by the same poet is preferred, then the 体 that
    shares the most sentence ends with the poem.
    """
    found: dict[Key, list[Poem]] = defaultdict(list)
    for key, poems in groups.items():
        for poem in poems:
            ends, to = set(accumulate(poem.lengths)), key
            if len(poems) < MIN_POEMS:
                fitting = [
                    each
                    for each in book
                    if each[1] == key[1] and each[0][-1] == key[0][-1] and set(each[0]) <= ends
                ]
                to = max(fitting, key=partial(likeness, poem, book), default=key)
            found[to].append(poem)
    return dict(sorted(found.items(), key=lambda item: -len(item[1])))


def likeness(poem: Poem, book: Mapping[Key, Sequence[Pattern]], key: Key) -> tuple[bool, int]:
    """Return how well a 体 suits a poem, as a key for sorting: whether the poet is the same, and
    the number of common sentence ends."""
    by_poet = any(pattern.author == poem.author for pattern in book[key])
    return by_poet, len(set(key[0]) & set(poem.cuts))


def _rhyme_at(poem: Poem, cuts: Sequence[int]) -> bool:
    """Return whether each of these sentence ends rhymes with the end before or after it."""
    text = "".join(poem.lines)
    ends = [parts(text[cut - 1]) for cut in cuts]
    return all(
        any(ends[at] & ends[other] for other in (at - 1, at + 1) if 0 <= other < len(ends))
        for at in range(len(ends))
    )


def parts(char: str) -> frozenset[str]:
    return frozenset(reading.rhyme for reading in readings_of(char, book="cilin", least=USED))
