"""Load on a running studio: poems a second and waiting times, closed or at a fixed rate.

    charbard serve verse --set rate=0 …            see benchmarks/studio.md for the exact command
    python benchmarks/load.py --url http://127.0.0.1:8000 --users 64 --seconds 20
    python benchmarks/load.py --rate 100 --seconds 600

The generator speaks HTTP/1.1 over plain sockets, so that it takes little of the same two cores.
"""

import argparse
import asyncio
import json
from time import perf_counter
from urllib.parse import urlsplit

ORDER = {"form": "七绝", "candidates": 1, "particles": 1}


class Tally:
    """What came back."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.statuses: dict[int, int] = {}

    def add(self, status: int, seconds: float) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status == 200:
            self.seconds.append(seconds)

    def report(self, elapsed_s: float) -> dict[str, object]:
        times = sorted(self.seconds) or [0.0]
        at = {name: times[int(share * (len(times) - 1))] for name, share in PARTS}
        return {
            "poems_per_s": round(len(self.seconds) / elapsed_s, 1),
            **{f"{name}_ms": round(value * 1000, 1) for name, value in at.items()},
            "statuses": self.statuses,
        }


PARTS = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))


class Caller:
    """One connection that is kept open."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, seed: int, tally: Tally) -> None:
        began = perf_counter()
        body = json.dumps({**ORDER, "seed": seed}).encode()
        if self.streams is None:
            self.streams = await asyncio.open_connection(self.host, self.port)
        reader, writer = self.streams
        writer.write(
            b"POST /api/verse HTTP/1.1\r\nHost: load\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)
        )
        writer.write(body)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            await reader.readexactly(length)
            tally.add(int(head.split(" ")[1]), perf_counter() - began)
        except (asyncio.IncompleteReadError, ConnectionError):
            self.streams = None
            tally.add(0, perf_counter() - began)


async def closed(host: str, port: int, users: int, seconds: float) -> dict[str, object]:
    """So many users, each of whom asks again as soon as the answer is there."""
    tally, seeds, end = Tally(), iter(range(10**9)), perf_counter() + seconds

    async def user() -> None:
        caller = Caller(host, port)
        while perf_counter() < end:
            await caller.ask(next(seeds), tally)

    began = perf_counter()
    await asyncio.gather(*(user() for _ in range(users)))
    return tally.report(perf_counter() - began)


async def fixed(host: str, port: int, rate: float, seconds: float) -> dict[str, object]:
    """Requests at a fixed rate, whether or not the earlier ones are answered."""
    tally, idle = Tally(), list[Caller]()

    async def one(seed: int) -> None:
        caller = idle.pop() if idle else Caller(host, port)
        await caller.ask(seed, tally)
        idle.append(caller)

    began, running = perf_counter(), set[asyncio.Task[None]]()
    for seed in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, began + seed / rate - perf_counter()))
        task = asyncio.create_task(one(seed))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    return tally.report(perf_counter() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", default="http://127.0.0.1:8000")
    parser.add_argument("--users", type=int, default=64)
    parser.add_argument("--rate", type=float, help="requests a second, instead of users")
    parser.add_argument("--seconds", type=float, default=20.0)
    options = parser.parse_args()
    where = urlsplit(options.url)
    host, port = where.hostname or "127.0.0.1", where.port or 80
    if options.rate:
        result = asyncio.run(fixed(host, port, options.rate, options.seconds))
    else:
        result = asyncio.run(closed(host, port, options.users, options.seconds))
    print(json.dumps(result))


if __name__ == "__main__":
    main()
