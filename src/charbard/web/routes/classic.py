"""The route of char-rnn-writer's API, for poems and names."""

from contextlib import suppress
from dataclasses import replace

from fastapi import APIRouter, Query
from fastapi import Request as HttpRequest

from charbard.config import SampleOptions, TextOrder, VerseOrder
from charbard.errors import ConflictError
from charbard.prosody import form_named
from charbard.prosody.pasted import chars_of_line
from charbard.studio.library import ServedModel
from charbard.studio.studio import Studio
from charbard.text import normalise
from charbard.web.flow import collect, in_thread, result_of
from charbard.web.routes.prose import whole_texts
from charbard.web.state import Here
from charbard.writer import fresh_seed
from charbard.writer.verse.request import Request

__all__ = ["router"]

router = APIRouter(tags=["char-rnn-writer"])
_LENGTH = 24
_SURE = SampleOptions(temperature=0.8)


@router.get("/write_poem")
async def write_poem(
    request: HttpRequest,
    studio: Here,
    begin_word: str = Query("", max_length=200, description="What it begins with; may be empty."),
    form: str = Query("七绝", max_length=200, description="Form, where a model writes verse."),
    theme: str = Query("", max_length=100, description="Theme or title, where it writes verse."),
    model: str | None = Query(None, max_length=200, description="Name or digest of a model."),
) -> dict[str, str] | None:
    """A poem, or whatever the model writes, that begins with one or a few given characters.

    Characters that a poem cannot begin with are left out, so there is always a result.
    """
    opened = studio.library.find(model)
    beginning = "".join(char for char in normalise(begin_word) if char.isalnum())

    async def written() -> dict[str, str]:
        if opened.writes_verse:
            bare = VerseOrder(form=form, theme=theme, candidates=1, seed=fresh_seed())
            asked = await in_thread(studio, _understood, opened, beginning, bare)
            (poem,) = await result_of(studio, opened, opened.verse.poems.program(asked))
            return {"result": "" if studio.blocks(poem.text) else str(poem)}
        return {"result": await _text(studio, opened, beginning)}

    return await collect(studio, request, written)


def _understood(opened: ServedModel, beginning: str, bare: VerseOrder) -> Request:
    """Compile a poem whose first line begins with as many of the characters as the form allows."""
    beginning = chars_of_line(beginning)
    length = form_named(bare.form).variants[0].lengths[0]
    for size in range(min(len(beginning), length), 0, -1):
        with suppress(ConflictError):
            return opened.verse.request(replace(bare, opening=beginning[:size]))
    return opened.verse.request(bare)


async def _text(studio: Studio, opened: ServedModel, beginning: str) -> str:
    order = TextOrder(
        prime=beginning,
        length=_LENGTH,
        finish_line=True,
        stop=studio.config.blocked,
        seed=fresh_seed(),
        options=_SURE,
    )
    (text,) = await whole_texts(studio, opened, order)
    return str(text)
