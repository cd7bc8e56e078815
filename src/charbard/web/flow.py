"""From what an engine yields to an answer: cancellable, bounded, with an end.

A model's loop never runs in the event loop: tasks run in the engine of their model, which everybody
shares; what has no engine is done in a thread.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from time import monotonic
from typing import Any, TypeVar

import numpy as np
from fastapi import Request
from numpy.typing import NDArray
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from charbard.errors import CharbardError
from charbard.runtime import Program, Result, Task
from charbard.runtime.program import further
from charbard.studio.library import Opened
from charbard.studio.slots import Slots
from charbard.studio.studio import Studio
from charbard.web.errors import body_of, shaped, status_of

__all__ = [
    "Facts",
    "Lines",
    "collect",
    "encode_event",
    "encode_line",
    "in_thread",
    "performed",
    "result_of",
]

T = TypeVar("T")
Facts = AsyncGenerator[dict[str, Any], None]
"""What a stream tells, one JSON object after the other."""
LOG = logging.getLogger("charbard.web")
_AHEAD = 64
"""Values that may wait for a slow client before its task is made to wait."""


async def in_thread(studio: Studio, work: Callable[..., T], *arguments: Any) -> T:
    """Do something short that computes, off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(studio.threads, work, *arguments)


def performed(
    studio: Studio,
    opened: Opened,
    program: Program[T],
    keep_LH: NDArray[np.float32] | None = None,
    *,
    skip: type | tuple[()] = (),
    is_quick: bool = False,
) -> AsyncGenerator[Any, None]:
    """Run a program in the model's shared engine: what its tasks emit, last a `Result`.

    Args:
        studio: The studio.
        opened: The model.
        program: What to run.
        keep_LH: Units that are switched off, see `Task.keep_LH`.
        skip: Type of emitted values that are not wanted, see `Task.skip`.
        is_quick: Whether the program's own steps are so short that the event loop runs them, not a
            thread.

    Raises:
        CharbardError: What the program or the engine raised.
    """

    async def think(step: Program[Any], heard: list[Any] | None) -> Task | Result[Any]:
        if is_quick:
            return further(step, heard)
        return await in_thread(studio, further, step, heard)

    return opened.engine.perform(program, think=think, keep_LH=keep_LH, skip=skip)


async def result_of(
    studio: Studio,
    opened: Opened,
    program: Program[T],
    keep_LH: NDArray[np.float32] | None = None,
    *,
    is_quick: bool = False,
) -> T:
    """Run a program and return its result; as `performed`.

    Raises:
        StoppedError: The server is being stopped.
    """
    values = performed(studio, opened, program, keep_LH, is_quick=is_quick)
    async with aclosing(values):
        async for value in values:
            studio.check_going()
            if isinstance(value, Result):
                found: T = value.value
                return found
    raise AssertionError("a program ends with its result")


def encode_line(fact: dict[str, Any]) -> bytes:
    """One fact as a line of JSON."""
    return json.dumps(fact, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def encode_event(fact: dict[str, Any]) -> bytes:
    """One fact as a server-sent event."""
    return b"data: " + encode_line(fact) + b"\n"


class Lines(Response):
    """Facts as they come about, one a line; the last one says how it ended.

    The turn is taken and the first fact is awaited before anything is sent, so that what is wrong
    with a request is said by its status. Later errors are the last line.

    Args:
        studio: The studio.
        facts: What to send.
        encode: How a fact is sent: as a line, or as a server-sent event.
        slots: Where to take the turn; None: where all requests do.
        breaks_off: Whether to break off when the server is being stopped. Facts that end by
            themselves then, as those of a training do, are awaited.
    """

    media_type = "application/x-ndjson"

    def __init__(
        self,
        studio: Studio,
        facts: Facts,
        *,
        encode: Callable[[dict[str, Any]], bytes] = encode_line,
        slots: Slots | None = None,
        breaks_off: bool = True,
    ) -> None:
        super().__init__()
        self._studio, self._facts, self._encode = studio, facts, encode
        self._breaks_off = breaks_off
        self._slots = slots or studio.slots
        if encode is encode_event:
            self.headers["content-type"] = "text/event-stream"
        self.headers["cache-control"] = "no-store"
        self.headers["x-accel-buffering"] = "no"
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, until it ends or the client leaves."""
        await _while_there(self._studio, receive, self._send(send))

    async def _send(self, send: Send) -> None:
        async with self._slots.one(), aclosing(self._facts):
            began = monotonic()
            first = await anext(self._facts, None)
            self._studio.metrics.first_line.observe(monotonic() - began)
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            try:
                if first is not None:
                    await send(_more(self._encode(first)))
                async for fact in self._facts:
                    if self._breaks_off:
                        self._studio.check_going()
                    await send(_more(self._encode(fact)))
            except CharbardError as error:
                await send(_more(self._last(status_of(error), body_of(error))))
            except Exception:
                LOG.exception("a stream broke off")
                broke = {
                    "error": "something broke in the studio",
                    "hint": "its log has the details",
                    "code": "studio.broke",
                    "values": {},
                }
                await send(_more(self._last(500, broke)))
            last = b"data: [DONE]\n\n" if self._encode is encode_event else b""
            await send({"type": "http.response.body", "body": last, "more_body": False})

    def _last(self, status: int, body: dict[str, Any]) -> bytes:
        """An error as the last of the facts."""
        path = "/v1/" if self._encode is encode_event else ""
        return self._encode(shaped(path, status, body))


def _more(body: bytes) -> dict[str, Any]:
    """A part of the answer that others follow."""
    return {"type": "http.response.body", "body": body, "more_body": True}


async def collect(studio: Studio, request: Request, work: Callable[[], Awaitable[T]]) -> T | None:
    """Take a turn and do the work; None if the client has left before it was done."""

    async def held() -> T:
        async with studio.slots.one():
            studio.check_going()
            return await work()

    return await _while_there(studio, request.receive, held())


async def _while_there(studio: Studio, receive: Receive, work: Awaitable[T]) -> T | None:
    """Await the work, but cancel it as soon as the client leaves."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        studio.metrics.gone.inc()
        return None
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.wait({working, leaving})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
