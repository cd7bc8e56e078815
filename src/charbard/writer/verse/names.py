"""Names: a surname, and a given name with requested tones, characters and sound.

The model can be a model of names, trained with the fields surname and gender and perhaps era, or a
model of verse, which writes the name as the beginning of a line, with common characters only.
"""

from collections.abc import Mapping
from dataclasses import replace

from charbard.config import NameOrder, VerseOrder
from charbard.errors import Note, OptionError
from charbard.prosody import Form, Line, Variant, fold
from charbard.prosody.names import unwanted_in_names
from charbard.prosody.poem import is_han
from charbard.runtime import Program
from charbard.writer.inspect.condition_effect import share_told
from charbard.writer.operation import operation
from charbard.writer.verse.givens import OPEN
from charbard.writer.verse.poem import Poem
from charbard.writer.verse.writer import VerseWriter

__all__ = ["names"]

_BOOK = "xinyun"
_COMMON = 2500
"""Number of most frequent characters of verse that a name may use, so that everybody can read it.
The limit does not apply to models of modern names, whose characters may be rare in verse."""
_LONGEST_SURNAME = 3
_ERA = "今"
"""Value of the field `era` for modern names; its other value marks names of poets."""
_NO_GENDER = Note(
    "the model was trained without genders: yours does not reach it", "gender.untrained"
)
_GENDERS = ("男", "女")
_TELLS = 0.1
"""Effect of gender, as measured by `share_told`, below which a note warns the user."""


@operation
def names(writer: VerseWriter, order: NameOrder) -> Program[list[Poem]]:
    """Write distinct names, the best first; each text is the surname followed by the given name.

    Raises:
        OptionError: A part of the order cannot be read, or two parts do not match.
        ConflictError: Demands of the order contradict each other.
    """
    surname = "".join(map(fold, order.surname.strip()))
    given = _given(order)
    like, kept_out = _wanted(order)
    # A model of names is conditioned on the surname; for a model of verse, the surname begins the
    # line.
    known = writer.bundle.vocab.fields
    told = "surname" in known
    before = "" if told else surname
    form = _form(before, len(given), order.tones)
    fields = {
        "era": _ERA if "era" in known else "",
        "surname": surname if told else "",
        "gender": order.gender,
    }
    asked = VerseOrder(
        form=form.name,
        book=_BOOK,
        template=before + given,
        # `repeats` sees only written characters, so a surname that is a condition is banned here.
        banned=order.banned
        + _unwanted(order, surname + given)
        + ("".join(sorted(set(surname) - set(given + like))) if told else ""),
        commonest=None if "era" in known else _COMMON,
        boldness=order.boldness,
        temperature=order.temperature,
        # More candidates than were requested, because some turn out equal.
        candidates=min(32, 2 * order.candidates),
        drafts=1,
        guidance=1.0,
        min_p=order.min_p,
        seed=order.seed,
        repeats="none",
        novel=False,  # a name may occur in a poem
    )
    liked = [replace(asked, template=text) for text in _with_liked(asked.template, like)]
    notes = (*kept_out, *_gender_notes(writer, fields))
    found: dict[str, Poem] = {}
    for wish in liked or [asked]:
        request = writer.request_in(form, wish, fields=fields)
        for poem in (yield from writer.poems.program(request)):
            if told:
                poem = replace(poem, lines=(surname + poem.lines[0],))
            found.setdefault(poem.lines[0], replace(poem, notes=(*poem.notes, *notes)))
    ranked = sorted(found.values(), key=lambda poem: -poem.score.total)
    return ranked[: order.candidates]


def _gender_notes(writer: VerseWriter, fields: Mapping[str, str]) -> tuple[Note, ...]:
    """Return a note if the requested gender hardly affects the names."""
    if not fields["gender"]:
        return ()
    if "gender" not in writer.bundle.vocab.fields:
        return (_NO_GENDER,)
    male, female = ({**fields, "gender": gender} for gender in _GENDERS)
    share = share_told(writer.bundle, writer.network, male, female)
    if share >= _TELLS:
        return ()
    return (
        Note(
            f"the model hardly tells {' from '.join(_GENDERS)}: only {share:.0%} of the names it"
            " would write differ in how they begin, so choose by eye",
            "gender.hardly",
            {"share": f"{share:.0%}"},
        ),
    )


def _unwanted(order: NameOrder, asked: str) -> str:
    """Return the characters to avoid in names, except those that the user gave."""
    return "".join(sorted(unwanted_in_names() - set(asked))) if order.unwanted else ""


def _wanted(order: NameOrder) -> tuple[str, tuple[Note, ...]]:
    """Return (the preferred characters that a name may contain, notes on the others)."""
    unwanted = unwanted_in_names() if order.unwanted else frozenset()
    out = "".join(char for char in dict.fromkeys(order.like) if fold(char) in unwanted)
    liked = "".join(char for char in order.like if char not in out)
    if not out:
        return liked, ()
    text = f"{out} is kept out, though asked for: no one wants it in a name"
    return liked, (Note(text, "liked.out", {"chars": out}),)


def _given(order: NameOrder) -> str:
    given = order.given.replace("＿", OPEN) or OPEN * order.length
    if order.tones and len(order.tones) != len(given):
        raise OptionError(
            f"the tones {order.tones!r} are for {len(order.tones)} characters,"
            f" the given name has {len(given)}",
            code="tones.count",
            values={"tones": order.tones, "count": len(order.tones), "given": len(given)},
            hint="write one of 平, 仄 and 中 for each",
        )
    if set(order.tones) - set("平仄中"):
        raise OptionError(
            f"cannot read the tones {order.tones!r}",
            code="tones.unreadable",
            values={"tones": order.tones},
            hint="write 平, 仄 or 中",
        )
    surname = order.surname.strip()
    if not all(map(is_han, surname)):
        raise OptionError(
            f"the surname {surname!r} is not written in Chinese characters",
            code="surname.foreign",
            values={"surname": surname},
            hint="write it in Chinese characters, as 史密斯 for Smith",
        )
    if len(surname) > _LONGEST_SURNAME:
        raise OptionError(
            f"the surname {surname!r} has {len(surname)} characters",
            code="surname.long",
            values={"surname": surname, "count": len(surname), "most": _LONGEST_SURNAME},
            hint=f"give one to {_LONGEST_SURNAME}, as in 李, 欧阳 and 侯莫陈",
        )
    return given


def _form(surname: str, length: int, tones: str) -> Form:
    pattern = "中" * len(surname) + (tones or "中" * length)
    line = Line((pattern,), None, "", ends_stanza=True)
    return Form("姓名", "姓名", (Variant(f"{len(pattern)}字", (line,)),), book=_BOOK)


def _with_liked(template: str, like: str) -> list[str]:
    """Return one copy of the template for each liked character at each open place."""
    return [
        template[:at] + char + template[at + 1 :]
        for char in like
        for at, held in enumerate(template)
        if held == OPEN
    ]
