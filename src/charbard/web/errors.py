"""Errors as HTTP responses: the table of statuses, the body formats and the handlers."""

import math
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import Scope

from charbard import errors
from charbard.errors import CharbardError, Note, facts_of
from charbard.language import in_chinese
from charbard.web.invalid import explained
from charbard.web.pages import lost_page

__all__ = [
    "body_of",
    "handle_errors",
    "in_api",
    "path_in_app",
    "response_for",
    "shaped",
    "status_of",
]

STATUS = {
    errors.NotFoundError: 404,
    errors.OccupiedError: 409,
    errors.TokenError: 401,
    errors.TooLargeError: 413,
    errors.RateError: 429,
    errors.BusyError: 503,
    errors.StoppedError: 503,
    errors.OptionError: 422,
    errors.ConflictError: 422,
    errors.DeadEndError: 422,
    errors.LimitError: 422,
    errors.CorpusError: 422,
    errors.MissingExtraError: 501,
    errors.SaveError: 507,
    CharbardError: 400,
}
"""HTTP status by error class; an unlisted class has its parent's status."""
_RETRY_S = "1"
_DOCS = "docs.html"
"""Path of the API's documentation, relative to the studio's address."""
_NOWHERE = errors.NotFoundError(
    "there is nothing at this address",
    code="page.none",
    hint="the address may have been cut short; the studio is below",
)
_TOLD = {
    400: "the body cannot be read",
    404: "no such address",
    405: "this address does not take that method",
}


def path_in_app(scope: Scope) -> str:
    """Return the path within the app, whether or not a proxy strips the prefix."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(root + "/") else path


def status_of(error: CharbardError) -> int:
    """Return the HTTP status of an error."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def in_api(name: str, value: str | None) -> str:
    """Format a setting as clients of the API know it: its name, or name=value."""
    return name if value is None else f"{name}={value}"


def body_of(error: CharbardError) -> dict[str, Any]:
    """Return an error as plain values, for the body of a response or the last line of a stream."""
    said, hint = error.said(in_api)
    values = facts_of(Note("", error.code, error.values))["values"]
    body: dict[str, Any] = {"error": said, "hint": hint, "code": error.code, "values": values}
    if isinstance(error, errors.ConflictError):
        body["conflicts"] = list(error.conflicts)
    return body


def shaped(path: str, status: int, body: dict[str, Any]) -> dict[str, Any]:
    """Shape an error's body for a path: OpenAI-compatible clients expect an object at `error`."""
    if not path.startswith("/v1/"):
        return body
    message = ": ".join(part for part in (body["error"], body["hint"]) if part)
    kind = "invalid_request_error" if status < 500 else "server_error"
    return {
        "error": {"message": message, "type": kind, "param": None, "code": body["code"] or None}
    }


def response_for(error: CharbardError, path: str) -> JSONResponse:
    """Return an error as a response, in the shape that clients of this path expect."""
    headers = {}
    if isinstance(error, errors.RateError):
        headers["retry-after"] = str(max(1, math.ceil(error.retry_after_s)))
    if isinstance(error, errors.BusyError | errors.StoppedError):
        headers["retry-after"] = _RETRY_S
    if isinstance(error, errors.TokenError):
        headers["www-authenticate"] = "Bearer"
    status = status_of(error)
    return JSONResponse(shaped(path, status, body_of(error)), status, headers)


def handle_errors(app: FastAPI) -> None:
    """Register handlers that turn errors into responses of the shape that the client expects."""

    # The handlers are `async`, or FastAPI would run them in threads.
    async def show(request: Request, error: Exception) -> Response:
        assert isinstance(error, CharbardError)
        if status_of(error) == 404 and _is_browser(request):
            return _lost(request, error)
        return response_for(error, path_in_app(request.scope))

    async def show_invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        status, body = explained(error.errors(), _docs(request))
        return JSONResponse(shaped(path_in_app(request.scope), status, body), status)

    async def show_http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == 404 and _is_browser(request):
            return _lost(request, _NOWHERE)
        status, path = error.status_code, path_in_app(request.scope)
        hint = f"the addresses are listed at: {_docs(request)}"
        code = {400: "body.unreadable", 404: "address.none", 405: "address.method"}.get(status, "")
        if status == 400:
            hint = "send JSON in UTF-8"
        elif path.startswith("/v1/"):
            hint = f"there are /v1/completions, /v1/chat/completions and /v1/models; {hint}"
        said = _TOLD.get(status, str(error.detail).lower())
        body = {"error": said, "hint": hint, "code": code, "values": {}}
        headers = dict(error.headers or {})
        if status == 405:
            headers["Allow"] = ", ".join(_methods_at(request))
        return JSONResponse(shaped(path, status, body), status, headers)

    app.add_exception_handler(CharbardError, show)
    app.add_exception_handler(RequestValidationError, show_invalid)
    app.add_exception_handler(HTTPException, show_http)


def _is_browser(request: Request) -> bool:
    """Return whether a browser sent the request, judging by whether it accepts HTML."""
    return "text/html" in request.headers.get("accept", "")


def _lost(request: Request, error: CharbardError) -> HTMLResponse:
    """Return the not-found page, in both languages."""
    said = {"zh-Hans": in_chinese(error, in_api), "en": error.said(in_api)}
    page = lost_page(said, f"{request.scope.get('root_path', '')}/")
    return HTMLResponse(page, 404, {"vary": "accept"})


def _docs(request: Request) -> str:
    return f"{request.scope.get('root_path', '')}/{_DOCS}"


def _methods_at(request: Request) -> list[str]:
    """Return the methods allowed at a path, which several routes may share."""
    path, paths = path_in_app(request.scope), request.app.openapi()["paths"]
    templates = [path] if path in paths else [one for one in paths if _matches(one, path)]
    methods = {method.upper() for one in templates for method in paths[one]}
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))


def _matches(template: str, path: str) -> bool:
    return compile_path(template)[0].match(path) is not None
