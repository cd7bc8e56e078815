"""A server withstands overload, clients that leave, oversized bodies and shutdown."""

import asyncio
import json
import logging
import threading

import httpx
import pytest

from charbard.config import StudioConfig
from charbard.errors import BusyError, OptionError, RateError
from charbard.runtime import Plan, Program, Steps, Task
from charbard.studio.rate import Rate
from charbard.studio.slots import Slots
from charbard.studio.studio import Studio
from charbard.web import Library, middleware
from charbard.web.flow import result_of
from tests.web.conftest import schema_of, serving, until

LONG = {"length": 1_000_000, "stream": True}


def test_a_dropped_connection_frees_its_place(prose_writer) -> None:
    """Closing a stream frees its slot and its engine rows for the next request."""
    with (
        serving(("owl", prose_writer), streams=1, queue=0, max_length=10**6) as here,
        here.client() as client,
    ):
        with client.stream("POST", "/api/prose", json=LONG) as response:
            lines = response.iter_lines()
            next(lines)
            refused = client.post("/api/prose", json={"length": 3})
            assert refused.status_code == 503
            assert refused.headers["retry-after"] == "1"
        assert until(lambda: here.studio.slots.active == 0)
        answer = client.post("/api/prose", json={"length": 3})

        assert answer.status_code == 200
        engine = here.studio.library.find(None).engine
        assert until(lambda: engine.load().rows == 0)


@pytest.mark.parametrize("path", ["/api/prose", "/v1/completions"])
def test_an_answer_nobody_waits_for_is_not_written(prose_writer, path) -> None:
    """A client that hangs up frees its slot and engine rows, even without streaming."""
    body = {"length": 10**6} if path == "/api/prose" else {"model": "owl", "max_tokens": 10**6}
    with (
        serving(("owl", prose_writer), streams=1, queue=0, max_length=10**6) as here,
        here.client() as client,
    ):
        with pytest.raises(httpx.ReadTimeout):
            client.post(path, json=body, timeout=0.3)

        assert until(lambda: here.studio.slots.active == 0)
        engine = here.studio.library.find(None).engine
        assert until(lambda: engine.load().rows == 0)


def test_what_is_found_out_in_between_is_left_with_its_client(prose_writer) -> None:
    """Cancelling `result_of` while its program runs frees the program's rows in the engine."""

    async def leave() -> bool:
        studio = Studio(Library([("owl", prose_writer)]), StudioConfig())
        opened = studio.library.find(None)

        def endless() -> Steps:
            while True:
                yield Plan((0,), (5,), (None,))

        def program() -> Program[None]:
            yield Task(endless())

        finding = asyncio.create_task(result_of(studio, opened, program()))
        while not opened.engine.load().rows:
            await asyncio.sleep(0.01)
        finding.cancel()
        await asyncio.gather(finding, return_exceptions=True)
        left = await asyncio.to_thread(until, lambda: opened.engine.load().rows == 0)
        studio.library.close()
        return left

    assert asyncio.run(leave())


def test_a_refusal_is_cheap_and_only_for_what_takes_a_turn(prose_writer) -> None:
    """A full server refuses a request without reading it, unless the request needs no slot."""
    with (
        serving(("owl", prose_writer), streams=1, queue=0, max_length=10**6) as here,
        here.client() as client,
        client.stream("POST", "/api/prose", json=LONG) as reply,
    ):
        lines = reply.iter_lines()  # an iterator that is collected closes the connection
        next(lines)
        refused = client.post("/api/prose", content=b"not JSON")
        answered = client.post("/api/check", json={"text": "白日依山尽，黄河入海流。"})

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "1"
    assert answered.status_code == 200


def test_the_routes_that_take_no_slot_are_named(
    prose_writer, verse_writer, names_writer, monkeypatch
) -> None:
    """`_NO_TURN` covers every POST route that takes no slot, and no other."""
    named = middleware._NO_TURN
    writers = ("english", prose_writer), ("verse", verse_writer), ("names", names_writer)
    monkeypatch.setattr(middleware, "_NO_TURN", ("/",))  # now only slots refuse
    with serving(*writers, streams=1, queue=0) as here, here.client() as client:
        api = client.get("/api/openapi.json").json()
        posts = [path for path, about in api["paths"].items() if "post" in about]
        here.studio.slots.active = 1
        refused = {
            path
            for path in posts
            if client.post(path, json=schema_of(api, path).get("example")).status_code == 503
        }

    assert refused == {path for path in posts if not path.startswith(named)}


def test_who_waits_gets_the_next_turn(prose_writer) -> None:
    """A queued request is served as soon as the request before it ends."""
    with (
        serving(("owl", prose_writer), streams=1, queue=1, max_length=10**6) as here,
        here.client() as client,
    ):
        with client.stream("POST", "/api/prose", json=LONG) as response:
            lines = response.iter_lines()
            next(lines)
            answers = []

            def ask() -> None:
                with here.client() as other:
                    answers.append(other.post("/api/prose", json={"length": 3}))

            waiting = threading.Thread(target=ask)
            waiting.start()
            assert until(lambda: here.studio.slots.waiting == 1)
        waiting.join()

    assert answers[0].status_code == 200


def test_streams_end_properly_when_the_server_stops(prose_writer) -> None:
    """After the grace period, an open stream ends with a line that says the studio is stopping."""
    with (
        serving(("owl", prose_writer), grace_s=0.2, max_length=10**6) as here,
        here.client() as client,
        client.stream("POST", "/api/prose", json=LONG) as reply,
    ):
        lines = reply.iter_lines()
        next(lines)
        here.server.should_exit = True
        last = list(lines)[-1]

    assert "stop" in json.loads(last)["error"]


def test_a_stream_that_ends_in_time_is_whole(prose_writer) -> None:
    """During the grace period a stream can finish, but no new connection is accepted."""
    with (
        serving(("owl", prose_writer), grace_s=20.0) as here,
        here.client() as client,
        client.stream("POST", "/api/prose", json={"length": 3000, "stream": True}) as reply,
    ):
        lines = reply.iter_lines()
        next(lines)
        here.server.should_exit = True
        last = json.loads(list(lines)[-1])
        with here.client() as late, pytest.raises(httpx.ConnectError):
            late.get("/api/health")

    assert last["done"]


def test_bodies_are_bounded(prose_writer) -> None:
    """Too large a body is refused, whether it declares its length or comes in chunks."""
    with serving(("owl", prose_writer), max_body=2000) as here, here.client() as client:
        declared = client.post("/api/prose", json={"prime": "a" * 3000})
        chunked = client.post("/api/prose", content=(b"x" * 500 for _ in range(9)))

    assert declared.status_code == chunked.status_code == 413
    assert "2000 bytes" in declared.json()["error"]


def test_one_client_cannot_ask_too_often(prose_writer) -> None:
    """Each client has its own rate limit; behind a proxy, its forwarded address identifies it."""
    with (
        serving(("owl", prose_writer), rate=0.1, burst=2, behind_proxy=True) as here,
        here.client() as client,
    ):
        mine = [client.get("/api/models", headers={"x-forwarded-for": "1.1.1.1"}) for _ in "abc"]
        yours = client.get("/api/models", headers={"x-forwarded-for": "6.6.6.6, 2.2.2.2"})

    assert [answer.status_code for answer in mine] == [200, 200, 429]
    assert 1 <= int(mine[2].headers["retry-after"]) <= 10
    assert yours.status_code == 200


def test_a_token_guards_the_api_and_not_the_page(prose_writer) -> None:
    """A token is required for the API, but not for the page or the health check."""
    with serving(("owl", prose_writer), token="secret") as here, here.client() as client:
        assert client.get("/api/models").status_code == 401
        assert client.get("/api/health").status_code == 200
        assert client.get("/").status_code == 200
        allowed = client.get("/api/models", headers={"authorization": "Bearer secret"})

    assert allowed.status_code == 200


@pytest.mark.parametrize("path", ["/", "/api/models", "/api/nowhere", "/js/main.js"])
def test_headers_trust_nobody_else(client, path) -> None:
    """By default, security headers forbid inline scripts, MIME sniffing and other origins."""
    headers = client.get(path, headers={"origin": "http://elsewhere.example"}).headers

    policy = headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in headers


def test_cors_for_named_origins_only(prose_writer) -> None:
    """Only a configured origin gets the CORS header."""
    with (
        serving(("owl", prose_writer), origins=("http://friend.example",)) as here,
        here.client() as client,
    ):
        friend = client.get("/api/models", headers={"origin": "http://friend.example"})
        other = client.get("/api/models", headers={"origin": "http://other.example"})

    assert friend.headers["access-control-allow-origin"] == "http://friend.example"
    assert "access-control-allow-origin" not in other.headers


def test_a_prefix_works_whether_or_not_the_proxy_cuts_it(prose_writer) -> None:
    """Page and API respond both under the configured prefix and without it."""
    with serving(("owl", prose_writer), prefix="/poems") as here:
        root = here.url.removesuffix("/poems")
        with httpx.Client(base_url=root, trust_env=False) as client:
            for prefix in ("/poems", ""):
                assert client.get(f"{prefix}/api/models").status_code == 200
                assert client.get(f"{prefix}/js/main.js").status_code == 200
                assert "<title>" in client.get(f"{prefix}/").text


def test_the_log_has_routes_and_no_texts(client, caplog) -> None:
    """The access log names routes, but contains no bodies, queries or path parameters."""
    logger = logging.getLogger("charbard.access")
    logger.propagate = True
    with caplog.at_level(logging.INFO, "charbard.access"):
        client.post("/api/prose", json={"prime": "secret", "length": 2})
        client.get("/write_poem", params={"begin_word": "secret"})
        client.get("/api/models/secret")
        assert until(lambda: len(caplog.messages) >= 3)

    rows = [json.loads(message) for message in caplog.messages]
    assert {"/api/prose", "/write_poem", "/api/models/{name}"} <= {row["route"] for row in rows}
    assert not any("secret" in message for message in caplog.messages)


def test_metrics_count_what_happened(client) -> None:
    """The metrics count requests by route and status, and report what is being written."""
    client.post("/api/prose", json={"length": 2})

    text = client.get("/api/metrics").text

    assert 'charbard_requests_total{method="POST",route="/api/prose",status="200"}' in text
    assert "charbard_writing 0.0" in text
    assert "charbard_engine_rows" in text


def test_ready_means_that_there_is_a_model(client) -> None:
    """A server without a model is healthy but not ready."""
    assert client.get("/api/ready").json()["models"] == 2
    with serving() as here, here.client() as empty:
        assert empty.get("/api/health").status_code == 200
        assert empty.get("/api/ready").status_code == 404


def test_a_bucket_fills_by_itself() -> None:
    """After its burst a client gets one request per refill; other clients are unaffected."""
    now = [0.0]
    rate = Rate(2.0, 3, clock=lambda: now[0])
    for _ in range(3):
        rate.take("a")
    with pytest.raises(RateError) as refused:
        rate.take("a")
    rate.take("b")
    now[0] = 0.5
    rate.take("a")

    assert refused.value.retry_after_s == 0.5


def test_waiting_has_an_end() -> None:
    """A request that times out or is cancelled in the queue leaves no slot or place taken."""

    async def wait() -> Slots:
        slots = Slots(StudioConfig(streams=1, queue=2, patience_s=0.05))
        async with slots.one():
            with pytest.raises(BusyError, match="no turn came"):
                async with slots.one():
                    raise AssertionError
            waiting = asyncio.create_task(slots.one().__aenter__())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        return slots

    slots = asyncio.run(wait())

    assert (slots.active, slots.waiting, slots.refused) == (0, 0, 1)


def test_settings_are_checked() -> None:
    """`StudioConfig` refuses a bad prefix, token, blocked word or port."""
    for wrong in ({"prefix": "poems"}, {"token": "密"}, {"blocked": ("",)}, {"port": 70_000}):
        with pytest.raises(OptionError):
            StudioConfig(**wrong)
