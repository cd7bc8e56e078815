"""Forms, rhyme and the checker: verse without a model."""

from dataclasses import asdict
from functools import cache
from itertools import islice
from typing import Any

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from charbard.prosody import BOOKS, Form, book_named, form_of_text, forms
from charbard.prosody.book import chars_of, readings_of, rhyme_label
from charbard.prosody.check import RULES, Report, check
from charbard.web.schemas import Body
from charbard.web.state import Here
from charbard.writer.verse.facing import facing_words

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["prosody"])
_MOST_CHARS = 4000
"""Maximum number of characters of a checked poem, above any form's; a check tries many forms."""
_MOST_RHYMES = 400


class CheckBody(Body):
    """A poem to check."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"text": "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"}}
    )

    text: str = Field(min_length=1, max_length=_MOST_CHARS, description="The poem, any script.")
    form: str | None = Field(None, max_length=200, description="A form; none: recognise it.")
    like: str | None = Field(
        None, max_length=_MOST_CHARS, description="A poem whose form it should have."
    )
    variant: str | None = Field(None, max_length=40, description="A variant of the form.")
    book: str | None = Field(None, max_length=20, description="Rhyme book; none: the form's own.")
    rhyme: str | None = Field(None, max_length=20, description="The rhyme it must have.")


class ParallelBody(CheckBody):
    """A place in a poem, whose word faces one in the other line of its couplet."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"text": "白日依山尽，黄河入海流。", "line": 2, "place": 1}}
    )

    line: int = Field(ge=1, description="Which line, from 1.")
    place: int = Field(ge=1, description="Which character of it, from 1.")
    top: int = Field(8, ge=1, le=24, description="How many words to name.")


class RhymeBody(Body):
    """Characters to look up."""

    model_config = ConfigDict(json_schema_extra={"example": {"chars": "来"}})

    chars: str = Field(min_length=1, max_length=20, description="Characters, any script.")
    book: str = Field("pingshui", max_length=20, description="Rhyme book.")


@router.get("/forms")
async def list_forms() -> dict[str, Any]:
    """Every form with its lines, and the rhyme books."""
    return _catalogue()


@router.post("/check")
def check_poem(body: CheckBody) -> dict[str, Any]:
    """Whether a poem keeps its form: tones, rhyme, what breaks a rule and what would be right."""
    return _checked(body, body.text).as_dict()


def _checked(body: CheckBody, text: str) -> Report:
    book = body.book or None
    form = form_of_text(body.like, book=book or "pingshui") if body.like else body.form or None
    return check(text, form, variant=body.variant or None, book=book, rhyme=body.rhyme or None)


@router.post("/parallel")
def parallel_words(body: ParallelBody, studio: Here) -> dict[str, Any]:
    """List words for a place that parallel the facing word and break no rule that the poem keeps.

    `faces` is the word of two characters at the same place in the other line of the couplet, or
    empty if there is none; `start` is the 1-based place where the words go.
    """
    report = _checked(body, body.text)
    judged = body.model_copy(update={"form": body.form or report.form})
    found = facing_words(
        report, body.line - 1, body.place - 1, recheck=lambda text: _checked(judged, text)
    )
    words = (word for word in found.answers if not studio.blocks(word))
    return {"faces": found.word, "start": found.start + 1, "words": [*islice(words, body.top)]}


@router.get("/rules")
async def rules() -> dict[str, Any]:
    """The rules that the checker knows, each with its Chinese name."""
    return {key: asdict(rule) for key, rule in RULES.items()}


@router.post("/rhyme")
def rhyme(body: RhymeBody, studio: Here) -> dict[str, Any]:
    """The readings of characters, and what rhymes with them, commonest in verse first."""
    book = book_named(body.book).key
    found = []
    for char in body.chars:
        for reading in sorted(readings_of(char, book=book)):
            rhyming = "".join(chars_of(reading, book=book))
            found.append(
                {
                    "char": char,
                    "tone": reading.tone,
                    "rhyme": reading.rhyme,
                    "label": rhyme_label(reading.rhyme, book=book),
                    "chars": rhyming[:_MOST_RHYMES],
                }
            )
    return {"book": book, "readings": found}


@cache
def _catalogue() -> dict[str, Any]:
    """Build the catalogue once; it does not change while the server runs."""
    every = [_about(form) for form in forms()]
    return {
        "forms": [form for form in every if form["kind"] != "词"],
        "tunes": [form for form in every if form["kind"] == "词"],
        "books": [{"name": book.key, "title": book.name} for book in BOOKS.values()],
    }


def _about(form: Form) -> dict[str, Any]:
    first = form.variants[0]
    return {
        "name": form.name,
        "kind": form.kind,
        "aliases": list(form.aliases),
        "note": form.note,
        "book": form.book,
        "lines": list(first.lengths),
        "marks": [line.mark for line in first.lines],
        "stanza_ends": list(first.stanza_ends),
        "rhymes": [line.rhyme is not None for line in first.lines],
        "variants": [variant.name for variant in form.variants],
    }
