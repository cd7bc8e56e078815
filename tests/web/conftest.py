"""Real servers on the loopback interface, with small models of random weights."""

import json
import socket
import threading
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
from tests.conftest import random_bundle

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
    """The folder of a made-up run with a model and three snapshots, for verse and for prose."""
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
    """Return the schema of the JSON body of a POST route, empty if it has none."""
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
