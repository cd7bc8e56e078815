"""Judge a poem against one form: tones by rule or by table, then rhyme."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from charbard.prosody.book import Reading, readings_of
from charbard.prosody.check.finding import Finding
from charbard.prosody.check.patterned import tone_findings
from charbard.prosody.check.rare import rare_findings
from charbard.prosody.check.regulated import pattern_of, scan, types_named
from charbard.prosody.check.report import Report
from charbard.prosody.check.rhyme import RhymeEnd, allowed_rhymes, is_neighbour, rhyme_groups
from charbard.prosody.check.tones import BOTH, fits, tone_strings
from charbard.prosody.form import Form, Variant
from charbard.prosody.poem import Poem

__all__ = [
    "REGULATED",
    "SUNG",
    "fitting_variants",
    "judge",
    "judge_near",
    "nearness",
    "report_wrong_shape",
]


class Near(Protocol):
    """A variant that fits the poem except for the length of one sentence; see `fit`."""

    @property
    def variant(self) -> Variant:
        """The variant with the unmatched sentence resized to the poem's."""

    @property
    def line(self) -> int:
        """1-based number of the unmatched sentence's last line."""

    @property
    def wanted(self) -> int:
        """Number of characters that the form requires in the unmatched sentence."""


REGULATED = "近体诗"
SUNG = ("词", "曲")
"""Kinds of verse in which commas may be anywhere inside a sentence."""


def judge(
    poem: Poem, form: Form, *, book: str, variant: Variant | None = None, rhyme: str | None = None
) -> Report:
    """Judge a poem against a form, using the given variant or else the one that fits best.

    Args:
        rhyme: Name of the required rhyme in the book; None accepts any rhyme.
    """
    variants = (variant,) if variant else form.variants
    fitting = fitting_variants(poem, form, variants)
    if not fitting:
        return report_wrong_shape(poem, form, variants, book)
    # The rules determine the line types without the variants, so one judgement covers them all.
    if form.kind == REGULATED:
        return _regulated(poem, form, book=book, variant=variant, rhyme=rhyme)
    found = [_scanned(poem, form, each, book=book, rhyme=rhyme) for each in fitting]
    # Notes only break ties between variants; finding them is half the work.
    least = min(each.faults for each in found)
    reports = [_report(poem, form, each, book=book) for each in found if each.faults == least]
    return min(reports, key=nearness)


def judge_near(poem: Poem, form: Form, near: Near, *, book: str) -> Report:
    """Judge a poem against a variant that fits except for the length of one sentence."""
    scanned = _scanned(poem, form, near.variant, book=book, rhyme=None)
    report = _report(poem, form, scanned, book=book)
    odd = Finding("sentence", near.line, None, str(near.wanted))
    return replace(report, findings=_in_order([*report.findings, odd]), is_strict=False)


def nearness(report: Report) -> tuple[int, int, int]:
    """Return the key by which reports on several variants are sorted, nearest first: the numbers of
    faults, of lines without a rhyme, and of notes."""
    return len(report.violations), report.rhymes.count(None), len(report.notes)


def fitting_variants(poem: Poem, form: Form, variants: Sequence[Variant]) -> list[Variant]:
    """Return the variants that have the poem's line lengths; variants of sung verse are first
    divided as the poem is."""
    if form.kind not in SUNG:
        return [each for each in variants if each.lengths == poem.shape]
    size = sum(poem.shape)
    as_long = (each for each in variants if each.line_ends[-1] == size)
    fitting = [found for each in as_long if (found := each.divided(poem.shape)) is not None]
    if not fitting and form.kind == "曲":
        return [found for each in variants if (found := each.padded(poem.shape)) is not None]
    return fitting


def _regulated(
    poem: Poem, form: Form, *, book: str, variant: Variant | None, rhyme: str | None
) -> Report:
    """Judge regulated verse by its rules, not by the table of forms."""
    tones = tone_strings(poem.lines, book=book)
    width = len(poem.lines[0])
    ends = [
        RhymeEnd(number, line[-1], "平", width)
        for number, line in enumerate(poem.lines, 1)
        if number % 2 == 0
    ]
    first = poem.lines[0][-1]
    name, chosen, findings = rhyme_groups(ends, book=book, asked=rhyme, better=first)
    own = Reading("平", name)
    # Any reading in the main rhyme will do, since nobody can say how the poet read the word.
    first_rhymes = own in readings_of(first, book=book)
    types = types_named(variant.name, width, len(tones)) if variant else None
    scansion = scan(tones, types=types, first_rhymes=first_rhymes)
    # Strictness is decided with every reading allowed. The second scan below only explains, and may
    # report a rescue that the rarer readings do not need.
    is_strict = scansion.is_regular and not findings
    usual = tone_strings(poem.lines, book=book, usual=True)
    if scansion.is_legal:
        # Prefer usual readings: 不 can be level, but a poem that keeps the form with 不 oblique
        # should not be explained by the rare reading.
        closer = scan(usual, types=scansion.types)
        scansion = closer if closer.is_legal else scansion
    # A level first line either joins the main rhyme, borrows a neighbouring one, or is a fault.
    ends_level = scansion.types[0] in "乙丁"
    if ends_level and first_rhymes:
        chosen[1] = own
    elif ends_level and (found := _first_rhyme(first, name, width, book)):
        findings.append(found)
        is_strict = False
    findings += _repeats(poem, chosen)
    opening = "首句入韵" if ends_level else "首句不入韵"
    patterns = tuple(
        _pattern(kind, every, mostly)
        for kind, every, mostly in zip(scansion.types, tones, usual, strict=True)
    )
    rhymes = _by_line(poem, chosen)
    noted = _with_rare(poem, patterns, rhymes, [*scansion.findings, *findings], book=book)
    return Report(
        form=form.name,
        kind=form.kind,
        variant=f"{pattern_of(scansion.types[0], width, '')[1]}起{opening}",
        book=book,
        poem=poem,
        tones=tones,
        patterns=patterns,
        rhymes=rhymes,
        findings=noted,
        is_strict=is_strict,
        groups=tuple("a" if n in chosen else "" for n in range(1, len(poem.lines) + 1)),
    )


def _pattern(kind: str, tones: str, usual: str) -> str:
    """Return the pattern that a line of this type requires.

    It is 特拗 if the usual tones show 特拗, or if the possible tones fit only 特拗.
    """
    asked = pattern_of(kind, len(tones), usual)
    if all(fits(tone, wanted) for tone, wanted in zip(tones, asked, strict=True)):
        return asked
    return pattern_of(kind, len(tones), tones)


def _first_rhyme(char: str, rhyme: str, width: int, book: str) -> Finding | None:
    """Judge a first line that ends level but outside the main rhyme: return a borrowed rhyme, a
    fault, or None if the book does not list the character."""
    if is_neighbour(char, rhyme, book=book):
        return Finding("neighbour", 1, width, legal=True)
    if readings_of(char, book=book):
        return Finding("rhyme", 1, width, f"平{rhyme}")
    return None


@dataclass(frozen=True, slots=True)
class _Scanned:
    """A poem's tones and rhymes, compared with one variant of the form's table."""

    variant: Variant
    patterns: tuple[str, ...]
    chosen: dict[int, Reading]
    """1-based number of a line -> the reading in which its last character rhymes."""
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[int, int]:
        """Sort key (faults, -rhymes found), which orders as `nearness` does before notes."""
        return sum(not each.legal for each in self.findings), -len(self.chosen)


def _scanned(poem: Poem, form: Form, variant: Variant, *, book: str, rhyme: str | None) -> _Scanned:
    """Compare a poem's tones and rhymes with the patterns of one variant."""
    tones = tone_strings(poem.lines, book=book)
    usual = tone_strings(poem.lines, book=book, usual=True)
    patterns, findings = tone_findings(tones, usual, variant.lines)
    chosen: dict[int, Reading] = {}
    # A rhyme word in the wrong tone is already a fault of tone, and is reported only once.
    wrong = {(each.line, each.place) for each in findings}
    for number, lines in enumerate(variant.rhyme_groups):
        ends = [
            RhymeEnd(n + 1, poem.lines[n][-1], patterns[n][-1], len(patterns[n])) for n in lines
        ]
        # A request names one rhyme, that of the first group; where the tune changes rhyme, the
        # other groups are free.
        asked = rhyme if number == 0 else None
        _, rhyming, missing = rhyme_groups(ends, book=book, asked=asked)
        chosen |= rhyming
        missing = [each for each in missing if (each.line, each.place) not in wrong]
        if form.kind in SUNG:
            missing = list(allowed_rhymes(missing, ends, rhyming, today=form.kind == "曲"))
        findings += missing
    return _Scanned(variant, tuple(patterns), chosen, tuple(findings))


def _report(poem: Poem, form: Form, scanned: _Scanned, *, book: str) -> Report:
    """Turn the comparison with a variant into a report, adding notes and stanzas."""
    variant, patterns, chosen = scanned.variant, scanned.patterns, scanned.chosen
    findings = [*scanned.findings, *_repeats(poem, chosen), *_divisions(poem, form, variant)]
    if form.kind in SUNG:  # take the stanzas from the tune, whether or not blank rows show them
        poem = poem.with_stanzas(variant.stanza_ends)
    rhymes = _by_line(poem, chosen)
    return Report(
        form=form.name,
        kind=form.kind,
        variant=variant.name,
        book=book,
        poem=poem,
        tones=tone_strings(poem.lines, book=book),
        patterns=patterns,
        rhymes=rhymes,
        findings=_with_rare(poem, patterns, rhymes, findings, book=book),
        # These are the only legal findings that need no exception to the rules of tone and rhyme.
        is_strict=all(each.rule in ("repeat", "division", "rare") for each in findings),
        groups=tuple(line.rhyme or "" for line in variant.lines),
    )


def _divisions(poem: Poem, form: Form, variant: Variant) -> Iterator[Finding]:
    """Report sentences that a poem divides differently from the tune's page, or lines with 衬字."""
    # Compare by identity: `==` would compare whole variants line by line, which is slow here.
    if form.kind not in SUNG or any(variant is each for each in form.variants):
        return
    original = form.variant_named(variant.name)
    if original.line_ends[-1] != variant.line_ends[-1]:
        if len(original.lines) == len(variant.lines):  # otherwise it is already reported
            for number, (ours, theirs) in enumerate(
                zip(variant.lines, original.lines, strict=True), 1
            ):
                if len(ours) > len(theirs):
                    yield Finding("padding", number, None, str(len(theirs)), legal=True)
        return
    ends, theirs_ends = set(variant.line_ends), set(original.line_ends)
    start = 0
    for line, end in enumerate(variant.line_ends, 1):
        if end in original.sentence_ends:
            # Splitting one line of the form further is not a different division.
            if any(start < at < end for at in theirs_ends - ends):
                yield Finding("division", line, None, legal=True)
            start = end


def _repeats(poem: Poem, chosen: dict[int, Reading]) -> list[Finding]:
    """Report rhyme words that are used more than once."""
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
    """Add a note on each rare reading at a place where nothing else was found."""
    # A fault says more about a place than a note on a rare reading would.
    taken = {(each.line, each.place) for each in findings}
    rare = rare_findings(poem.lines, patterns, rhymes, book=book)
    notes = [each for each in rare if (each.line, each.place) not in taken]
    return _in_order([*findings, *notes])


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda each: (each.line, each.place or 0)))


def _by_line(poem: Poem, chosen: dict[int, Reading]) -> tuple[Reading | None, ...]:
    return tuple(chosen.get(number) for number in range(1, len(poem.lines) + 1))


def report_wrong_shape(poem: Poem, form: Form, variants: Sequence[Variant], book: str) -> Report:
    """Report that a poem does not have the form's lines, so that nothing else can be compared."""
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
        tones=tone_strings(poem.lines, book=book),
        patterns=tuple(BOTH * len(line) for line in poem.lines),
        rhymes=(None,) * len(poem.lines),
        findings=tuple(findings),
        is_strict=False,
    )
