"""Poems that keep their form: whole, streamed line by line, or revised place by place."""

from contextlib import aclosing
from typing import Any

import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray

from charbard.config import CoupletOrder, NameOrder, VerseOrder, from_dict
from charbard.errors import OptionError, facts_of
from charbard.prosody import book_named, form_of_text
from charbard.prosody.check.tones import tone_string
from charbard.runtime import Result, Segment
from charbard.studio.library import ServedModel
from charbard.studio.studio import Studio
from charbard.web.answers import LINES
from charbard.web.flow import Facts, Lines, collect, encode_line, in_thread, performed, result_of
from charbard.web.routes.inside import unit_named
from charbard.web.schemas import (
    AlternativesBody,
    CoupletBody,
    NamesBody,
    NextBody,
    PoemOrder,
    RewriteBody,
    VerseBody,
)
from charbard.web.state import Here
from charbard.writer import (
    Alternative,
    LineDone,
    Poem,
    couplets,
    fresh_seed,
    line_done,
    names,
    rewrite,
)
from charbard.writer.verse.display import pinyin_of_name
from charbard.writer.verse.givens import OPEN
from charbard.writer.verse.quotes import verse_with
from charbard.writer.verse.request import Request as CompiledRequest

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["verse"])


@router.post("/verse", response_model=None, responses=LINES)
async def verse(body: VerseBody, request: Request, studio: Here) -> Response | None:
    """Write poems, several at once, the best first.

    With `stream`, sends `{"candidate", "line", "text", "mark", "logp"}` for each verse line once
    it is final, then one `{"candidate", "poem"}` for each poem, best first; the last response line
    is `{"done", "seed", "model", "digest"}` or `{"error", "hint"}`.
    """
    opened = studio.library.find(body.model, verse=True)
    studio.check_limit("candidates", body.candidates, studio.config.max_samples)
    order = verse_order(body, locks=tuple(body.locks), bans=tuple(body.bans))
    keep_LH = opened.without([unit_named(unit) for unit in body.silenced])
    return await _answer(studio, request, opened, order, keep_LH, stream=body.stream)


@router.post("/rewrite", response_model=None, responses=LINES)
async def write_again(body: RewriteBody, request: Request, studio: Here) -> Response | None:
    """Rewrite a part of a poem, given the text around it; the response is that of `/api/verse`."""
    opened = studio.library.find(body.model, verse=True)
    studio.check_limit("candidates", body.candidates, studio.config.max_samples)
    order = rewrite(
        verse_order(body),
        body.lines,
        body.line - 1,
        None if body.place is None else body.place - 1,
        scope=body.scope,
        locked=[_place(text) for text in body.locked],
    )
    return await _answer(studio, request, opened, order, stream=body.stream)


@router.post("/next")
async def next_lines(body: NextBody, request: Request, studio: Here) -> dict[str, Any] | None:
    """Candidates for the first line that is still open, the likeliest first, without duplicates."""
    opened = studio.library.find(body.model, verse=True)
    studio.check_limit("candidates", body.candidates, studio.config.max_samples)
    given = "/".join(body.lines)
    order = verse_order(body, **{"template" if OPEN in given else "opening": given})

    async def answer() -> dict[str, Any]:
        lines = await result_of(studio, opened, opened.verse.next_lines.program(order))
        return {
            "seed": order.seed,
            "lines": [_line(line) for line in lines if not studio.blocks(line.text)],
        }

    return await collect(studio, request, answer)


@router.post("/alternatives")
async def alternatives(
    body: AlternativesBody, request: Request, studio: Here
) -> dict[str, Any] | None:
    """Characters that could take a place in a poem and keep its form, the likeliest first."""
    opened = studio.library.find(body.model, verse=True)
    order = verse_order(body)

    async def answer() -> dict[str, Any]:
        finding = opened.verse.alternatives.program(
            order, "/".join(body.lines), body.line - 1, body.place - 1, top=body.top
        )
        each = await result_of(studio, opened, finding)
        return {"alternatives": [_alternative(one) for one in each if not studio.blocks(one.char)]}

    return await collect(studio, request, answer)


@router.post("/couplet")
async def couplet(body: CoupletBody, request: Request, studio: Here) -> dict[str, Any] | None:
    """Write the second line of a couplet for a given first line, or the reverse."""
    opened = studio.library.find(body.model, verse=True)
    studio.check_limit("candidates", body.candidates, studio.config.max_samples)
    order = from_dict(CoupletOrder, body.settings(CoupletOrder) | {"seed": fresh_seed(body.seed)})

    async def answer() -> dict[str, Any]:
        headed = await result_of(studio, opened, couplets.program(opened.verse, order))
        poems = [
            {**poem.to_dict(), "heading": heading}
            for poem, heading in headed
            if not studio.blocks(poem.text) and not studio.blocks(heading or "")
        ]
        return {**_end(opened, order), "poems": poems}

    return await collect(studio, request, answer)


@router.post("/names")
async def find_names(body: NamesBody, request: Request, studio: Here) -> dict[str, Any] | None:
    """Names with the requested surname, tones and characters, the best first, without duplicates.

    Each comes with a line of verse that has its characters, if the package contains one.
    """
    opened = studio.library.for_names(body.model)
    studio.check_limit("candidates", body.candidates, 2 * studio.config.max_samples)
    order = from_dict(NameOrder, body.settings(NameOrder) | {"seed": fresh_seed(body.seed)})

    async def answer() -> dict[str, Any]:
        each = await result_of(studio, opened, names.program(opened.verse, order))
        poems = [poem for poem in each if not studio.blocks(poem.text)]
        return {
            **_end(opened, order),
            "names": [_name(studio, poem, len(order.surname.strip())) for poem in poems],
            "notes": [
                facts_of(note) for note in dict.fromkeys(n for poem in poems for n in poem.notes)
            ],
        }

    return await collect(studio, request, answer)


def verse_order(body: PoemOrder, **more: Any) -> VerseOrder:
    """Build the order that a request body describes, checked against the config.

    Raises:
        OptionError: A value is out of range.
    """
    settings = body.settings(VerseOrder) | more | {"seed": fresh_seed(body.seed)}
    if body.like:
        book = book_named(body.book).key if body.book else "pingshui"
        form = form_of_text(body.like, book=book)
        settings["form"] = "，".join(map(str, form.variants[0].lengths))
    return from_dict(VerseOrder, settings)


async def _answer(
    studio: Studio,
    request: Request,
    opened: ServedModel,
    order: VerseOrder,
    keep_LH: NDArray[np.float32] | None = None,
    *,
    stream: bool,
) -> Response | None:
    """Respond with the poems that contain no blocked word, streamed or all at once."""
    if stream:
        return Lines(studio, _facts(studio, opened, order, keep_LH))
    whole = await collect(studio, request, lambda: _whole(studio, opened, order, keep_LH))
    return None if whole is None else Response(encode_line(whole), media_type="application/json")


async def _facts(
    studio: Studio, opened: ServedModel, order: VerseOrder, keep_LH: NDArray[np.float32] | None
) -> Facts:
    """Yield lines, then poems; if words are blocked, only poems, which are checked as a whole."""
    compiled = await _compiled(studio, opened, order)
    values = performed(
        studio,
        opened,
        opened.verse.poems.program(compiled),
        keep_LH,
        skip=Segment if studio.config.blocked else (),
        is_quick=True,
    )
    async with aclosing(values):
        async for value in values:
            if isinstance(value, Segment):
                yield _line(line_done(compiled, value))
            elif isinstance(value, Result):
                for poem in _shown(studio, value.value):
                    yield {"candidate": poem.candidate, "poem": poem.to_dict()}
    yield {"done": True, **_end(opened, order)}


async def _whole(
    studio: Studio, opened: ServedModel, order: VerseOrder, keep_LH: NDArray[np.float32] | None
) -> dict[str, Any]:
    program = opened.verse.poems.program(await _compiled(studio, opened, order))
    poems = await result_of(studio, opened, program, keep_LH, is_quick=True)
    return {**_end(opened, order), "poems": [poem.to_dict() for poem in _shown(studio, poems)]}


async def _compiled(studio: Studio, opened: ServedModel, order: VerseOrder) -> CompiledRequest:
    """Return the cached compiled order, or compile it in a thread."""
    known = opened.verse.at_hand(order)
    return await in_thread(studio, opened.verse.request, order) if known is None else known


def _shown(studio: Studio, poems: list[Poem]) -> list[Poem]:
    return [poem for poem in poems if not studio.blocks(poem.text)]


def _line(line: LineDone) -> dict[str, Any]:
    return {
        "candidate": line.candidate,
        "line": line.index,
        "text": line.text,
        "mark": line.mark,
        "logp": [round(value, 3) for value in line.logp],
    }


def _alternative(one: Alternative) -> dict[str, Any]:
    return {
        "char": one.char,
        "probability": round(one.probability, 5),
        "nats_here": round(one.nats_here, 3),
        "nats_after": round(one.nats_after, 3),
    }


def _end(opened: ServedModel, order: VerseOrder | CoupletOrder | NameOrder) -> dict[str, Any]:
    return {"seed": order.seed, "model": opened.name, "digest": opened.bundle.digest}


def _name(studio: Studio, poem: Poem, surname: int) -> dict[str, Any]:
    text = poem.lines[0]
    verse = verse_with(text[surname:])
    return {
        "name": text,
        "given": text[surname:],
        "pinyin": pinyin_of_name(text, text[:surname]),
        "tones": tone_string(text, book=poem.book),
        "score": round(poem.score.total, 4),
        "verse": None if verse is None or studio.blocks(verse.text) else verse.as_dict(),
    }


def _place(text: str) -> tuple[int, int]:
    line, _, place = text.partition(".")
    if not (line.isdecimal() and place.isdecimal()):
        raise OptionError(
            f"no place {text!r}",
            code="place.unreadable",
            values={"text": text},
            hint="write line.place, counted from 1: 3.1",
        )
    return int(line) - 1, int(place) - 1
