"""Find the stretches of a text that occur in the corpus, with their sources."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from pydantic import ConfigDict, Field

from charbard.novelty.trace import Traced, index_at_hand, trace
from charbard.web.flow import collect, in_thread
from charbard.web.schemas import Body
from charbard.web.state import Here

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["inside"])
_MOST_CHARS = 2000
_MAKE = "charbard corpus build verse && charbard corpus trace 床前明月光"


class NoveltyBody(Body):
    """A text to look up."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"text": "白日依山尽，黄河入海流。欲问千里目，独上一层楼。"}}
    )

    text: str = Field(min_length=1, max_length=_MOST_CHARS, description="In either script.")


@router.post("/novelty")
async def novelty(body: NoveltyBody, request: Request, studio: Here) -> dict[str, Any] | None:
    """Stretches of four characters or more that occur in the corpus of verse, with their sources.

    If the server has no corpus on disk (`corpus` is false), only whole lines are found, without
    their sources; `hint` says what to run on the server.
    """
    return await collect(studio, request, lambda: in_thread(studio, _found, body.text))


def _found(text: str) -> dict[str, Any]:
    index = index_at_hand()
    spans = trace(text, index)
    covered = {place for span in spans for place in range(span.start, span.end)}
    return {
        "corpus": index is not None,
        "hint": None if index is not None else _MAKE,
        "characters": sum(char.isalnum() for char in text),
        "found": len(covered),
        "spans": [_span(span) for span in spans],
    }


def _span(span: Traced) -> dict[str, Any]:
    return asdict(span) | {"source": None if span.source is None else asdict(span.source)}
