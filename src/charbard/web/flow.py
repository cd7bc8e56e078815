"""Turn programs into responses that can be cancelled, are bounded, and have a definite end.

No model runs in the event loop. Tasks run in the engine of their model, which all requests share;
other computations run in a thread.
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
from charbard.runtime.program import resume
from charbard.studio.library import ServedModel
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
"""A stream of facts, each a JSON object."""
LOG = logging.getLogger("charbard.web")


async def in_thread(studio: Studio, work: Callable[..., T], *arguments: Any) -> T:
    """Run a short computation in a thread."""
    return await asyncio.get_running_loop().run_in_executor(studio.threads, work, *arguments)


def performed(
    studio: Studio,
    opened: ServedModel,
    program: Program[T],
    keep_LH: NDArray[np.float32] | None = None,
    *,
    skip: type | tuple[()] = (),
    is_quick: bool = False,
) -> AsyncGenerator[Any, None]:
    """Run a program in the model's shared engine; yield what its tasks emit, then a `Result`.

    Args:
        studio: The studio.
        opened: The model.
        program: The program.
        keep_LH: Mask that is 0 at units to ablate; see `Task.keep_LH`.
        skip: Type of emitted values to drop, see `Task.skip`.
        is_quick: Whether the program's own steps are short enough to run in the event loop instead
            of a thread.

    Raises:
        CharbardError: What the program or the engine raised.
    """

    async def think(step: Program[Any], emitted: list[Any] | None) -> Task | Result[Any]:
        if is_quick:
            return resume(step, emitted)
        return await in_thread(studio, resume, step, emitted)

    return opened.engine.perform(program, think=think, keep_LH=keep_LH, skip=skip)


async def result_of(
    studio: Studio,
    opened: ServedModel,
    program: Program[T],
    keep_LH: NDArray[np.float32] | None = None,
    *,
    is_quick: bool = False,
) -> T:
    """Run a program and return its result; see `performed`.

    Raises:
        StoppedError: The server is stopping.
    """
    values = performed(studio, opened, program, keep_LH, is_quick=is_quick)
    async with aclosing(values):
        async for value in values:
            studio.check_running()
            if isinstance(value, Result):
                found: T = value.value
                return found
    raise AssertionError("a program ends with its result")


def encode_line(fact: dict[str, Any]) -> bytes:
    """Encode a fact as a line of JSON."""
    return json.dumps(fact, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def encode_event(fact: dict[str, Any]) -> bytes:
    """Encode a fact as a server-sent event."""
    return b"data: " + encode_line(fact) + b"\n"


class Lines(Response):
    """A streamed response that sends one fact per line; the last line says how the stream ended.

    Nothing is sent before the slot is taken and the first fact is ready, so that an error in the
    request has its own status. Later errors become the last line.

    Args:
        studio: The studio.
        facts: The facts to send.
        encode: Function that encodes a fact as a line or as a server-sent event.
        slots: Slots from which to take one; None selects the slots that all requests share.
        breaks_off: Whether to end the stream when the server is stopping. False for facts that end
            on their own then, such as those of a training job.
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
        # Without this header, nginx collects lines before it passes them on.
        self.headers["x-accel-buffering"] = "no"
        # Starlette has declared a length of 0, because it was given an empty body.
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the facts until they end or the client disconnects."""
        await _while_there(self._studio, receive, self._send(send))

    async def _send(self, send: Send) -> None:
        # The slot is taken here, not in `__init__`: a response that never starts must hold none.
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
                        self._studio.check_running()
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
        """Return an error as the last message of the stream."""
        path = "/v1/" if self._encode is encode_event else ""
        return self._encode(shaped(path, status, body))


def _more(body: bytes) -> dict[str, Any]:
    """Return a body message that is not the last one."""
    return {"type": "http.response.body", "body": body, "more_body": True}


async def collect(studio: Studio, request: Request, work: Callable[[], Awaitable[T]]) -> T | None:
    """Take a slot and do the work; return None if the client disconnected meanwhile."""

    async def held() -> T:
        async with studio.slots.one():
            studio.check_running()
            return await work()

    return await _while_there(studio, request.receive, held())


async def _while_there(studio: Studio, receive: Receive, work: Awaitable[T]) -> T | None:
    """Await the work, but cancel it as soon as the client disconnects."""
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_left(receive))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        # A complete response counts, even if the client left at the same moment.
        if working.done():
            return working.result()
        studio.metrics.gone.inc()
        return None
    finally:
        for task in (working, leaving):
            task.cancel()
        # `cancel` only requests a stop: wait until the work has released its slot and its rows.
        await asyncio.wait({working, leaving})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
