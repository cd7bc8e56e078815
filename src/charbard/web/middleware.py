"""Plain ASGI middleware for every request.

From the outside in, the order is `Prefix`, `Watch`, `SafeHeaders`, `Gate`, `Head`. Only request
bodies are buffered, up to a limit.
"""

import asyncio
import hmac
import json
import logging
from contextlib import ExitStack
from time import monotonic

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from charbard.errors import CharbardError, RateError, TokenError, TooLargeError
from charbard.studio.rate import Rate
from charbard.studio.studio import Studio
from charbard.web.errors import path_in_app, response_for

__all__ = ["Gate", "Head", "Prefix", "SafeHeaders", "Watch"]

ACCESS = logging.getLogger("charbard.access")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
    " font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'none'"
)
_EMBEDDED = "/embed.html"
"""The one page that other sites may embed: it shows a poem from its URL and has no controls."""
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_BY_ANYBODY = ("frame-ancestors 'none'", "frame-ancestors *")
_BODY_S = 30.0
_GUARDED = ("/api", "/v1", "/write_poem")
_OPEN = ("/api/health", "/api/ready")
_TEXTS = ("/api/jobs", "/api/jobs/file")
_TEXT_S = 600.0
_NO_TURN = (
    "/api/check",
    "/api/rhyme",
    "/api/parallel",
    "/api/show",
    "/api/gloss",
    "/api/quotes",
    "/api/jobs",
)
"""Path prefixes of requests that take no slot, so they are served even if the queue is full."""


class Head:
    """Responds to HEAD as to GET, but without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; after a HEAD response's headers, report a disconnect to the app."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return
        over = asyncio.Event()

        async def head_only(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})
                # Tell the app that the client is gone, so that it stops producing a body.
                over.set()

        async def until_over() -> Message:
            await over.wait()
            return {"type": "http.disconnect"}

        await self.app({**scope, "method": "GET"}, until_over, head_only)


class Prefix:
    """Lets the app run under a proxy's prefix, whether or not the proxy strips it."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self.app, self.prefix = app, prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with the prefix as its root path."""
        await self.app({**scope, "root_path": self.prefix}, receive, send)


class Watch:
    """Counts and logs each response: route, status and duration, but no text and no query."""

    def __init__(self, app: ASGIApp, studio: Studio) -> None:
        self.app, self.studio = app, studio

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and record its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # 499 is nginx's status for a client that left before the response began.
        began, seen = monotonic(), {"status": 499, "bytes": 0}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            else:
                seen["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            seen["status"] = 500
            raise
        finally:
            self._note(scope, monotonic() - began, seen)

    def _note(self, scope: Scope, seconds: float, seen: dict[str, int]) -> None:
        route = getattr(scope.get("route"), "path", None) or "other"
        metrics = self.studio.metrics
        # Count by route, not by path: each path would start a series of metrics and may hold text.
        metrics.requests.labels(route, scope["method"], str(seen["status"])).inc()
        metrics.seconds.labels(route).observe(seconds)
        is_page = route == "other" and seen["status"] < 400  # dozens of files per visit
        if ACCESS.isEnabledFor(logging.INFO) and not is_page:
            facts = {"route": route, "method": scope["method"], **seen}
            ACCESS.info(json.dumps({**facts, "ms": round(seconds * 1000, 1)}))


class SafeHeaders:
    """Adds security headers: browsers may load nothing but this page's own files."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add the headers to its response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if path_in_app(scope) == _EMBEDDED:
                    headers["content-security-policy"] = _POLICY.replace(*_BY_ANYBODY)
                for name, value in _HEADERS.items():
                    # A route may have set stricter or different values.
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, safe)


class Gate:
    """Checks token, rate and size before a request is parsed."""

    def __init__(self, app: ASGIApp, studio: Studio) -> None:
        self.app, self.config, self.slots = app, studio.config, studio.slots
        self.workshop = studio.workshop
        self.rate = Rate(studio.config.rate, studio.config.burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or respond with an error."""
        path = path_in_app(scope) if scope["type"] == "http" else ""
        if not path.startswith(_GUARDED) or path in _OPEN or scope["method"] == "OPTIONS":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with ExitStack() as held:
            try:
                self._check_token(headers)
                # The token comes first: a stranger must not use up the requests of clients that
                # share the stranger's address.
                self.rate.take(self._client(scope, headers))
                if scope["method"] == "POST" and not path.startswith(_NO_TURN):
                    self.slots.check_room()  # Refuse cheaply, before the body is read.
                replay: Receive | None = receive
                if scope["method"] in ("POST", "PUT", "PATCH"):
                    replay = await self._body(path, headers, receive, held)
            except CharbardError as error:
                await response_for(error, path)(scope, receive, send)
                return
            # None means that the client disconnected while sending, so nobody awaits a response.
            if replay is not None:
                await self.app(scope, replay, send)

    async def _body(
        self, path: str, headers: Headers, receive: Receive, held: ExitStack
    ) -> Receive | None:
        """Read the body. Texts for the workshop are large, so only one is read at a time."""
        if self.workshop is not None and path in _TEXTS:
            held.enter_context(self.workshop.upload_slot())
            return await _bounded(receive, headers, self.config.workshop_bytes, _TEXT_S)
        return await _bounded(receive, headers, self.config.max_body, _BODY_S)

    def _check_token(self, headers: Headers) -> None:
        if self.config.token is None:
            return
        given = headers.get("authorization", "").removeprefix("Bearer ").encode()
        # Compare in constant time, so that the delay does not reveal how many characters match.
        if not hmac.compare_digest(given, self.config.token.encode()):
            raise TokenError(
                "the token is missing or wrong",
                code="token.wrong",
                hint="send the header: Authorization: Bearer TOKEN",
            )

    def _client(self, scope: Scope, headers: Headers) -> str:
        """Return the client address."""
        # Clients control every X-Forwarded-For hop but the last, which the proxy adds.
        if self.config.behind_proxy and (hops := headers.get("x-forwarded-for")):
            return hops.rpartition(",")[2].strip()
        client = scope.get("client")
        return str(client[0]) if client else "unknown"


async def _bounded(
    receive: Receive, headers: Headers, largest: int, longest_s: float
) -> Receive | None:
    """Read a body of bounded size in bounded time.

    Returns:
        A `receive` that replays the body; None if the client disconnected before its end.
    """
    too_large = TooLargeError(
        f"the body is larger than {largest} bytes",
        code="body.large",
        values={"most": largest},
        hint="send less text at once",
    )
    # A client that declares too large a body is refused before it sends anything; the count below
    # stops a client that declares nothing or too little.
    declared = headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > largest:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(longest_s):
            while True:
                message = await receive()
                body += message.get("body", b"")
                if len(body) > largest:
                    raise too_large
                if message["type"] == "http.disconnect":
                    return None
                if not message.get("more_body"):
                    break
    except TimeoutError:
        raise RateError(
            f"the body did not come within {longest_s:g} s",
            code="body.slow",
            values={"seconds": longest_s},
            hint="send it faster",
            retry_after_s=1.0,
        ) from None
    given = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def again() -> Message:
        # After the body the app must still learn when the client disconnects.
        return given.pop() if given else await receive()

    return again
