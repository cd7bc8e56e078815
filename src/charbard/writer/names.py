"""Names: a surname, and a given name with the tones, the characters and the sound that are wished.

The model may be one of names, trained with the fields surname and gender, or one of verse: then a
given name is written as the beginning of a line, from characters that names are made of.
"""

from dataclasses import replace

from charbard.config import NameOrder, VerseOrder
from charbard.errors import OptionError
from charbard.prosody import Form, Line, Variant, fold
from charbard.prosody.names import unwanted_in_names
from charbard.writer.poem import Poem
from charbard.writer.request import OPEN
from charbard.writer.verse import VerseWriter
from charbard.writer.work import Work

__all__ = ["name_work", "names"]

_BOOK = "xinyun"
_COMMON = 2500
"""Names are read by everybody: no rarer characters than these."""


def names(writer: VerseWriter, order: NameOrder) -> list[Poem]:
    """Names, the best first, none twice; the text of each is the surname and the given name.

    Raises:
        OptionError: The parts of the order do not fit together.
        ConflictError: Not everything asked for can be had together.
    """
    return writer.done(name_work(writer, order))


def name_work(writer: VerseWriter, order: NameOrder) -> Work[list[Poem]]:
    """What `names` does."""
    surname = "".join(map(fold, order.surname.strip()))
    given = _given(order)
    # A model of names is told the surname; to one of verse it is the beginning of the line.
    told = "surname" in writer.bundle.vocab.fields
    before = "" if told else surname
    form = _form(before, len(given), order.tones)
    fields = {"surname": surname, "gender": order.gender} if told else {}
    asked = VerseOrder(
        form=form.name,
        book=_BOOK,
        template=before + given,
        banned=order.banned + ("".join(sorted(unwanted_in_names())) if order.unwanted else ""),
        commonest=_COMMON,
        boldness=order.boldness,
        temperature=order.temperature,
        candidates=min(32, 2 * order.candidates),
        particles=1,
        seed=order.seed,
        repeats="none",
        novel=False,  # a name may well stand in a poem
    )
    liked = [replace(asked, template=text) for text in _with_liked(asked.template, order.like)]
    found: dict[str, Poem] = {}
    for wish in liked or [asked]:
        request = writer.request_in(form, wish, fields=fields)
        for poem in (yield from writer.poem_work(request)):
            if told:
                poem = replace(poem, lines=(surname + poem.lines[0],))
            found.setdefault(poem.lines[0], poem)
    ranked = sorted(found.values(), key=lambda poem: -poem.score.total)
    return ranked[: order.candidates]


def _given(order: NameOrder) -> str:
    given = order.given.replace("＿", OPEN) or OPEN * order.length
    if order.tones and len(order.tones) != len(given):
        raise OptionError(
            f"the tones {order.tones!r} are for {len(order.tones)} characters,"
            f" the given name has {len(given)}",
            hint="write one of 平, 仄 and 中 for each",
        )
    if set(order.tones) - set("平仄中"):
        raise OptionError(f"cannot read the tones {order.tones!r}", hint="write 平, 仄 or 中")
    if len(order.surname.strip()) > 2:
        raise OptionError(
            f"the surname {order.surname!r} has {len(order.surname.strip())} characters",
            hint="give one or two",
        )
    return given


def _form(surname: str, length: int, tones: str) -> Form:
    pattern = "中" * len(surname) + (tones or "中" * length)
    line = Line((pattern,), None, "", ends_stanza=True)
    return Form("姓名", "姓名", (Variant(f"{len(pattern)}字", (line,)),), book=_BOOK)


def _with_liked(template: str, like: str) -> list[str]:
    """The template with each liked character at each open place."""
    return [
        template[:at] + char + template[at + 1 :]
        for char in like
        for at, held in enumerate(template)
        if held == OPEN
    ]
