"""Real servers on the loopback interface, with small random models and fake training runs."""

import json
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from charbard.bundle import Bundle, save_bundle
from charbard.config import ModelConfig, StudioConfig
from charbard.novelty.spans import open_spans
from charbard.prosody.book import common_chars
from charbard.vocab import Vocab
from charbard.web import Library, create_app
from charbard.web.serve import server_for
from charbard.writer import Writer
from tests.conftest import TEXT, random_bundle

POEM = {
    "title": "春晓",
    "author": "孟浩然",
    "dynasty": "唐",
    "text": "春眠不觉晓，处处闻啼鸟。夜来风雨声，花落知多少。",
}


def verse_bundle(*fields: str, seed: int = 3) -> Bundle:
    """Return an untrained verse model whose vocabulary has 1,500 common characters."""
    fields = fields or ("form", "dynasty", "title")
    vocab = Vocab(("，", "。", *common_chars()[:1500]), fields)
    config = ModelConfig(
        vocab_size=len(vocab), hidden_size=16, embedding_size=8, projection_size=8, tied=True
    )
    rng = np.random.default_rng(seed)
    weights = {
        name: rng.normal(0, 0.4, size).astype(np.float32) for name, size in config.shapes().items()
    }
    return Bundle(config=config, vocab=vocab, weights=weights, has_records=True, digest="feed")


@pytest.fixture(scope="session")
def verse_writer() -> Writer:
    return Writer(verse_bundle())


@pytest.fixture(scope="session")
def prose_writer() -> Writer:
    return Writer(random_bundle())


@pytest.fixture(scope="session")
def names_writer() -> Writer:
    return Writer(verse_bundle("surname", "gender"))


@pytest.fixture
def small_corpus(tmp_path, monkeypatch) -> None:
    """Build a verse corpus of one poem, with its index, in a temporary cache folder."""
    monkeypatch.setenv("CHARBARD_CACHE", str(tmp_path))
    folder = tmp_path / "corpora" / "verse-small"
    folder.mkdir(parents=True)
    (folder.parent / "verse.current").write_text(folder.name)
    (folder / "about.json").write_text('{"forms": {}}')
    (folder / "verse.jsonl").write_text(json.dumps(POEM) + "\n")
    open_spans(folder / "verse.jsonl")


@pytest.fixture(scope="session", params=["verse", "prose"])
def run_folder(request, tmp_path_factory) -> Path:
    """Return a fake run's folder with a model and three snapshots, once of verse, once of prose."""
    folder = tmp_path_factory.mktemp(request.param)
    (folder / "snapshots").mkdir()
    for at in range(1, 4):
        made = verse_bundle(seed=at) if request.param == "verse" else random_bundle(seed=at)
        told = {"steps": 10 * at, "seconds": 30 * at}
        scores = {"validation_nats": 5.0 - at} if at > 1 else {}
        bundle = replace(made, provenance=told, scores=scores)
        save_bundle(bundle, folder / "snapshots" / f"step{10 * at:06}.safetensors", as_bytes=True)
    save_bundle(bundle, folder / "model.safetensors")
    return folder


class Running:
    """A studio that is served on a local port."""

    def __init__(self, app, server, port: int) -> None:
        self.app, self.server = app, server
        self.studio = app.state.studio
        self.url = f"http://127.0.0.1:{port}{self.studio.config.prefix}"

    def client(self, **options) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=20, trust_env=False, **options)


@contextmanager
def serving(
    *writers: tuple[str, Writer], library: Library | None = None, **settings
) -> Iterator[Running]:
    """Serve models on a free local port until the block ends."""
    config = StudioConfig(**{"rate": None, "grace_s": 0.5, **settings})
    app = create_app(library or Library(writers), config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setblocking(False)
        server = server_for(app)
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        running = Running(app, server, listener.getsockname()[1])
        try:
            with running.client() as client:
                for _ in range(100):
                    try:
                        client.get("/api/health")
                        break
                    except httpx.ConnectError:
                        threading.Event().wait(0.02)
            yield running
        finally:
            server.should_exit = True
            thread.join()


def schema_of(api: dict, path: str) -> dict:
    """Return the schema of a POST route's JSON body, or {} if the route takes no JSON."""
    content = api["paths"][path]["post"].get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return {}
    reference = content["application/json"]["schema"]["$ref"]
    return api["components"]["schemas"][reference.split("/")[-1]]


@pytest.fixture(scope="session")
def running(prose_writer, verse_writer) -> Iterator[Running]:
    """One running studio with two models, shared by all tests that change nothing in it."""
    with serving(("owl", prose_writer), ("verse", verse_writer)) as here:
        yield here


@pytest.fixture(scope="session")
def client(running) -> Iterator[httpx.Client]:
    with running.client() as opened:
        yield opened


@pytest.fixture(scope="session")
def api(running):
    """OpenAI's own client, connected to the shared studio."""
    import openai

    with openai.OpenAI(
        base_url=f"{running.url}/v1",
        api_key="none",
        max_retries=0,
        http_client=httpx.Client(trust_env=False),
    ) as client:
        yield client


def until(condition, seconds: float = 5.0) -> bool:
    """Wait until a condition holds; return whether it did in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


FAKE = Path(__file__).with_name("fake_trainer.py")
SMALL = ["--steps", "400", "--eval-every", "200", "--hidden-size", "16", "--batch-size", "4"]
"""Options of a real training run that takes a second or two."""


@pytest.fixture(scope="session")
def bundle(tmp_path_factory) -> Path:
    """Return the path of an untrained model, which fake training runs copy as their result."""
    path = tmp_path_factory.mktemp("fake") / "model.safetensors"
    save_bundle(random_bundle(), path)
    return path


@contextmanager
def workshop(folder: Path, prose_writer, **settings) -> Iterator[Running]:
    """Serve a studio whose workshop trains on one thread at normal priority."""
    named = {"workshop": True, "workshop_folder": str(folder), "workshop_nice": 0}
    with serving(("owl", prose_writer), **{**named, "workshop_threads": 1, **settings}) as here:
        yield here


@pytest.fixture
def shop(tmp_path, prose_writer, bundle) -> Iterator[Running]:
    """A workshop with fake training runs that continue until they are told to stop."""
    with workshop(tmp_path / "shop", prose_writer, workshop_bytes=50_000) as here:
        fake(here, bundle)
        yield here


def fake(here: Running, bundle: Path, mode: str = "wait") -> None:
    """Make the workshop's commands run the fake trainer."""
    here.studio.workshop.command = lambda job: [sys.executable, str(FAKE), mode, str(bundle)]


def followed(client, number: str) -> list[dict]:
    """Return every event of a training run, up to its end."""
    with client.stream("GET", f"/api/jobs/{number}/events", timeout=120) as answer:
        return [json.loads(line) for line in answer.iter_lines()]


def started(client, **body) -> str:
    """Start a training run on a text and return its number."""
    answer = client.post("/api/jobs", json={"text": TEXT, **body})
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def first_sample(client, number: str) -> dict:
    """Return the first sample of a training run, then disconnect."""
    with client.stream("GET", f"/api/jobs/{number}/events") as answer:
        facts = map(json.loads, answer.iter_lines())
        return next(fact for fact in facts if "sample" in fact)["sample"]
