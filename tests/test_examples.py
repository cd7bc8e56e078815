"""The programs in `examples/` run."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from time import sleep

import httpx
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
ORDER = {"form": "七绝", "candidates": 1, "seed": 7}
USERS, REQUESTS = 4, 6

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]  # Ray has warnings


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """An HTTP client of the Ray Serve example, which runs two replicas."""
    ray = pytest.importorskip("ray", reason="Ray is large: pip install 'charbard[ray]'")
    from ray import serve

    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(EXAMPLES))
        patch.setenv("PYTHONPATH", str(EXAMPLES), prepend=os.pathsep)  # for the replicas
        patch.setenv("RAY_worker_niceness", "0")  # or other tests starve the replicas
        ray.init(num_cpus=2, include_dashboard=False)
        try:
            from ray_serve import app

            serve.run(app)
            with httpx.Client(base_url="http://127.0.0.1:8000", timeout=60, trust_env=False) as own:
                yield own
        finally:
            serve.shutdown()
            ray.shutdown()


def replicas() -> set[int]:
    """Return the process ids of the replicas."""
    import ray

    found = set()
    for actor in ray.util.list_named_actors(all_namespaces=True):
        if actor["name"].startswith("SERVE_REPLICA"):
            handle = ray.get_actor(**actor)
            try:
                found.add(ray.get(handle.__ray_call__.remote(lambda _: os.getpid())))
            except ray.exceptions.RayActorError:
                continue  # the killed replica, which Ray still lists
    return found


def wait_for_two(but_not: int) -> None:
    """Wait until two replicas are ready and neither of them is the killed process."""
    from ray import serve

    for _ in range(3000):
        states = serve.status().applications["default"].deployments["Replica"].replica_states
        if states == {"RUNNING": 2} and but_not not in replicas():
            return
        sleep(0.1)
    raise AssertionError(f"after five minutes the replicas are {states}")


def test_two_replicas_write_the_same_poem(client) -> None:
    """Whichever replica responds, the same seed gives the same poem."""
    assert client.get("/api/ready").json()["status"] == "ready"
    assert len(replicas()) == 2

    answers = [client.post("/api/verse", json=ORDER).json() for _ in range(8)]

    assert answers == answers[:1] * 8


def test_a_stream_comes_through_line_by_line(client) -> None:
    """A streamed response has four lines, the poem, and an event that marks the end."""
    with client.stream("POST", "/api/verse", json={**ORDER, "stream": True}) as answer:
        lines = [line for line in answer.iter_lines() if line]

    assert len(lines) == 6
    assert '"done"' in lines[-1]


def test_requests_go_on_when_a_replica_is_killed(client) -> None:
    """If a replica is killed, each user loses at most one poem and a new replica starts."""
    killed, kept = sorted(replicas())
    expected = client.post("/api/verse", json=ORDER).json()
    writing = Barrier(USERS + 1)

    def ask() -> list[httpx.Response]:
        answers = [client.post("/api/verse", json=ORDER)]
        writing.wait()
        return answers + [client.post("/api/verse", json=ORDER) for _ in range(REQUESTS)]

    with ThreadPoolExecutor(USERS) as pool:
        users = [pool.submit(ask) for _ in range(USERS)]
        writing.wait()
        os.kill(killed, signal.SIGKILL)
        each = [user.result() for user in users]

    for answers in each:
        good = [answer.json() for answer in answers if answer.status_code == 200]
        assert len(good) >= REQUESTS
        assert good == [expected] * len(good)
    wait_for_two(but_not=killed)
    assert kept in replicas()
    assert client.post("/api/verse", json=ORDER).json() == expected
