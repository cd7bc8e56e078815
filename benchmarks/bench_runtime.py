"""Benchmark the engine: network, whole steps, constrained poems, many users, cold start.

    python benchmarks/bench_runtime.py [MODEL] [--records verse.jsonl] [--rounds 5]

Without a model, an untrained network of the verse model's size is timed. The poems obey a form that
allows about as many characters as verse does. With a file of records, the loss caused by int8
weights is measured on the test part of the file. Every time is the best of several rounds, because
other load can only increase it.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charbard.bundle import Bundle, load_bundle, save_bundle
from charbard.config import SampleOptions
from charbard.errors import Note
from charbard.report.speed import Machine, machine, measure, seconds_for, verse_sized
from charbard.runtime import (
    ByteModel,
    Engine,
    Ids,
    Model,
    Network,
    Search,
    SegmentedConstraint,
    State,
    Steps,
    Task,
    as_ids,
    decode,
    run,
    score_texts,
)

ROWS = (1, 8, 64, 256)
LINES, LENGTH = 4, 8
OPTIONS = SampleOptions(temperature=0.8)


class Quatrain:
    """A constraint similar to 七绝: four lines, each of seven characters and a mark, with a few
    hundred allowed ids at each character."""

    def __init__(self, symbols: int, *, wide: int) -> None:
        rng = np.random.default_rng(0)
        self._sets = [as_ids(rng.choice(symbols, wide, replace=False)) for _ in range(LENGTH)]
        self._mark, self._nothing = as_ids([2]), as_ids([])
        self.spans = [slice(n * LENGTH, (n + 1) * LENGTH) for n in range(LINES)]

    def start(self) -> int:
        return 0

    def choices(self, state: int) -> tuple[Ids, Ids]:
        allowed = self._mark if self.is_mark(state) else self._sets[state % LENGTH]
        return allowed, self._nothing

    def advance(self, state: int, char_id: int) -> int:
        return state + 1

    def is_given(self, step: int) -> bool:
        return self.is_mark(step)

    def is_mark(self, step: int) -> bool:
        return step % LENGTH == LENGTH - 1


def poem(form: SegmentedConstraint[int], network: Network, sample: int, *, drafts: int = 1) -> Task:
    """Return a task that writes a poem line by line, from one draft or the best of several."""

    def steps() -> Steps:
        yield from decode([[0]], form, search)

    search = Search(
        options=OPTIONS,
        seed=1,
        sample=sample,
        start=network.start(),
        worth=lambda draft: sum(draft.logp),
        drafts=drafts,
    )
    return Task(steps(), rows=drafts)


def best(
    work: Callable[[], object], rounds: int, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the seconds of the fastest round."""
    times = []
    for _ in range(rounds):
        start = clock()
        work()
        times.append(clock() - start)
    return min(times)


def score(network: Network, ids: NDArray[np.int64], state: State) -> None:
    """Run one step and score every symbol."""
    network.logits(network.step(ids, state)[0])


def networks(bundle: Bundle) -> None:
    """Time one step that scores every symbol and draws none, for each kernel."""
    kinds: dict[str, Network] = {
        "NumPy float32": Model(bundle),
        "NumPy bytes": ByteModel(bundle, threads=1, compiled=False),
        "C bytes": ByteModel(bundle, threads=1),
    }
    print("\nnetwork alone, µs" + "".join(f"{rows:>9}" for rows in ROWS))
    for name, network in kinds.items():
        times = []
        for rows in ROWS:
            ids, state = np.arange(rows) % len(bundle.vocab), network.start(rows)
            times.append(seconds_for(partial(score, network, ids, state)))
        print(f"{name:17}" + "".join(f"{seconds * 1e6:9.0f}" for seconds in times))


def steps(bundle: Bundle, here: Machine) -> None:
    """Time whole steps with every character allowed, also as multiples of the estimated minimum."""
    for threads in (1, 2):
        print(f"\nwhole step, all allowed, own log-probability, {threads} threads")
        for pace in measure(bundle, here, ROWS, threads=threads):
            print(
                f"{pace.rows:5} rows {pace.step_us:8.0f} µs {pace.chars_per_s:10,.0f} characters/s"
                f"  {pace.step_us / pace.floor_us:.1f} x floor"
            )


def write(form: SegmentedConstraint[int], network: Network, count: int, drafts: int) -> None:
    """Write `count` poems in a batch of 64 rows."""
    tasks = [poem(form, network, sample, drafts=drafts) for sample in range(count)]
    for _ in run(network, tasks, rows=64):
        pass


def poems(bundle: Bundle, rounds: int) -> None:
    """Time constrained quatrains, one alone and many in a batch of 64 rows."""
    print("\nquatrains of 32 characters")
    form = Quatrain(len(bundle.vocab), wide=300)
    for threads in (1, 2):
        network = ByteModel(bundle, threads=threads)
        for drafts in (1, 16):
            count = 128 // drafts
            one = partial(write, form, network, 1, drafts)
            all_of_them = partial(write, form, network, count, drafts)
            alone, many = best(one, 10 * rounds), best(all_of_them, rounds)
            busy = best(all_of_them, rounds, time.process_time)
            print(
                f"{threads} threads, {drafts} drafts: alone {alone * 1e3:.2f} ms"
                f" ({32 / alone:,.0f} characters/s), 64 rows {count / many:,.0f} a second"
                f" ({count * 32 / many:,.0f} characters/s);"
                f" {count / busy:,.0f} a second of processor time"
            )


def users(bundle: Bundle, rounds: int) -> None:
    """Time 64 concurrent requests through the engine, and compare with an offline batch."""
    form, network, count = Quatrain(len(bundle.vocab), wide=300), ByteModel(bundle), 320

    def offline() -> None:
        for _ in run(network, [poem(form, network, n) for n in range(count)], rows=64):
            pass

    async def serve() -> None:
        with Engine(network, rows=64) as engine:
            numbers = iter(range(count))

            async def user() -> None:
                for number in numbers:
                    async for _ in engine.stream(poem(form, network, number)):
                        pass

            await asyncio.gather(*(user() for _ in range(64)))

    pairs = [(best(offline, 1), best(lambda: asyncio.run(serve()), 1)) for _ in range(rounds)]
    batch, served = (min(times) for times in zip(*pairs, strict=True))
    print(
        f"\n64 users, line by line: {count / served:,.0f} poems/s,"
        f" offline batch {count / batch:,.0f}: {batch / served:.0%}"
    )


def cold_start(bundle: Bundle, rounds: int) -> None:
    """Time a new process up to its first character, and measure its peak memory."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        save_bundle(bundle, path, as_bytes=True)
        command = [sys.executable, "-m", "charbard", "write", str(path), "-n", "1", "--seed", "1"]
        environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        for name, env in (("as it is", dict(os.environ)), ("one BLAS thread", environment)):
            seconds = best(
                partial(subprocess.run, command, check=True, capture_output=True, env=env),
                rounds,
            )
            print(f"\ncold start, {name}: {seconds:.2f} s")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"most memory of a writing process: {peak:.0f} MB")


def loss(bundle: Bundle, records: Path, most: int) -> None:
    """Measure the cost of int8 rounding, in nats per character of held-out records."""
    texts, firsts = [], []
    for record in test_records(records, most):
        opening, _, _ = opening_ids(bundle, record)
        texts.append(np.array([*opening, *bundle.vocab.encode(record["text"]), 0]))
        firsts.append(len(opening) - 1)
    order = np.argsort([len(ids) for ids in texts])
    nats = []
    for network in (Model(bundle), ByteModel(bundle)):
        scores = score_texts(network, [texts[n] for n in order])
        parts = [s.logp_N[firsts[n] :] for s, n in zip(scores, order, strict=True)]
        nats.append(-float(np.concatenate(parts).mean(dtype=np.float64)))
    print(
        f"\n{len(texts)} held-out records: {nats[0]:.5f} nats in float32,"
        f" {nats[1]:.5f} in bytes, loss {nats[1] - nats[0]:+.5f}"
    )


def opening_ids(bundle: Bundle, record: dict[str, str]) -> tuple[list[int], str, list[Note]]:
    from charbard.writer.prompt import opening_ids as opening

    fields = [(name, record[name]) for name in bundle.vocab.fields if record.get(name)]
    return opening(bundle, "", fields)


def test_records(path: Path, most: int) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record.get("split") == "test":
                yield record
                most -= 1
            if not most:
                return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", type=Path)
    parser.add_argument("--records", type=Path, help="JSON lines with a field split")
    parser.add_argument("--most", type=int, default=2000, help="records to score")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    bundle = verse_sized() if chosen.model is None else load_bundle(chosen.model)
    here = machine(copied_bytes=bundle.config.macs_per_char)
    print(
        f"{here.threads} processors, {here.sgemm_gflops:.0f} GFLOP/s sgemm,"
        f" {here.copy_gb_per_s:.0f} GB/s; {bundle.config.num_layers} x {bundle.config.cell}"
        f" {bundle.config.hidden_size}, {len(bundle.vocab)} symbols"
    )
    networks(bundle)
    steps(bundle, here)
    poems(bundle, chosen.rounds)
    users(bundle, chosen.rounds)
    cold_start(bundle, chosen.rounds)
    if chosen.records is not None:
        loss(bundle, chosen.records, chosen.most)


if __name__ == "__main__":
    main()
