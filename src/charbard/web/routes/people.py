"""Human-written poems: lines near a theme, lines with a character, and quatrains for a quiz."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from charbard.web.schemas import Body
from charbard.web.state import Here
from charbard.writer.verse.quotes import Known, little_known, quotes_near, quotes_with

__all__ = ["router"]

router = APIRouter(prefix="/api", tags=["people"])
_MOST = 24


class QuotesBody(Body):
    """Which lines to return."""

    model_config = ConfigDict(json_schema_extra={"example": {"theme": "秋夜"}})

    theme: str = Field("", max_length=100, description="Lines near it, the nearest first.")
    char: str = Field("", max_length=1, description="Or: lines that hold this character.")
    without: list[str] = Field([], max_length=500, description="Lines said already.")
    most: int = Field(6, ge=1, le=_MOST, description="How many.")


@router.post("/quotes")
def quotes(body: QuotesBody, studio: Here) -> dict[str, Any]:
    """Human-written lines, each with its poem, from the poems that ship with the package."""
    if body.char:
        found = quotes_with(body.char, without=body.without)
    else:
        found = quotes_near(body.theme, most=_MOST)
    shown = [quote for quote in found if not studio.blocks(quote.poem.text)]
    return {"quotes": [quote.as_dict() for quote in shown[: body.most]], "count": len(shown)}


@router.get("/little-known")
def quatrains(studio: Here) -> dict[str, Any]:
    """Human-written quatrains that no shipped model was trained on, for guessing the author."""
    return {"poems": [_poem(poem) for poem in little_known() if not studio.blocks(poem.text)]}


def _poem(poem: Known) -> dict[str, Any]:
    return asdict(poem)
