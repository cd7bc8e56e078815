"""Errors and streams in the OpenAPI description."""

from typing import Any

from pydantic import BaseModel, Field

__all__ = ["EVENTS", "LINES", "errors_at"]

Described = dict[int | str, dict[str, Any]]


class Wrong(BaseModel):
    """What is wrong with a request."""

    error: str = Field(description="What is wrong, with the value.")
    hint: str = Field(description="What is allowed.")
    conflicts: list[str] | None = Field(
        None, description="Parts of an order for a poem that cannot be had together."
    )


class CompletionError(BaseModel):
    """The error as clients of the OpenAI-compatible routes expect it."""

    message: str
    type: str
    param: str | None
    code: str | None


class WrongCompletion(BaseModel):
    """What is wrong with a request to an OpenAI-compatible route."""

    error: CompletionError


_MEANS = {
    400: "The body cannot be read.",
    401: "The token is missing or wrong.",
    404: "No such address, or no such model.",
    413: "The body is too large.",
    422: "A value is not allowed, or not everything asked for can be had together.",
    429: "This client asks too often.",
    503: "Too many ask at once, or the studio is stopping.",
}
_WAIT = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}
LINES: Described = {200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}}
"""Response to a request with `stream`, as an alternative to JSON."""
EVENTS: Described = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
"""Response to a request with `stream` on an OpenAI-compatible route."""


def errors_at(prefix: str, *statuses: int) -> Described:
    """Describe the error responses of routes under a prefix: these statuses, or by default all."""
    model = WrongCompletion if prefix == "/v1" else Wrong
    described: Described = {}
    for status in statuses or _MEANS:
        described[status] = {"description": _MEANS[status], "model": model}
        if status in (429, 503):
            described[status]["headers"] = _WAIT
    return described
