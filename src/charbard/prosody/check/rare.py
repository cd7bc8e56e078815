"""Characters read in a way that verse rarely uses: legal, but worth a note.

What is usual is the same to what writes: `book.USUAL`. Knows what each place asks, not why.
"""

from collections.abc import Iterator, Sequence

from charbard.prosody.book import Reading, usual_rhymes_of
from charbard.prosody.check.finding import Finding
from charbard.prosody.check.tones import BOTH, UNKNOWN, tone_string

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
        usual = tone_string(line, book=book, usual=True)
        end = len(line) if rhyme is None else len(line) - 1
        for place, (tone, asked) in enumerate(zip(usual[:end], pattern, strict=False), 1):
            if tone != asked and asked != BOTH and tone not in (BOTH, UNKNOWN):
                yield Finding("rare", number, place, legal=True)
        if rhyme is not None and _is_rare(line[-1], rhyme, book):
            yield Finding("rare", number, len(line), legal=True)


def _is_rare(char: str, rhyme: Reading, book: str) -> bool:
    return rhyme.rhyme not in usual_rhymes_of(char, book=book, tone=rhyme.tone)
