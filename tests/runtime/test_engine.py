"""An engine serves many users in order, within bounds and independently of each other."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from charbard.errors import BusyError, DeadEndError, LimitError, StoppedError
from charbard.runtime import (
    ByteModel,
    Emit,
    Engine,
    Plan,
    Program,
    Result,
    Steps,
    Task,
    as_ids,
    perform,
    run,
)
from tests.conftest import random_bundle
from tests.runtime.forms import Lines, poem

MODEL = ByteModel(random_bundle(projection_size=6, tied=True))
ALONE = [[step for _, step in run(MODEL, [poem(MODEL, sample)])] for sample in range(40)]


def endless(started: threading.Event | None = None, closed: threading.Event | None = None) -> Task:
    """Return a task that never ends by itself, and that signals when it starts and is closed."""

    def steps():
        try:
            while True:
                yield Plan((0,), (3,), (None,))
                if started is not None:
                    started.set()
                yield Emit("tick")
        finally:
            if closed is not None:
                closed.set()

    return Task(steps())


def test_threads_get_their_own_texts() -> None:
    """Each of forty poems for ten threads on six rows equals the same poem written alone."""
    with Engine(MODEL, rows=6) as engine, ThreadPoolExecutor(10) as pool:
        poems = list(pool.map(lambda sample: list(engine.run(poem(MODEL, sample))), range(40)))

    assert poems == ALONE


def test_an_event_loop_gets_its_texts() -> None:
    """Each of forty poems requested at once in an event loop equals the same poem written alone."""

    async def one(engine: Engine, sample: int) -> list:
        return [step async for step in engine.stream(poem(MODEL, sample))]

    async def every() -> list:
        with Engine(MODEL, rows=6) as engine:
            return await asyncio.gather(*(one(engine, sample) for sample in range(40)))

    assert asyncio.run(every()) == ALONE


def test_who_goes_away_frees_his_row() -> None:
    """Closing an iterator ends its task and frees its row for the next task."""
    closed = threading.Event()
    with Engine(MODEL, rows=1) as engine:
        values = engine.run(endless(closed=closed))
        next(values)
        values.close()  # type: ignore[attr-defined]

        assert list(engine.run(poem(MODEL, 3))) == ALONE[3]
        assert closed.is_set()
        assert engine.load().rows <= 1


def test_who_goes_away_during_a_step_gets_no_other() -> None:
    """A task that is closed during a step gets no further step."""
    in_step, may_end, closed = threading.Event(), threading.Event(), threading.Event()
    steps = []

    def endless_steps():
        try:
            while True:
                yield Emit(len(steps))
                yield Plan((0,), (5,), (None,))
                steps.append(1)
                if len(steps) == 3:
                    in_step.set()
                    may_end.wait(10)
        finally:
            closed.set()

    with Engine(MODEL, rows=1) as engine:
        values = engine.run(Task(endless_steps()))
        next(values)
        assert in_step.wait(10)
        values.close()  # type: ignore[attr-defined]
        may_end.set()

        assert closed.wait(10)
    assert len(steps) == 3


def test_a_cancelled_stream_frees_its_row() -> None:
    """Cancelling the coroutine that reads a stream ends its task and frees its row."""
    closed = threading.Event()

    async def leave() -> list:
        with Engine(MODEL, rows=1) as engine:

            async def read() -> None:
                async for _ in engine.stream(endless(closed=closed)):
                    pass

            reader = asyncio.create_task(read())
            await asyncio.sleep(0.05)
            reader.cancel()
            return [step async for step in engine.stream(poem(MODEL, 4))]

    assert asyncio.run(leave()) == ALONE[4]
    assert closed.is_set()


def test_an_iterator_that_never_starts_holds_nothing() -> None:
    """A task joins the queue only when the first value of its iterator is requested."""
    with Engine(MODEL, rows=1) as engine:
        idle = [engine.run(poem(MODEL, 0)) for _ in range(500)]

        assert list(engine.run(poem(MODEL, 5))) == ALONE[5]
        del idle


def test_a_slow_reader_is_waited_for_at_no_cost_to_others() -> None:
    """A task whose values are not fetched pauses while other tasks run, and continues later."""
    with Engine(MODEL, rows=2, ahead=1) as engine:
        slow = engine.run(poem(MODEL, 6))
        first = next(slow)
        for sample in range(5):
            assert list(engine.run(poem(MODEL, sample))) == ALONE[sample]

        assert [first, *slow] == ALONE[6]


def test_the_queue_is_bounded() -> None:
    """If the queue is full, a new request is refused at once; a waiting request is served later."""
    started = threading.Event()
    with Engine(MODEL, rows=1, queue=1) as engine, ThreadPoolExecutor(2) as pool:
        running = engine.run(endless(started))
        next(running)
        waiting = pool.submit(list, engine.run(poem(MODEL, 1)))
        while not engine.load().waiting:
            pass
        with pytest.raises(BusyError, match="1 requests are waiting"):
            next(engine.run(poem(MODEL, 2)))
        running.close()  # type: ignore[attr-defined]

        assert waiting.result() == ALONE[1]


def counted(name: str, order: list[str]) -> Task:
    """Return a task of one step that appends its name to `order` when it starts."""

    def steps() -> Steps:
        order.append(name)
        yield Plan((0,), (3,), (None,))
        yield Emit(name)

    return Task(steps())


def two_tasks(order: list[str]) -> Program[str]:
    """A program whose second task depends on a value that the first task emitted."""
    (first,) = yield counted("a", order)
    (second,) = yield counted(first + "b", order)
    return first + second


def test_tasks_wait_in_the_order_in_which_they_came() -> None:
    """Tasks run first come, first served."""
    order: list[str] = []

    with Engine(MODEL, rows=1) as engine, ThreadPoolExecutor(8) as pool:
        running = engine.run(endless())
        next(running)
        for count, name in enumerate("abc", 1):
            pool.submit(list, engine.run(counted(name, order)))
            while engine.load().waiting < count:
                pass
        running.close()  # type: ignore[attr-defined]

    assert order == ["a", "b", "c"]


def test_a_program_is_the_same_in_a_batch_an_engine_and_an_event_loop() -> None:
    """A program yields the same values and result in a batch, an engine and an event loop."""

    async def in_loop(engine: Engine) -> list:
        return [value async for value in engine.perform(two_tasks([]))]

    with Engine(MODEL, rows=4) as engine:
        alone = list(perform(two_tasks([]), lambda task: (v for _, v in run(MODEL, [task]))))
        shared = list(perform(two_tasks([]), engine.run))
        awaited = asyncio.run(in_loop(engine))

    assert alone == shared == awaited == ["a", "ab", Result("aab")]


def test_what_nobody_wants_never_leaves_the_engine() -> None:
    """Values of a skipped type reach neither the reader nor the program."""

    async def in_loop(engine: Engine) -> list:
        return [value async for value in engine.perform(_all_of(7, "x", 8.0), skip=int)]

    def _all_of(*values: object) -> Program[list]:
        def steps() -> Steps:
            yield Plan((0,), (3,), (None,))
            for value in values:
                yield Emit(value)

        return (yield Task(steps()))

    with Engine(MODEL) as engine:
        assert asyncio.run(in_loop(engine)) == ["x", 8.0, Result(["x", 8.0])]


def test_errors_reach_their_own_reader() -> None:
    """A task that fails or needs too many rows raises its error only for its own reader."""

    def faulty():
        yield Plan((0,), (3,), (None,))
        raise RuntimeError("a fault")

    with Engine(MODEL, rows=4) as engine:
        with pytest.raises(DeadEndError):
            list(engine.run(poem(MODEL, 0, form=Lines(as_ids([]), 2))))
        with pytest.raises(RuntimeError, match="a fault"):
            list(engine.run(Task(faulty())))
        with pytest.raises(LimitError, match="needs 5 rows, the engine has 4"):
            next(engine.run(Task(faulty(), rows=5)))
        with pytest.raises(IndexError):
            list(engine.run(poem(MODEL, 0, form=Lines(as_ids([999, 1000]), 2))))

        assert list(engine.run(poem(MODEL, 7))) == ALONE[7]


def test_stopping_ends_every_text_with_an_error() -> None:
    """`stop` ends running and waiting tasks with a `StoppedError`, and refuses later tasks."""
    started = threading.Event()
    engine = Engine(MODEL, rows=1, ahead=10**9)
    with ThreadPoolExecutor(2) as pool:
        running = pool.submit(list, engine.run(endless(started)))
        started.wait()
        waiting = pool.submit(list, engine.run(poem(MODEL, 0)))
        while not engine.load().waiting:
            pass
        engine.stop()

        for reader in (running, waiting):
            with pytest.raises(StoppedError):
                reader.result()
    with pytest.raises(StoppedError):
        next(engine.run(poem(MODEL, 0)))
    engine.stop()


def test_a_graceful_stop_lets_texts_end() -> None:
    """With a grace period, `stop` lets running and waiting tasks finish but accepts no new task."""
    engine = Engine(MODEL, rows=1, ahead=1)
    with ThreadPoolExecutor(3) as pool:
        running = engine.run(poem(MODEL, 0))
        first = next(running)
        waiting = pool.submit(list, engine.run(poem(MODEL, 1)))
        while not engine.load().waiting:
            pass
        stopping = pool.submit(engine.stop, grace_s=60)

        assert [first, *running] == ALONE[0]
        assert waiting.result() == ALONE[1]
        stopping.result()
    with pytest.raises(StoppedError):
        next(engine.run(poem(MODEL, 0)))


def test_a_task_that_finds_no_memory_ends_alone(monkeypatch) -> None:
    """A task that runs out of memory, at its start or in a step, fails alone and frees its rows."""

    def start() -> None:
        raise MemoryError

    def hungry() -> Steps:
        yield Plan((0,), (3,), (None,))
        raise MemoryError

    async def every(task: Task) -> list:
        async with asyncio.timeout(10):  # or the test would wait for a dead engine forever
            return [step async for step in engine.stream(task)]

    tasks = poem(MODEL, 1), Task(hungry(), state=MODEL.start())
    with Engine(MODEL, rows=6, ahead=1) as engine:
        other = engine.run(poem(MODEL, 2))
        first = next(other)
        monkeypatch.setattr(MODEL, "start", start)  # called for a task that brings no state
        for task in tasks:
            with pytest.raises(MemoryError):
                asyncio.run(every(task))
        monkeypatch.undo()

        assert [first, *other] == ALONE[2]
        assert asyncio.run(every(poem(MODEL, 3))) == ALONE[3]
    assert engine.load().rows == 0
