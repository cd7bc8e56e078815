"""Choose the keywords of a poem: a few words in order of occurrence.

Words are ranked by a table of counts in the corpus (`scripts/build_words.py`).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cache

from charbard.corpus.verse.poem import lines_of
from charbard.tables import table_lines

__all__ = [
    "COMMA",
    "END",
    "MOST_WORDS",
    "as_field",
    "keywords",
    "pair_starts",
    "pairs_of",
    "words_field",
    "words_of",
]

COMMA, END = "、", "。"

MOST_WORDS = 6
"""Maximum number of keywords; a long poem is divided into this many groups of sentences."""
_RHYTHM = {5: (0, 2, 3), 7: (0, 2, 4, 5)}
"""Places, by length of line, where a word of two characters may begin. Lines are divided as 2-3
and 2-2-3, and a word does not cross a division."""


def words_field(text: str, title: str = "") -> str:
    """Return a poem's keywords as the value of a condition field, which ends in a mark.

    >>> words_field("山外青山楼外楼，西湖歌舞几时休。暖风熏得游人醉，直把杭州作汴州。")[-1]
    '。'
    """
    return as_field(words_of(text, title))


def as_field(words: Sequence[str]) -> str:
    """Format words as the value of a condition field; empty if there are no words.

    >>> as_field(["月", "孤舟"])
    '月、孤舟。'
    """
    return COMMA.join(words) + END if words else ""


def words_of(text: str, title: str = "") -> tuple[str, ...]:
    """Return the highest-ranked word of each sentence, or of each group of them in a long poem.

    Args:
        text: Text of a record.
        title: Title of the record; its characters are skipped, because it is a condition itself.
    """
    found: list[str] = []
    for group in _groups(text):
        if word := _best(group, set(title).union(*found)):
            found.append(word)
    return tuple(found)


def pairs_of(line: str) -> list[str]:
    """Return the pairs of neighbouring characters that can be a word in a line of this length.

    >>> pairs_of("床前明月光")
    ['床前', '明月', '月光']
    """
    return [line[at : at + 2] for at in pair_starts(len(line))]


def pair_starts(length: int) -> Sequence[int]:
    """Return the 0-based places in a line where a word of two characters may begin."""
    return _RHYTHM.get(length, range(length - 1))


def keywords() -> Collection[str]:
    """Return every word of the table of ranks."""
    return _table().keys()


def _groups(text: str) -> Iterator[tuple[str, ...]]:
    """Yield the lines of each sentence, or of each sixth of a long poem."""
    sentences = [part for part in text.split("。") if part]
    count = min(len(sentences), MOST_WORDS)
    for place in range(count):
        # Cut by proportion, so that the groups of a long poem differ by one sentence at most.
        first, last = (len(sentences) * edge // count for edge in (place, place + 1))
        yield lines_of("。".join(sentences[first:last]))


def _best(lines: Iterable[str], spent: set[str]) -> str:
    """Return the highest-ranked word without a `spent` character, the more frequent one on ties.

    The result is empty if the table has no such word.
    """
    table = _table()
    words = (word for line in lines for word in (*line, *pairs_of(line)) if word in table)
    fresh = {word for word in words if not spent & set(word)}
    return min(fresh, key=lambda word: table[word], default="")


@cache
def _table() -> dict[str, tuple[float, int]]:
    """Load the sort key of each word, by weight and then frequency: (-weight, line)."""
    rows = (line.split("\t") for line in table_lines("corpus", "words.tsv"))
    return {word: (-float(weight), at) for at, (word, weight) in enumerate(rows)}
