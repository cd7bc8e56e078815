"""How a route accesses the running studio."""

from typing import Annotated

from fastapi import Depends, Request

from charbard.studio.studio import Studio

__all__ = ["Here"]


async def _here(request: Request) -> Studio:
    """Return the studio of this app."""
    # This is `async`, or FastAPI would run it in a thread.
    studio: Studio = request.app.state.studio
    return studio


Here = Annotated[Studio, Depends(_here)]
"""Type of the route parameter that receives the running studio."""
