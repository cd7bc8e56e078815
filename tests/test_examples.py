"""What stands in `examples/` runs."""

import os
from pathlib import Path

import httpx
import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # Ray's own
def test_two_replicas_write_the_same_poem(monkeypatch) -> None:
    """Whichever replica answers: the same seed, the same poem."""
    ray = pytest.importorskip("ray", reason="Ray is large: pip install 'charbard[ray]'")
    monkeypatch.syspath_prepend(str(EXAMPLES))
    monkeypatch.setenv("PYTHONPATH", str(EXAMPLES), prepend=os.pathsep)  # for the replicas
    from ray import serve

    ray.init(num_cpus=2, include_dashboard=False)
    try:
        from ray_serve import app

        serve.run(app)
        with httpx.Client(base_url="http://127.0.0.1:8000", timeout=60, trust_env=False) as client:
            assert client.get("/api/ready").json()["status"] == "ready"
            body = {"form": "七绝", "candidates": 1, "seed": 7}
            answers = [client.post("/api/verse", json=body).json() for _ in range(8)]

        assert answers == answers[:1] * 8
    finally:
        serve.shutdown()
        ray.shutdown()
