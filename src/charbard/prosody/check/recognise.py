"""Identify the form of a poem by its title, by its lines, and by where its sentences end.

A form whose lines or fixed tones fit badly is no match: the result is then None instead of the
nearest form.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from itertools import accumulate

from charbard.prosody.catalogue import form_named, templates
from charbard.prosody.check.fit import near_variants, tunes_of
from charbard.prosody.check.judge import (
    REGULATED,
    SUNG,
    fitting_variants,
    judge,
    judge_near,
    nearness,
)
from charbard.prosody.check.remark import remark
from charbard.prosody.check.report import Report
from charbard.prosody.check.titled import forms_in_title
from charbard.prosody.check.tones import tone_bits, tone_strings
from charbard.prosody.form import Form, Variant
from charbard.prosody.poem import Poem

__all__ = ["LOOSE", "named_report", "recognised", "sizes_for"]

LOOSE = ("古体诗", "诗经")
"""Kinds of verse that leave the tones free."""
_UNSOUGHT = ("姓名", "歌词", "词", "曲")
"""Kinds whose forms are not identified by line lengths."""
_TOO_BROKEN = 0.5
"""Faults per line above which a poem counts as old verse instead of faulty regulated verse."""
_TONES_OFF, _RHYMES_OFF = 0.12, 0.34
"""A tune matches if at most these shares of its fixed tones and of its rhymes are wrong."""
_LEAST_SENTENCES = {1: 4, 2: 7}
"""Characters by which one sentence is off -> number of other sentences that must match for a tune
to be identified."""
_TWINS = 3


def recognised(poem: Poem, *, book: str | None, rhyme: str | None = None) -> Report | None:
    """Judge a poem against the form that fits it best; return None if no form fits.

    Args:
        book: A rhyme book's key; None uses each form's own book.
        rhyme: The rhyme required of the first rhyme group.
    """
    if (report := named_report(poem, book=book, rhyme=rhyme)) is not None:
        return report
    # The most reliable evidence comes first: the title, then even lines without a fault, then the
    # ends of a tune's sentences. Tunes with one sentence off come last: they fit too many poems.
    even = _even(poem, book=book, rhyme=rhyme)
    if even and even.kind not in LOOSE and even.is_kept:
        return even
    sung = _sung(poem, book=book, rhyme=rhyme)
    if even and sung:
        # A loose form fits nearly every poem, so a tune that fits is stronger evidence.
        return sung if even.kind in LOOSE or _faults(sung) < _faults(even) else even
    return even or sung or _nearly_sung(poem, book=book, rhyme=rhyme)


def named_report(poem: Poem, *, book: str | None, rhyme: str | None) -> Report | None:
    """Judge a poem against a form that its title names; None if its lines fit none, even nearly."""
    forms = forms_in_title(poem.title)
    found = [
        judge(poem, form, book=book or form.book, rhyme=rhyme)
        for form in forms
        if fitting_variants(poem, form, form.variants)
    ]
    if found:
        return min(found, key=nearness)
    near = [
        judge_near(poem, form, each, book=book or form.book)
        for form in forms
        if form.kind in SUNG
        for _, each in near_variants(poem.shape, form)
    ]
    return min(near, key=nearness) if near else None


def _even(poem: Poem, *, book: str | None, rhyme: str | None) -> Report | None:
    """Identify a form by its line lengths: regulated verse, old verse, couplets."""
    reports: list[Report] = []
    for form in _of_shape(poem.shape):
        # Strict forms come first. A loose form fits nearly every poem, so it is tried only if all
        # strict forms are badly broken.
        if form.kind in LOOSE and not all(map(_is_too_broken, reports)):
            break
        report = judge(poem, form, book=book or form.book, rhyme=rhyme)
        reports.append(report)
        if report.is_kept:
            break
    fitting = [each for each in reports if _fits(each)]
    if not fitting:
        return None
    best = min(
        fitting, key=lambda each: (each.kind in LOOSE or _is_too_broken(each), _faults(each))
    )
    tight = next((each for each in reports if each.kind == REGULATED), None)
    if best.kind in LOOSE and tight:
        count = len(tight.violations)
        key = "as-other" if count > 1 else "as-other-one"
        return replace(best, remarks=(remark(key, form=tight.form, count=count),))
    return best


def _fits(report: Report) -> bool:
    """Return whether a poem whose line lengths match a form can count as that form: a loose form
    must rhyme, a couplet must be faultless, and any other form must not be too broken."""
    if report.kind in LOOSE:
        return _rhymes_off(report) <= _RHYMES_OFF
    if report.kind == "对联":
        return report.is_kept
    return not _is_too_broken(report)


def _is_too_broken(report: Report) -> bool:
    return len(report.violations) > _TOO_BROKEN * len(report.poem.lines)


def _faults(report: Report) -> int:
    return len(report.violations)


def _rhymes_off(report: Report) -> float:
    wrong = sum(each.rule == "rhyme" for each in report.violations)
    return wrong / max(1, wrong + sum(each is not None for each in report.rhymes))


def _sung(poem: Poem, *, book: str | None, rhyme: str | None) -> Report | None:
    """Identify a tune by where the sentences end, without using the title."""
    found: list[tuple[tuple[int, int], Report]] = []
    for form, variant in tunes_of(poem.shape):
        if _is_poem_like(poem.shape) and set(_rhyme_tones(variant)) != {"仄"}:
            continue  # lines like those of a 诗: only a title can identify such a tune
        if not _may_be_tune(poem, variant, book or form.book):
            continue
        report = judge(poem, form, book=book or form.book, variant=variant, rhyme=rhyme)
        if _is_tune(report):
            # Of two tunes that fit equally well, the more frequent one is likelier.
            found.append(((_faults(report), -variant.poems), report))
    if not found:
        return None
    (faults, _), best = min(found, key=lambda each: each[0])
    # Among the variants of the best tune, prefer the one that accounts for most of the poem's
    # rhymes.
    best = min((each for _, each in found if each.form == best.form), key=nearness)
    names = dict.fromkeys(each.form for (count, _), each in found if count == faults)
    twins = [name for name in names if name is not None and name != best.form][:_TWINS]
    remarks = (remark("twin", forms="、".join(twins)),) if twins else ()
    return replace(best, remarks=remarks) if remarks else best


def _nearly_sung(poem: Poem, *, book: str | None, rhyme: str | None) -> Report | None:
    """Identify a tune by where the sentences end, with one sentence off by one or two
    characters."""
    found = [
        report
        for form, near in near_variants(poem.shape)
        if len(near.variant.sentence_ends) > _LEAST_SENTENCES[abs(near.off)]
        and _may_be_tune(poem, near.variant, book or form.book)
        and _is_tune(report := judge_near(poem, form, near, book=book or form.book))
    ]
    return min(found, key=nearness) if found else None


def _may_be_tune(poem: Poem, variant: Variant, book: str) -> bool:
    """Return whether a poem may have a tune's fixed tones; False rules the tune out.

    A misfit at a place that `_excusing` returns is taken for 特拗 or 孤平拗救: two misfits are
    then excused, and two more tones required.
    """
    # This cheap test with bit sets over the whole poem comes first, because judging every tune in
    # full would be too slow.
    level, oblique = tone_bits("".join(tone_strings(poem.lines, book=book)))
    asks_level, asks_oblique = tone_bits(variant.tones)
    too_level, too_oblique = asks_oblique & level, asks_level & oblique
    special, rescued = _excusing(poem.shape)
    excused = 2 * ((too_level & special).bit_count() + (too_oblique & rescued).bit_count())
    wrong = (too_level | too_oblique).bit_count() - excused
    return wrong <= _TONES_OFF * ((asks_level | asks_oblique).bit_count() + excused)


@lru_cache(maxsize=64)
def _excusing(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return, as bits, (the places where 特拗 has level instead of oblique, those where 孤平拗救
    has oblique instead of level)."""
    # Bit 0 is the poem's last character, as in `tone_bits`: `last` holds the bit of each line's
    # last character, and places before it in the line have higher bits.
    last = [
        sum(shape) - end
        for end, size in zip(accumulate(shape), shape, strict=True)
        if size in (5, 7)
    ]
    return sum(1 << at + 1 for at in last), sum(1 << at + 4 for at in last)


def _is_tune(report: Report) -> bool:
    """Return whether a poem has the fixed tones and the rhymes of a tune."""
    wrong = sum(each.rule == "tone" for each in report.violations)
    return wrong <= _TONES_OFF * report.fixed and _rhymes_off(report) <= _RHYMES_OFF


def _is_poem_like(shape: tuple[int, ...]) -> bool:
    return len(set(shape)) == 1 and shape[0] in (5, 6, 7) and len(shape) in (4, 8)


def _rhyme_tones(variant: Variant) -> Iterator[str]:
    yield from (line.patterns[0][-1] for line in variant.lines if line.rhyme)


@lru_cache(maxsize=256)
def _of_shape(shape: tuple[int, ...]) -> tuple[Form, ...]:
    """Return every form with a variant of these line lengths, stricter forms first."""
    fixed = [
        form
        for form in _by_total().get(sum(shape), ())
        if any(variant.lengths == shape for variant in form.variants)
    ]
    width = shape[0]
    # Long verse may have any even number of lines, so its forms are built to size, not indexed.
    if len(shape) >= 10 and len(shape) % 2 == 0 and set(shape) == {width} and width in (4, 5, 7):
        names = {4: ("四言",), 5: ("五排", "五古"), 7: ("七排", "七古")}[width]
        fixed += [form_named(name, len(shape)) for name in names]
    return tuple(sorted(fixed, key=lambda form: form.kind in LOOSE))


def sizes_for(size: int) -> tuple[str, ...]:
    """Return the names of the regulated forms that have this many characters in all."""
    return tuple(form.name for form in _by_total().get(size, ()) if form.kind == REGULATED)


@cache
def _by_total() -> dict[int, list[Form]]:
    """Index forms in their usual size by number of characters, except variants of a single line."""
    found: dict[int, list[Form]] = {}
    for template in templates():
        if template.kind in _UNSOUGHT:
            continue
        form = template.form()
        several = [variant for variant in form.variants if len(variant.lines) > 1]
        for total in {sum(variant.lengths) for variant in several}:
            found.setdefault(total, []).append(form)
    return found
