"""对联: the second line to a given first, and a heading of four characters."""

from dataclasses import replace

from charbard.config import CoupletOrder, VerseOrder
from charbard.errors import OptionError
from charbard.prosody import Form, Line, Variant, fold, form_named, tones_of
from charbard.writer.poem import Poem
from charbard.writer.verse import VerseWriter
from charbard.writer.work import Work

__all__ = ["COUPLET_LENGTHS", "couplet_work", "couplets"]

COUPLET_LENGTHS = range(2, 16)
_OPPOSITE = {"平": "仄", "仄": "平"}
_HEADING = "横批"
_MARKS = "，。！？；：、 \n"


Headed = list[tuple[Poem, str | None]]
"""Couplets, each with its heading, if it has one."""


def couplets(writer: VerseWriter, order: CoupletOrder) -> Headed:
    """Couplets on a given first line, the best first, each with its heading if one is wanted.

    The second line opposes the first in tone where that counts: at the even places and at the end.

    Raises:
        OptionError: The first line is too short or too long, or is not Chinese.
    """
    return writer.done(couplet_work(writer, order))


def couplet_work(writer: VerseWriter, order: CoupletOrder) -> Work[Headed]:
    """What `couplets` does."""
    first = "".join(map(fold, order.first.strip(_MARKS)))
    marks = [char for char in first if char in _MARKS]
    if marks or len(first) not in COUPLET_LENGTHS:
        has = f"{marks[0]!r} in it" if marks else f"{len(first)} characters"
        raise OptionError(
            f"the first line {order.first!r} has {has}",
            hint=f"give {COUPLET_LENGTHS[0]} to {COUPLET_LENGTHS[-1]} characters, no punctuation",
        )
    form = opposing_form(first, order.book)
    asked = VerseOrder(
        form=form.name,
        book=order.book,
        opening=first,
        banned=order.banned,
        boldness=order.boldness,
        temperature=order.temperature,
        min_p=order.min_p,
        candidates=order.candidates,
        drafts=order.drafts,
        seed=order.seed,
        repeats="free" if len(set(first)) < len(first) else "none",
    )
    poems = yield from writer.poem_work(writer.request_in(form, asked))
    found: Headed = []
    for poem in poems:
        heading = (yield from _heading(writer, asked, poem)) if order.heading else None
        found.append((poem, heading))
    return found


def opposing_form(first: str, book: str) -> Form:
    """The form of a couplet whose first line is given.

    >>> opposing_form("春风又绿江南岸", "pingshui").variants[0].lines[1].patterns
    ('中中中平中仄平',)
    """
    tones = [tones_of(char, book=book, pruned=True) for char in first]
    pattern = ""
    for place, found in enumerate(tones, 1):
        counts = place % 2 == 0 or place == len(first)
        pattern += _OPPOSITE[min(found)] if counts and len(found) == 1 else "中"
    lines = (
        Line(("中" * len(first),), None, "，"),
        Line(_without_three_level(pattern), None, "。", ends_stanza=True),
    )
    return Form(f"{len(first)}言对", "对联", (Variant("对上联", lines),), book=book)


def _without_three_level(pattern: str) -> tuple[str, ...]:
    """A level ending must not follow two more level characters, in lines of five or seven."""
    if len(pattern) not in (5, 7) or "仄" in pattern[-3:]:
        return (pattern,)
    options = [
        pattern[:at] + "仄" + pattern[at + 1 :]
        for at in (len(pattern) - 3, len(pattern) - 2)
        if pattern[at] == "中"
    ]
    return tuple(options) or (pattern,)


def _heading(writer: VerseWriter, order: VerseOrder, poem: Poem) -> Work[str]:
    """Four characters on what the couplet says: written with the couplet as its theme."""
    heading = replace(order, form=_HEADING, opening="", theme=poem.lines[0], repeats="none")
    heading = replace(heading, banned=order.banned + "".join(poem.lines), candidates=4)
    heading = replace(heading, novel=False)  # more often than not it is a set phrase
    request = writer.request_in(form_named(_HEADING), heading)
    return (yield from writer.poem_work(request))[0].lines[0]
