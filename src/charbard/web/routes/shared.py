"""The route of a shared poem."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from charbard.errors import NotFoundError
from charbard.web.link import unpacked
from charbard.web.pages import shared_page
from charbard.web.state import Here

__all__ = ["router"]

router = APIRouter(tags=["page"])


@router.get("/p/{packed}", response_class=HTMLResponse, include_in_schema=False)
def shared(packed: str, studio: Here) -> HTMLResponse:
    """A poem encoded in its own URL, as a page with a preview; the server does not store it."""
    poem = unpacked(packed)
    if studio.blocks(poem.title + poem.text):
        raise NotFoundError("this poem is not shown here", code="link.blocked")
    return HTMLResponse(shared_page(poem, packed))
