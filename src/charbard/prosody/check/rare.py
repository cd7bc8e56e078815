"""Notes on characters in rare readings, which are legal but worth mentioning.

A reading is rare if its share is below `book.USUAL`, the threshold that writing uses.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from charbard.prosody.book import Reading, usual_rhymes_of
from charbard.prosody.check.finding import Finding
from charbard.prosody.check.tones import BOTH, UNKNOWN, tone_strings

__all__ = ["rare_findings"]


def rare_findings(
    lines: tuple[str, ...],
    patterns: Sequence[str],
    rhymes: Sequence[Reading | None],
    *,
    book: str,
) -> Iterator[Finding]:
    """Yield a note for each character that fits its place only in a rare tone or a rare rhyme.

    Args:
        lines: The poem, without punctuation.
        patterns: Required tone at each place: 平, 仄 or 中.
        rhymes: For each line, the reading in which its last character rhymes; None for no rhyme.
        book: Key of the rhyme book.
    """
    usual = tone_strings(lines, book=book, usual=True)
    for number, (line, tones, pattern, rhyme) in enumerate(
        zip(lines, usual, patterns, rhymes, strict=True), 1
    ):
        end = len(line) if rhyme is None else len(line) - 1
        for place in _rare_places(tones, pattern):
            if place <= end:
                yield Finding("rare", number, place, legal=True)
        if rhyme is not None and _is_rare(line[-1], rhyme, book):
            yield Finding("rare", number, len(line), legal=True)


@lru_cache(maxsize=65536)
def _rare_places(usual: str, pattern: str) -> tuple[int, ...]:
    """Return the 1-based places where the required tone is not a usual tone of the character."""
    pairs = enumerate(zip(usual, pattern, strict=True), 1)
    return tuple(
        place
        for place, (tone, asked) in pairs
        if tone != asked and asked != BOTH and tone not in (BOTH, UNKNOWN)
    )


@lru_cache(maxsize=8192)
def _is_rare(char: str, rhyme: Reading, book: str) -> bool:
    return rhyme.rhyme not in usual_rhymes_of(char, book=book, tone=rhyme.tone)
