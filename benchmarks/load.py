"""Load test of a running studio, by number of users or at a fixed rate.

The script measures poems per second, latency and memory.

    charbard serve verse -q --set rate=1e9 --set burst=1000000000 & PID=$!
    python benchmarks/load.py --users 64 --seconds 20
    python benchmarks/load.py --users 1 --stream                     first line, one user
    python benchmarks/load.py --set drafts=16 --set theme=秋夜怀友    the default effort, guided
    python benchmarks/load.py --rate 100 --seconds 600 --every 60 --pid $PID
    python benchmarks/load.py --overload --pid $PID

The load generator speaks HTTP/1.1 over plain sockets, so that it takes little CPU time from the
server. At a fixed rate, latency counts from the time a request was due, so stalls of the server are
included.
"""

import argparse
import asyncio
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from charbard.cli.options import parse_assignments

ORDER = {"form": "七绝", "candidates": 1, "drafts": 1}
"""The default request, which `--set` overrides. With one draft the engine does not search."""
PARTS = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))


class Answer(NamedTuple):
    """One response to a request; its status is 0 if the connection broke."""

    at: float
    """Time of completion on `perf_counter`'s clock."""
    status: int
    seconds: float
    first_s: float
    """Seconds until the first piece of the body arrived."""
    late_s: float
    """Seconds by which the load generator sent the request late; included in `first_s`."""


@dataclass
class Tally:
    """The collected responses."""

    answers: list[Answer] = field(default_factory=list)

    def between(self, start: float, end: float) -> "Tally":
        """Return a tally of only the responses that were completed in an interval."""
        return Tally([answer for answer in self.answers if start <= answer.at < end])

    def report(self, elapsed_s: float) -> dict[str, Any]:
        """Return poems per second, latencies of served and refused requests, and status counts."""
        good = [answer for answer in self.answers if answer.status == 200]
        statuses = sorted({answer.status for answer in self.answers})
        return {
            "poems_per_s": round(len(good) / elapsed_s, 1),
            **quantiles([answer.seconds for answer in good]),
            "first": quantiles([answer.first_s for answer in good]),
            "refused": quantiles([a.seconds for a in self.answers if a.status in (429, 503)]),
            "sent_late": quantiles([answer.late_s for answer in self.answers]),
            "statuses": {
                status: sum(answer.status == status for answer in self.answers)
                for status in statuses
            },
        }


def quantiles(seconds: list[float]) -> dict[str, float]:
    """Return the milliseconds at each quantile of `PARTS`; empty if there are no values."""
    times = sorted(seconds)
    return {
        f"{name}_ms": round(times[int(share * (len(times) - 1))] * 1000, 1)
        for name, share in PARTS
        if times
    }


class Caller:
    """One keep-alive connection."""

    def __init__(self, host: str, port: int, order: dict[str, Any]) -> None:
        self.host, self.port, self.order = host, port, order
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, seed: int, tally: Tally, due: float | None = None) -> None:
        sent = perf_counter()
        began = sent if due is None else due
        status, first = 0, began
        body = json.dumps({**self.order, "seed": seed}).encode()
        try:
            reader, head = await self._answered(body)
            if "content-length:" in head:
                await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
                first = perf_counter()
            else:
                first = await _chunks(reader)
            status = int(head.split(" ")[1])
        except (asyncio.IncompleteReadError, OSError):
            self.streams = None
        now = perf_counter()
        tally.answers.append(Answer(now, status, now - began, first - began, sent - began))

    async def _answered(self, body: bytes) -> tuple[asyncio.StreamReader, str]:
        """Send a request and read the head of its response.

        If the server has closed an idle connection, open a new one, as every client does."""
        kept = self.streams is not None
        try:
            reader = await self._send(body)
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, OSError) as error:
            self.streams = None
            if not kept or (isinstance(error, asyncio.IncompleteReadError) and error.partial):
                raise
            reader = await self._send(body)
            head = await reader.readuntil(b"\r\n\r\n")
        return reader, head.decode("latin-1").lower()

    async def _send(self, body: bytes) -> asyncio.StreamReader:
        if self.streams is None:
            self.streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self.streams
        writer.write(
            b"POST /api/verse HTTP/1.1\r\nHost: load\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        )
        return reader


async def _chunks(reader: asyncio.StreamReader) -> float:
    """Read a chunked body; return the time at which its first piece arrived."""
    first = None
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
        first = first or perf_counter()
    await reader.readexactly(2)
    return first or perf_counter()


@dataclass(frozen=True)
class Load:
    """Target and request of a load test."""

    host: str
    port: int
    order: dict[str, Any]

    async def closed(self, users: int, seconds: float, tally: Tally) -> None:
        """Simulate this many users, each of whom sends a new request as soon as the previous one is
        answered."""
        seeds, end = iter(range(10**9)), perf_counter() + seconds

        async def user() -> None:
            caller = Caller(self.host, self.port, self.order)
            while perf_counter() < end:
                await caller.ask(next(seeds), tally)

        await asyncio.gather(*(user() for _ in range(users)))

    async def fixed(self, rate: float, seconds: float, tally: Tally) -> None:
        """Send requests at a fixed rate, whether or not earlier requests have been answered."""
        idle, running = list[Caller](), set[asyncio.Task[None]]()

        async def one(seed: int, due: float) -> None:
            caller = idle.pop() if idle else Caller(self.host, self.port, self.order)
            await caller.ask(seed, tally, due)
            idle.append(caller)

        began = perf_counter()
        for seed in range(int(rate * seconds)):
            due = began + seed / rate
            await asyncio.sleep(max(0.0, due - perf_counter()))
            task = asyncio.create_task(one(seed, due))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)


def memory_mb(pid: int | None) -> float | None:
    """Return the resident memory of a process in MB; None if it is unknown."""
    statm = Path(f"/proc/{pid}/statm")
    if not statm.exists():
        return None
    return round(int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


async def steady(load: Load, options: argparse.Namespace) -> None:
    """Run one load, printing a JSON line for each interval and a final one for the whole run."""
    tally, began = Tally(), perf_counter()
    if options.rate:
        work = asyncio.create_task(load.fixed(options.rate, options.seconds, tally))
    else:
        work = asyncio.create_task(load.closed(options.users, options.seconds, tally))
    start = began
    while options.every and not work.done():
        await asyncio.wait({work}, timeout=options.every)
        end = perf_counter()
        line = tally.between(start, end).report(end - start)
        print(json.dumps({"at_s": round(end - began), "mb": memory_mb(options.pid), **line}))
        start = end
    await work
    print(json.dumps(tally.report(perf_counter() - began)))


async def overload(load: Load, options: argparse.Namespace) -> None:
    """Measure the capacity, apply twice that load, then measure it again, second by second."""
    before = Tally()
    await load.closed(options.users, options.seconds / 2, before)  # warms the caches
    memory, began = memory_mb(options.pid), perf_counter()
    before = Tally()
    await load.closed(options.users, options.seconds, before)
    capacity = before.report(perf_counter() - began)
    tally, began = Tally(), perf_counter()
    await load.fixed(2 * capacity["poems_per_s"], options.seconds, tally)
    over = tally.report(perf_counter() - began)
    after, began = Tally(), perf_counter()
    await load.closed(options.users, 4.0, after)
    each = [after.between(began + second, began + second + 1) for second in range(4)]
    print(json.dumps({"capacity": capacity, "mb": memory}))
    print(json.dumps({"twice_that": over, "mb": memory_mb(options.pid)}))
    speeds = [one.report(1.0)["poems_per_s"] for one in each]
    print(json.dumps({"poems_per_s_in_each_second_after_it": speeds}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--rate", type=float, help="requests a second, instead of users")
    parser.add_argument("--overload", action="store_true", help="twice what it can do")
    parser.add_argument("--stream", action="store_true", help="ask for lines as they come")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--every", type=float, help="seconds between lines of the report")
    parser.add_argument("--pid", type=int, help="the server's process, for its memory")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    options = parser.parse_args()
    where = urlsplit(options.url)
    order = ORDER | parse_assignments(options.set) | ({"stream": True} if options.stream else {})
    load = Load(where.hostname or "127.0.0.1", where.port or 80, order)
    asyncio.run((overload if options.overload else steady)(load, options))


if __name__ == "__main__":
    main()
