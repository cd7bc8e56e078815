"""The app factory. It reads no command line and no environment; apps in one process share no
state."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from charbard.config import StudioConfig
from charbard.studio.library import Library
from charbard.studio.studio import Studio
from charbard.web.answers import errors_at
from charbard.web.errors import handle_errors
from charbard.web.middleware import Gate, Head, Prefix, SafeHeaders, Watch
from charbard.web.page import Page
from charbard.web.routes import (
    chat,
    classic,
    completions,
    growth,
    health,
    inside,
    jobs,
    models,
    novelty,
    people,
    prose,
    prosody,
    shared,
    verse,
)

__all__ = ["create_app"]

_PAGE = (("charbard.web", "static"), ("charbard.language", "data"))
"""Folders of the page's files; the page and the terminal share the Chinese error messages."""
_LEAST = 1000
"""Smallest response, in bytes, that is compressed."""
_AS_IT_COMES = ("application/x-ndjson", "text/event-stream", "image/*")
"""Content types that are not compressed: a line of a stream must not wait for the next line."""
_PARTS = (
    models,
    verse,
    prosody,
    inside,
    novelty,
    people,
    growth,
    prose,
    jobs,
    completions,
    chat,
    classic,
    shared,
)


def create_app(library: Library, config: StudioConfig) -> FastAPI:
    """Build the studio's app.

    Args:
        library: The loaded models, to which the workshop adds more while the app runs.
        config: Limits and access.

    Raises:
        MissingExtraError: The workshop is enabled, but torch is not installed.
        OptionError: Another studio uses the workshop's folder.
    """
    studio = Studio(library, config)
    app = FastAPI(
        title="charbard",
        summary="Character-level RNNs that write",
        version=_version(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.studio = studio
    app.include_router(health.router)
    for part in _PARTS:
        app.include_router(part.router, responses=errors_at(part.router.prefix))
    # Not mounted: a mount at the root would also catch requests with a wrong method.
    app.router.default = Page(_PAGE)
    handle_errors(app)
    _wrap(app, studio)
    return app


def _wrap(app: FastAPI, studio: Studio) -> None:
    """Add middleware; the last one added is the outermost."""
    app.add_middleware(Head)
    app.add_middleware(Gate, studio=studio)
    if studio.config.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(studio.config.origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["authorization", "content-type"],
        )
    app.add_middleware(
        GZipMiddleware, minimum_size=_LEAST, compresslevel=6, exclude_content_types=_AS_IT_COMES
    )
    app.add_middleware(SafeHeaders)
    app.add_middleware(Watch, studio=studio)
    if studio.config.prefix:
        app.add_middleware(Prefix, prefix=studio.config.prefix)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    studio: Studio = app.state.studio
    studio.stop()
    if studio.workshop is not None:
        await studio.workshop.close()
    studio.threads.shutdown(cancel_futures=True)
    studio.library.close()


def _version() -> str:
    from importlib.metadata import version

    return version("charbard")
