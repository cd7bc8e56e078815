"""Check a text: parse it, identify its form, and judge it against the form."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import chain, islice

from charbard.errors import OptionError
from charbard.prosody.book import book_named, fold
from charbard.prosody.catalogue import form_named, templates
from charbard.prosody.check.fit import near_variants
from charbard.prosody.check.judge import (
    SUNG,
    fitting_variants,
    judge,
    judge_near,
    nearness,
    report_wrong_shape,
)
from charbard.prosody.check.recognise import recognised, sizes_for
from charbard.prosody.check.remark import Remark, remark
from charbard.prosody.check.report import Report
from charbard.prosody.check.titled import forms_in_title
from charbard.prosody.check.unknown import unknown_report
from charbard.prosody.form import Form, Variant
from charbard.prosody.poem import Poem, readings
from charbard.prosody.rhyme_name import rhyme_named

__all__ = ["check", "check_poem"]

_MOST_READINGS = 24


def check(
    text: str,
    form: str | Form | None = None,
    *,
    variant: str | None = None,
    book: str | None = None,
    rhyme: str | None = None,
) -> Report:
    """Check whether a poem keeps a form, and report where it does not.

    Args:
        text: The poem, in any script and layout; title, author and preface may precede it.
        form: A form or its name; None identifies it from title, lines and tones.
        variant: Name of one of the form's variants; None selects the nearest.
        book: A rhyme book's key or name; None uses the form's own.
        rhyme: Name of the rhyme required of the first rhyme group; None accepts any.

    Returns:
        A report; its `form` is None if no known form fits, and the report then shows tones,
        rhymes and which lines rhyme together.

    Raises:
        OptionError: The form, variant, book or rhyme does not exist, or the text has no Chinese
            character.

    >>> report = check("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。")
    >>> report.form, report.variant, report.is_kept
    ('五绝', '仄起首句不入韵', True)
    """
    return check_poem(
        islice(readings(text), _MOST_READINGS), form, variant=variant, book=book, rhyme=rhyme
    )


def check_poem(
    poems: Iterable[Poem],
    form: str | Form | None = None,
    *,
    variant: str | None = None,
    book: str | None = None,
    rhyme: str | None = None,
) -> Report:
    """Check a text whose possible readings, likeliest first, are already parsed; see `check`."""
    key = book_named(book).key if book else None
    if form is None:
        if variant is not None:
            raise OptionError(
                f"variant {variant!r} without a form",
                code="variant.formless",
                values={"variant": variant},
                hint="name the form too: ⟪form=七律⟫",
            )
        asked = rhyme_named(rhyme, book=key or "pingshui") if rhyme else None
        report = _found(poems, key or ("pingshui" if rhyme else None), asked)
        return _told(report, is_given=False)
    chosen = form_named(form) if isinstance(form, str) else form
    found = iter(poems)
    first = next(found)
    if isinstance(form, str) and (sized := _resized(form, len(first.lines))):
        chosen = sized
    wanted = chosen.variant_named(variant) if variant else None
    asked = rhyme_named(rhyme, book=key or chosen.book) if rhyme else None
    report = _given(first, found, chosen, wanted, key or chosen.book, asked)
    return _told(report, is_given=True)


def _given(
    first: Poem,
    others: Iterable[Poem],
    form: Form,
    variant: Variant | None,
    book: str,
    rhyme: str | None,
) -> Report:
    """Judge a text against a requested form, using its likeliest reading that has the form's
    lines."""
    variants = (variant,) if variant else form.variants
    for poem in chain([first], others):
        for divided in (poem, poem.split_at_pauses()) if poem.pauses else (poem,):
            if fitting_variants(divided, form, variants):
                return judge(divided, form, book=book, variant=variant, rhyme=rhyme)
    if first.is_undivided:
        for each in variants:
            if sum(each.lengths) == sum(first.shape):
                report = judge(_divided(first, each), form, book=book, variant=variant, rhyme=rhyme)
                return replace(report, remarks=(remark("divided"),))
    near = [
        judge_near(first, form, each, book=book)
        for _, each in (near_variants(first.shape, form) if form.kind in SUNG else ())
        if variant is None or each.variant.name == variant.name
    ]
    return min(near, key=nearness) if near else report_wrong_shape(first, form, variants, book)


def _found(poems: Iterable[Poem], book: str | None, rhyme: str | None) -> Report:
    """Identify the form of a text, using its likeliest reading that fits any form."""
    first: Poem | None = None
    for poem in poems:
        report = recognised(poem, book=book, rhyme=rhyme)
        if report is None and poem.pauses:
            report = recognised(poem.split_at_pauses(), book=book, rhyme=rhyme)
        if report is not None and (first is None or _is_sure(report, first)):
            return report
        first = first or poem
    assert first is not None
    titled = [form for form in forms_in_title(first.title) if form.kind in SUNG]
    if titled and not first.is_undivided:
        why = remark("titled", form=titled[0].name)
        return unknown_report(first, book=book, remarks=(why,))
    return unknown_report(first, book=book, forms=sizes_for(sum(first.shape)))


def _is_sure(report: Report, whole: Poem) -> bool:
    """Return whether a reading that omits rows of the text is certainly right.

    The reading is right if the title names its form, or if the omitted rows cannot be verse of the
    same poem.
    """
    poem = report.poem
    out = whole.lines[: len(whole.lines) - len(poem.lines)]
    rest = whole.lines[len(poem.lines) :]
    if forms_in_title(poem.title):
        return any(form.name == report.form for form in forms_in_title(poem.title))
    widths = set(poem.shape)
    # The omitted rows may be first or last rows, so the line lengths at both ends count.
    other = {*map(len, out), *map(len, rest)} if out != rest else set(map(len, out))
    unmarked = sum(not mark for mark in whole.marks) >= len(whole.lines) - len(poem.lines)
    return report.is_kept and (len(widths) == 1 or unmarked) and not widths & other


def _divided(poem: Poem, variant: Variant) -> Poem:
    """Divide an undivided text into lines as long as the variant's."""
    text, start, lines = "".join(poem.lines), 0, []
    for length in variant.lengths:
        lines.append(text[start : start + length])
        start += length
    marks = tuple(line.mark for line in variant.lines)
    ends = frozenset(variant.stanza_ends)
    return replace(poem, lines=tuple(lines), marks=marks, stanza_ends=ends)


def _told(report: Report, *, is_given: bool) -> Report:
    """Add remarks that name the text around the poem and the signs that the parser dropped."""
    remarks = (*report.remarks, *_reading(report.poem))
    return replace(report, remarks=remarks, is_given=is_given)


def _reading(poem: Poem) -> Iterator[Remark]:
    if poem.title:
        yield remark("heading", text=poem.title)
    if poem.source:
        yield remark("source", text=poem.source)
    if poem.left_out:
        yield remark("left-out", text=poem.left_out)


@lru_cache(maxsize=256)
def _resized(name: str, lines: int) -> Form | None:
    """Resize a form of variable length to the poem's number of lines."""
    plain = "".join(map(fold, name))
    template = next((each for each in templates() if plain in (each.name, *each.aliases)), None)
    if template and template.sizes and len(template.sizes) > 1 and lines in template.sizes:
        return template.form(lines)
    return None
