"""Find which stretches of a text occur in the corpus of verse, and where they come from.

If the corpus and its index are on disk, every stretch of four characters or more is found with its
source. Otherwise only whole lines are found, without sources.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from charbard.corpus.registry import built, required
from charbard.corpus.split import lines_in
from charbard.corpus.verse.script import common_spelling
from charbard.errors import CorpusError
from charbard.novelty.lines import known_lines
from charbard.novelty.spans import SourceLine, SpanIndex, has_spans, open_spans

__all__ = ["Traced", "index_at_hand", "index_of", "trace"]


@dataclass(frozen=True)
class Traced:
    """A stretch of a text that occurs in the corpus."""

    start: int
    end: int
    """Index in the text after the last character of the stretch."""
    text: str
    """The stretch in simplified characters."""
    count: int | None
    """Number of occurrences in the corpus; None without an index."""
    source: SourceLine | None
    """The first occurrence; None without an index."""


def trace(text: str, index: SpanIndex | None) -> tuple[Traced, ...]:
    """Return the stretches of a text that occur in the corpus, except those inside a longer one.

    Args:
        text: Lines in either script, separated by marks or line breaks.
        index: The index of the corpus; None: find only whole lines, by digests in the package.
    """
    plain = common_spelling(text)
    placed = list(_placed(plain))
    lines = [line for _, line in placed]
    if index is not None:
        return tuple(
            Traced(
                placed[span.line][0] + span.start,
                placed[span.line][0] + span.end,
                lines[span.line][span.start : span.end],
                span.count,
                span.source,
            )
            for span in index.spans(lines)
        )
    known = known_lines().hold(lines)
    return tuple(
        Traced(start, start + len(line), line, None, None)
        for (start, line), is_known in zip(placed, known, strict=True)
        if is_known
    )


def index_of(name: str) -> SpanIndex:
    """Return the span index of a corpus of verse, building the index on first use.

    Raises:
        CorpusError: The corpus is unknown, not built or not of verse, or its index is damaged.
        SaveError: The index cannot be written.
    """
    found = required(name)
    if "forms" not in found.about:
        raise CorpusError(
            f"the corpus {name!r} is not one of verse",
            code="corpus.prose",
            values={"corpus": name},
            hint="name the corpus verse",
        )
    return open_spans(found.path)


def index_at_hand() -> SpanIndex | None:
    """Return the span index of a corpus of verse, preferring the larger corpus, or None if no
    corpus with an index is on disk.

    Raises:
        CorpusError: The index is damaged.
    """
    for name in ("verse", "verse-core"):
        found = built(name)
        if found is not None and has_spans(found.path):
            return _opened(found.path)
    return None


@lru_cache(maxsize=1)
def _opened(records: Path) -> SpanIndex:
    return open_spans(records)


def _placed(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and the text of every line."""
    place = 0
    for line in lines_in(text):
        # `lines_in` gives no offsets, but its lines are in order, so search after the previous
        # line.
        place = text.index(line, place)
        yield place, line
        place += len(line)
