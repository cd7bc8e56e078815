"""Checking a text: reading it, finding its form, judging it."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache

from charbard.errors import OptionError
from charbard.prosody.book import book_named, fold, rhyme_named
from charbard.prosody.catalogue import form_named, templates
from charbard.prosody.check.judge import REGULATED, judge
from charbard.prosody.check.report import Report
from charbard.prosody.form import Form
from charbard.prosody.poem import Poem, read_poem

__all__ = ["check", "check_poem"]

LOOSE = ("古体诗", "诗经")
"""Kinds of verse that leave the tones free."""
_TOO_BROKEN = 0.5
"""Faults a line from which a poem counts as old verse, not as a broken regulated one."""


def check(
    text: str,
    form: str | Form | None = None,
    *,
    variant: str | None = None,
    book: str | None = None,
    rhyme: str | None = None,
) -> Report:
    """Whether a poem keeps a form, and where it does not.

    Args:
        text: The poem, in any script and layout.
        form: A form or its name; None finds it by the shape, the title and the tones.
        variant: Name of one of the form's variants; None takes the one that suits best.
        book: A rhyme book's key or name; None takes the form's own.
        rhyme: Name of the rhyme that the first rhyme group must have; None accepts any.

    Raises:
        OptionError: There is no such form, variant, book or rhyme, or no verse in the text, or no
            form of its shape.

    >>> report = check("白日依山尽，黄河入海流。欲穷千里目，更上一层楼。")
    >>> report.form, report.variant, report.is_kept
    ('五绝', '仄起首句不入韵', True)
    """
    return check_poem(read_poem(text), form, variant=variant, book=book, rhyme=rhyme)


def check_poem(
    poem: Poem,
    form: str | Form | None = None,
    *,
    variant: str | None = None,
    book: str | None = None,
    rhyme: str | None = None,
) -> Report:
    """As `check`, for a poem that has been read."""
    key = book_named(book).key if book else None
    if form is None:
        if variant is not None:
            raise OptionError(
                f"variant {variant!r} without a form", hint="name the form too: --form 七律"
            )
        asked = rhyme_named(rhyme, book=key or "pingshui") if rhyme else None
        return _recognised(poem, key or ("pingshui" if rhyme else None), asked)
    chosen = form_named(form) if isinstance(form, str) else form
    if isinstance(form, str) and (sized := _resized(form, len(poem.lines))):
        chosen = sized
    divided, remark = _divided(poem, chosen)
    report = judge(
        divided,
        chosen,
        book=key or chosen.book,
        variant=chosen.variant_named(variant) if variant else None,
        rhyme=rhyme_named(rhyme, book=key or chosen.book) if rhyme else None,
    )
    return replace(report, remark=remark) if remark else report


@lru_cache(maxsize=256)
def _resized(name: str, lines: int) -> Form | None:
    """A form of open size in the size of the poem."""
    plain = "".join(map(fold, name))
    template = next((each for each in templates() if plain in (each.name, *each.aliases)), None)
    if template and template.sizes and len(template.sizes) > 1 and lines in template.sizes:
        return template.form(lines)
    return None


def _divided(poem: Poem, form: Form) -> tuple[Poem, str]:
    """The poem with the form's lines, if only the punctuation differs."""
    if any(variant.lengths == poem.shape for variant in form.variants):
        return poem, ""
    for variant in form.variants:
        if sum(variant.lengths) == sum(poem.shape):
            text, start, lines = "".join(poem.lines), 0, []
            for length in variant.lengths:
                lines.append(text[start : start + length])
                start += length
            marks = tuple(line.mark for line in variant.lines)
            ends = frozenset(n for n, line in enumerate(variant.lines, 1) if line.ends_stanza)
            return Poem(tuple(lines), marks, ends, poem.title), "lines divided as the form has them"
    return poem, ""


def _recognised(poem: Poem, book: str | None, rhyme: str | None) -> Report:
    """The poem by the form that suits it best; forms with free tones are tried last."""
    reports: list[Report] = []
    for form in _candidates(poem):
        if form.kind in LOOSE and not all(map(_is_too_broken, reports)):
            break
        divided, remark = _divided(poem, form)
        report = judge(divided, form, book=book or form.book, rhyme=rhyme)
        reports.append(replace(report, is_given=False, remark=remark))
        if report.is_kept:
            break
    if not reports:
        raise OptionError(
            f"no form has lines of {', '.join(map(str, poem.shape[:12]))} characters",
            hint="name the form with --form; they are listed by: charbard forms",
        )
    best = min(reports, key=_rank)
    tight = next((each for each in reports if each.kind == REGULATED), None)
    if best.kind in LOOSE and tight:
        rules = f"{len(tight.violations)} rule{'s' if len(tight.violations) > 1 else ''}"
        return replace(best, remark=f"as {tight.form} it would break {rules}")
    return best


def _rank(report: Report) -> tuple[bool, int]:
    """Tighter forms first, unless they are badly broken."""
    faults = len(report.violations)
    return report.kind in LOOSE or _is_too_broken(report), faults


def _is_too_broken(report: Report) -> bool:
    return len(report.violations) > _TOO_BROKEN * len(report.poem.lines)


def _candidates(poem: Poem) -> Iterator[Form]:
    """Forms that the poem could be: by its title, else by its shape, else tunes by its length."""
    title = "".join(map(fold, poem.title))
    as_long = _by_total().get(sum(poem.shape), ())
    named = [form for form in as_long if _names(form, title)]
    yield from named or _of_shape(poem.shape) or (form for form in as_long if form.kind == "词")


def _names(form: Form, title: str) -> bool:
    return form.kind == "词" and any(name in title for name in (form.name, *form.aliases))


@lru_cache(maxsize=256)
def _of_shape(shape: tuple[int, ...]) -> tuple[Form, ...]:
    """Every form with a variant of this shape, the tighter first."""
    fixed = [
        form
        for form in _by_total().get(sum(shape), ())
        if any(variant.lengths == shape for variant in form.variants)
    ]
    width = shape[0]
    if len(shape) >= 10 and len(shape) % 2 == 0 and set(shape) == {width} and width in (4, 5, 7):
        names = {4: ("四言",), 5: ("五排", "五古"), 7: ("七排", "七古")}[width]
        fixed += [form_named(name, len(shape)) for name in names]
    return tuple(sorted(fixed, key=lambda form: form.kind in LOOSE))


@cache
def _by_total() -> dict[int, list[Form]]:
    """Forms in their usual size, by the characters of a poem."""
    found: dict[int, list[Form]] = {}
    for template in templates():
        if template.kind in ("姓名", "歌词"):
            continue
        form = template.form()
        for total in {sum(variant.lengths) for variant in form.variants}:
            found.setdefault(total, []).append(form)
    return found
