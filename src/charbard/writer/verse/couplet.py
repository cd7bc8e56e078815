"""Couplets (对联): the second line for a given first line, or the reverse."""

from dataclasses import replace

from charbard.config import CoupletOrder, VerseOrder
from charbard.errors import OptionError
from charbard.prosody import form_named, forms
from charbard.prosody.check import check
from charbard.prosody.facing import facing_form, phrases_of
from charbard.runtime import Program
from charbard.writer.operation import operation
from charbard.writer.verse.givens import OPEN
from charbard.writer.verse.poem import Poem
from charbard.writer.verse.writer import VerseWriter

__all__ = ["couplets"]

_HEADING = "横批"
Headed = list[tuple[Poem, str | None]]
"""Couplets, each with its heading or None."""


@operation
def couplets(writer: VerseWriter, order: CoupletOrder) -> Program[Headed]:
    """Complete couplets from one of their lines, best first, each with a heading if requested.

    The written line has opposite tones where that counts: at the even places of each phrase and at
    its end. It shares no character with the given line. Where the given line repeats a character,
    the written line repeats one at the same places, and nowhere else.

    Raises:
        OptionError: Both lines or neither is given, or the given line is too short, too long or
            not Chinese.
    """
    first, second = order.first.strip(), order.second.strip()
    if bool(first) == bool(second):
        raise OptionError(
            "both lines are given" if first else "no line is given",
            hint="give the first line to have it answered, or the second to have a first written",
            code="couplet.both" if first else "couplet.none",
        )
    phrases, _ = phrases_of(first or second)
    form = facing_form(first or second, order.book, is_second=bool(second))
    blank = [OPEN * len(phrase) for phrase in phrases]
    asked = VerseOrder(
        form=form.name,
        book=order.book,
        template="/".join([*blank, *phrases] if second else [*phrases, *blank]),
        banned=order.banned,
        boldness=order.boldness,
        temperature=order.temperature,
        min_p=order.min_p,
        candidates=order.candidates,
        drafts=order.drafts,
        seed=order.seed,
        repeats="none",
    )
    poems = yield from writer.poems.program(writer.request_in(form, asked))
    found: Headed = []
    for poem in poems:
        heading = (yield from _heading(writer, asked, poem)) if order.heading else None
        found.append((replace(poem, form=_kept_form(poem) or poem.form), heading))
    return found


def _kept_form(poem: Poem) -> str | None:
    """Return the name of a form that the whole couplet keeps, so that a check by that name passes.

    Return None if the given line keeps no form: the written line then only opposes its tones.
    """
    shape = tuple(map(len, poem.lines))
    for form in forms():
        shapes = {variant.lengths for variant in form.variants}
        if form.kind == "对联" and shape in shapes and check(poem.text, form).is_kept:
            return form.name
    return None


def _heading(writer: VerseWriter, order: VerseOrder, poem: Poem) -> Program[str]:
    """Write a heading of four characters, with the couplet's first side as its theme."""
    theme = "".join(poem.lines[: len(poem.lines) // 2])
    heading = replace(order, form=_HEADING, template="", theme=theme)
    # A heading repeats no character of its couplet.
    heading = replace(heading, banned=order.banned + "".join(poem.lines), candidates=4)
    # Headings are often set phrases that poems contain, so a known line is welcome.
    heading = replace(heading, novel=False)
    request = writer.request_in(form_named(_HEADING), heading)
    return (yield from writer.poems.program(request))[0].lines[0]
