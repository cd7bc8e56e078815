"""The address that char-rnn-writer's clients know, for poems and for names."""

from contextlib import aclosing, suppress
from dataclasses import replace

from fastapi import APIRouter, Query, Request

from charbard.config import SampleOptions, TextOrder, VerseOrder
from charbard.errors import ConflictError
from charbard.prosody import form_named
from charbard.text import normalise
from charbard.web.flow import collect, in_thread
from charbard.web.library import Opened
from charbard.web.routes.prose import pieces
from charbard.web.state import Here, Studio
from charbard.writer import fresh_seed

__all__ = ["router"]

router = APIRouter(tags=["char-rnn-writer"])
_LENGTH = 24
_SURE = SampleOptions(temperature=0.8)


@router.get("/write_poem")
async def write_poem(
    request: Request,
    studio: Here,
    begin_word: str = Query("", max_length=200, description="What it begins with; may be empty."),
    form: str = Query("七绝", max_length=200, description="Form, where a model writes verse."),
    theme: str = Query("", max_length=100, description="Theme or title, where it writes verse."),
    model: str | None = Query(None, max_length=200, description="Name or digest of a model."),
) -> dict[str, str] | None:
    """A poem, or what the model writes, that begins with a character or a few.

    Characters that a poem cannot begin with are left out, so there is always a result.
    """
    opened = studio.library.find(model)
    beginning = "".join(char for char in normalise(begin_word) if char.isalnum())

    async def written() -> dict[str, str]:
        if opened.writes_verse:
            return {"result": await in_thread(studio, _poem, opened, beginning, form, theme)}
        return {"result": await _text(studio, opened, beginning)}

    return await collect(studio, request, written)


def _poem(opened: Opened, beginning: str, form: str, theme: str) -> str:
    """A poem whose first line begins so, with as many of the characters as the form allows."""
    length = form_named(form).variants[0].lengths[0]
    order = VerseOrder(form=form, theme=theme, candidates=1, seed=fresh_seed())
    for size in range(min(len(beginning), length), 0, -1):
        with suppress(ConflictError):
            return str(opened.verse.verse(replace(order, opening=beginning[:size]))[0])
    return str(opened.verse.verse(order)[0])


async def _text(studio: Studio, opened: Opened, beginning: str) -> str:
    order = TextOrder(
        prime=beginning,
        length=_LENGTH,
        finish_line=True,
        stop=studio.config.blocked,
        seed=fresh_seed(),
        options=_SURE,
    )
    text = opened.writer.understood(order)
    async with aclosing(pieces(studio, opened, order)) as growing:
        async for piece in growing:
            text += piece.text
    return text
