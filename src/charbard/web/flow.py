"""From what an engine yields to an answer: cancellable, bounded, with an end.

A model's loop never runs in the event loop: tasks run in the engine of their model, which everybody
shares; what has no engine is done in a thread.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from time import monotonic
from typing import Any, TypeVar

import numpy as np
from fastapi import Request
from numpy.typing import NDArray
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from charbard.errors import CharbardError
from charbard.runtime import Engine, Task
from charbard.web.errors import body_of, shaped, status_of
from charbard.web.library import Opened
from charbard.web.slots import Slots
from charbard.web.state import Studio
from charbard.writer import Found, Work, further
from charbard.writer.work import Heard

__all__ = [
    "Facts",
    "Lines",
    "collect",
    "emitted",
    "encode_event",
    "encode_line",
    "following",
    "found",
    "in_thread",
]

T = TypeVar("T")
Facts = AsyncGenerator[dict[str, Any], None]
"""What a stream tells, one JSON object after the other."""
LOG = logging.getLogger("charbard.web")
_AHEAD = 64
"""Values that may wait for a slow client before its task is made to wait."""


async def emitted(
    studio: Studio, engine: Engine, tasks: Sequence[Task]
) -> AsyncGenerator[tuple[int, Any], None]:
    """What tasks emit in the shared engine, each with the number of its task, as it comes.

    Raises:
        StoppedError: The server is being stopped and the time of grace is over.
        CharbardError: What a task or the engine raised.
    """
    ready: asyncio.Queue[tuple[int, Any] | Exception | None] = asyncio.Queue(_AHEAD)

    async def pump(number: int, task: Task) -> None:
        try:
            async with aclosing(engine.stream(task)) as values:
                async for value in values:
                    await ready.put((number, value))
            await ready.put(None)
        except CharbardError as error:
            await ready.put(error)

    pumps = [asyncio.create_task(pump(number, task)) for number, task in enumerate(tasks)]
    try:
        left = len(pumps)
        while left:
            item = await ready.get()
            studio.check_going()
            if isinstance(item, Exception):
                raise item
            if item is None:
                left -= 1
            else:
                yield item
    finally:
        for pumping in pumps:
            pumping.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def in_thread(studio: Studio, work: Callable[..., T], *arguments: Any) -> T:
    """Do something short that computes, off the event loop."""
    return await asyncio.get_running_loop().run_in_executor(studio.threads, work, *arguments)


async def following(
    studio: Studio,
    opened: Opened,
    work: Work[T],
    keep_LH: NDArray[np.float32] | None = None,
    *,
    but: type | tuple[()] = (),
    is_quick: bool = False,
) -> AsyncGenerator[tuple[int, Any] | Found[T], None]:
    """Do a work in the shared engine: what its tasks emit, as it comes, then what it finds.

    Args:
        studio: The studio.
        opened: The model.
        work: What is to be done.
        keep_LH: Units that are switched off, see `Task.keep_LH`.
        but: What of all that is emitted neither the work nor the caller wants.
        is_quick: Whether its own thinking is so short that the event loop does it, not a thread.

    Raises:
        StoppedError: The server is being stopped and the time of grace is over.
        CharbardError: What the work or the engine raised.
    """

    async def think(*heard: Heard) -> Sequence[Task] | Found[T]:
        return further(work, *heard) if is_quick else await in_thread(studio, further, work, *heard)

    step = await think()
    while not isinstance(step, Found):
        heard: Heard = []
        async with aclosing(opened.stream(step, keep_LH, but=but)) as said:
            async for one in said:
                studio.check_going()
                heard.append(one)
                yield one
        step = await think(heard)
    yield step


async def found(studio: Studio, opened: Opened, work: Work[T]) -> T:
    """What a work finds; errors as in `following`."""
    async with aclosing(following(studio, opened, work)) as steps:
        async for step in steps:
            if isinstance(step, Found):
                return step.value
    raise AssertionError("a work ends with what it found")


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
    """

    media_type = "application/x-ndjson"

    def __init__(
        self,
        studio: Studio,
        facts: Facts,
        *,
        encode: Callable[[dict[str, Any]], bytes] = encode_line,
        slots: Slots | None = None,
    ) -> None:
        super().__init__()
        self._studio, self._facts, self._encode = studio, facts, encode
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
            is_event = self._encode is encode_event
            async for fact in _and_the_end(first, self._facts, "/v1/" if is_event else ""):
                await send(
                    {"type": "http.response.body", "body": self._encode(fact), "more_body": True}
                )
            last = b"data: [DONE]\n\n" if self._encode is encode_event else b""
            await send({"type": "http.response.body", "body": last, "more_body": False})


async def _and_the_end(
    first: dict[str, Any] | None, facts: Facts, path: str
) -> AsyncIterator[dict[str, Any]]:
    """Facts, the first of them known already, and an error as the last of them."""
    try:
        if first is not None:
            yield first
        async for fact in facts:
            yield fact
    except CharbardError as error:
        yield shaped(path, status_of(error), body_of(error))
    except Exception:
        LOG.exception("a stream broke off")
        broke = {
            "error": "something broke in the studio",
            "hint": "its log has the details",
            "code": "studio.broke",
            "values": {},
        }
        yield shaped(path, 500, broke)


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
