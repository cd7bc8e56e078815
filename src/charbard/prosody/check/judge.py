"""Judging a poem against one form: tones by rule or table, then rhyme."""

from collections.abc import Sequence

from charbard.prosody.book import Reading, readings_of
from charbard.prosody.check.finding import Finding
from charbard.prosody.check.patterned import tone_findings
from charbard.prosody.check.rare import rare_findings
from charbard.prosody.check.regulated import meter_of, pattern_of, types_named
from charbard.prosody.check.report import Report
from charbard.prosody.check.rhyme import RhymeEnd, is_neighbour, rhyme_groups
from charbard.prosody.check.tones import BOTH, fits, tone_string
from charbard.prosody.form import Form, Variant
from charbard.prosody.poem import Poem

__all__ = ["judge"]

REGULATED = "近体诗"


def judge(
    poem: Poem, form: Form, *, book: str, variant: Variant | None = None, rhyme: str | None = None
) -> Report:
    """A poem against a form, by the variant that suits it best unless one is given.

    Args:
        rhyme: The rhyme asked for, by its name in the book; None accepts any.
    """
    variants = (variant,) if variant else form.variants
    fitting = [each for each in variants if each.lengths == poem.shape]
    if not fitting:
        return _misshapen(poem, form, variants, book)
    if form.kind == REGULATED:
        return _regulated(poem, form, book=book, variant=variant, rhyme=rhyme)
    reports = [_patterned(poem, form, each, book=book, rhyme=rhyme) for each in fitting]
    return min(
        reports, key=lambda each: (len(each.violations), each.rhymes.count(None), len(each.notes))
    )


def _regulated(
    poem: Poem, form: Form, *, book: str, variant: Variant | None, rhyme: str | None
) -> Report:
    """Regulated verse by its rules, not by the table of forms."""
    tones = tuple(tone_string(line, book=book) for line in poem.lines)
    width = len(poem.lines[0])
    ends = [
        RhymeEnd(number, line[-1], "平", width)
        for number, line in enumerate(poem.lines, 1)
        if number % 2 == 0
    ]
    first = poem.lines[0][-1]
    name, chosen, findings = rhyme_groups(ends, book=book, asked=rhyme, better=first)
    own = Reading("平", name)
    first_rhymes = own in readings_of(first, book=book)
    types = types_named(variant.name, width, len(tones)) if variant else None
    meter = meter_of(tones, types=types, first_rhymes=first_rhymes)
    is_strict = meter.is_regular and not findings
    usual = tuple(tone_string(line, book=book, usual=True) for line in poem.lines)
    if meter.is_legal:
        # 不 may be read level, but a poem that keeps the form without that is explained so.
        closer = meter_of(usual, types=meter.types)
        meter = closer if closer.is_legal else meter
    ends_level = meter.types[0] in "乙丁"
    if ends_level and first_rhymes:
        chosen[1] = own
    elif ends_level and (found := _first_rhyme(first, name, width, book)):
        findings.append(found)
        is_strict = False
    findings += _repeats(poem, chosen)
    opening = "首句入韵" if ends_level else "首句不入韵"
    patterns = tuple(
        _pattern(kind, every, mostly)
        for kind, every, mostly in zip(meter.types, tones, usual, strict=True)
    )
    rhymes = _by_line(poem, chosen)
    noted = _with_rare(poem, patterns, rhymes, [*meter.findings, *findings], book=book)
    return Report(
        form=form.name,
        kind=form.kind,
        variant=f"{pattern_of(meter.types[0], width, '')[1]}起{opening}",
        book=book,
        poem=poem,
        tones=tones,
        patterns=patterns,
        rhymes=rhymes,
        findings=noted,
        is_strict=is_strict,
    )


def _pattern(kind: str, tones: str, usual: str) -> str:
    """What a line of this type asks, by its usual tones if the line keeps it."""
    asked = pattern_of(kind, len(tones), usual)
    if all(fits(tone, wanted) for tone, wanted in zip(tones, asked, strict=True)):
        return asked
    return pattern_of(kind, len(tones), tones)


def _first_rhyme(char: str, rhyme: str, width: int, book: str) -> Finding | None:
    """What a first line that ends level, but not in the poem's rhyme, borrows or breaks."""
    if is_neighbour(char, rhyme, book=book):
        return Finding("neighbour", 1, width, legal=True)
    if readings_of(char, book=book):
        return Finding("rhyme", 1, width, f"平{rhyme}")
    return None


def _patterned(poem: Poem, form: Form, variant: Variant, *, book: str, rhyme: str | None) -> Report:
    """Any other form by its table."""
    tones = tuple(tone_string(line, book=book) for line in poem.lines)
    usual = [tone_string(line, book=book, usual=True) for line in poem.lines]
    patterns, findings = tone_findings(tones, usual, variant.lines)
    chosen: dict[int, Reading] = {}
    # A rhyme word in the wrong tone is found here already, as a fault of tone.
    wrong = {(each.line, each.place) for each in findings}
    for number, lines in enumerate(variant.rhyme_groups):
        ends = [
            RhymeEnd(n + 1, poem.lines[n][-1], patterns[n][-1], len(patterns[n])) for n in lines
        ]
        asked = rhyme if number == 0 else None
        _, rhyming, missing = rhyme_groups(ends, book=book, asked=asked)
        chosen |= rhyming
        findings += [each for each in missing if (each.line, each.place) not in wrong]
    findings += _repeats(poem, chosen)
    rhymes = _by_line(poem, chosen)
    return Report(
        form=form.name,
        kind=form.kind,
        variant=variant.name,
        book=book,
        poem=poem,
        tones=tones,
        patterns=tuple(patterns),
        rhymes=rhymes,
        findings=_with_rare(poem, patterns, rhymes, findings, book=book),
        is_strict=all(each.legal for each in findings),
    )


def _repeats(poem: Poem, chosen: dict[int, Reading]) -> list[Finding]:
    """Rhyme words that stand a second time."""
    seen: set[str] = set()
    found = []
    for number in sorted(chosen):
        char = poem.lines[number - 1][-1]
        if char in seen:
            found.append(Finding("repeat", number, len(poem.lines[number - 1]), legal=True))
        seen.add(char)
    return found


def _with_rare(
    poem: Poem,
    patterns: Sequence[str],
    rhymes: Sequence[Reading | None],
    findings: Sequence[Finding],
    *,
    book: str,
) -> tuple[Finding, ...]:
    """All that was found, and a note on each rare reading where nothing else was found."""
    taken = {(each.line, each.place) for each in findings}
    rare = rare_findings(poem.lines, patterns, rhymes, book=book)
    notes = [each for each in rare if (each.line, each.place) not in taken]
    return _in_order([*findings, *notes])


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: (each.line, each.place or 0)))


def _by_line(poem: Poem, chosen: dict[int, Reading]) -> tuple[Reading | None, ...]:
    return tuple(chosen.get(number) for number in range(1, len(poem.lines) + 1))


def _misshapen(poem: Poem, form: Form, variants: Sequence[Variant], book: str) -> Report:
    """A poem that has not the form's lines: only that is said, for tones cannot be compared."""
    nearest = min(
        variants,
        key=lambda each: (
            abs(len(each.lengths) - len(poem.shape)),
            sum(a != b for a, b in zip(each.lengths, poem.shape, strict=False)),
        ),
    )
    findings = []
    if len(nearest.lengths) != len(poem.shape):
        findings.append(Finding("lines", 0, None, str(len(nearest.lengths))))
    findings += [
        Finding("length", number, None, str(wanted))
        for number, (has, wanted) in enumerate(zip(poem.shape, nearest.lengths, strict=False), 1)
        if has != wanted
    ]
    return Report(
        form=form.name,
        kind=form.kind,
        variant=nearest.name,
        book=book,
        poem=poem,
        tones=tuple(tone_string(line, book=book) for line in poem.lines),
        patterns=tuple(BOTH * len(line) for line in poem.lines),
        rhymes=(None,) * len(poem.lines),
        findings=tuple(findings),
        is_strict=False,
    )
