"""Characters read in a way that verse rarely uses: legal, but worth a note.

What is usual is the same to what writes: `book.USUAL`. Knows what each place asks, not why.
"""

from collections.abc import Iterator, Sequence

from charbard.prosody.book import Reading, usual_rhymes_of, usual_tones_of
from charbard.prosody.check.finding import Finding
from charbard.prosody.check.tones import BOTH

__all__ = ["rare_findings"]


def rare_findings(
    lines: Sequence[str],
    patterns: Sequence[str],
    rhymes: Sequence[Reading | None],
    *,
    book: str,
) -> Iterator[Finding]:
    """A note for each character that keeps its place only by a rare tone or a rare rhyme.

    Args:
        lines: The poem, without marks.
        patterns: What each place asks: 平, 仄 or 中.
        rhymes: The reading that rhymes, of each line that does.
        book: Key of the rhyme book.
    """
    for number, (line, pattern, rhyme) in enumerate(zip(lines, patterns, rhymes, strict=True), 1):
        for place, (char, asked) in enumerate(zip(line, pattern, strict=True), 1):
            usual = usual_tones_of(char, book=book)
            if place == len(line) and rhyme is not None:
                is_rare = rhyme.rhyme not in usual_rhymes_of(char, book=book, tone=rhyme.tone)
            else:
                is_rare = asked != BOTH and bool(usual) and asked not in usual
            if is_rare:
                yield Finding("rare", number, place, legal=True)
