"""Real servers on loopback, around small models with random weights."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import numpy as np
import pytest

from charbard.bundle import Bundle
from charbard.config import ModelConfig, StudioConfig
from charbard.prosody.book import common_chars
from charbard.vocab import Vocab
from charbard.web import Library, create_app
from charbard.web.serve import server_for
from charbard.writer import Writer
from tests.conftest import random_bundle


def verse_bundle() -> Bundle:
    """An untrained model of verse that knows 1,500 characters."""
    vocab = Vocab(("，", "。", *common_chars()[:1500]), ("form", "dynasty", "title"))
    config = ModelConfig(
        vocab_size=len(vocab), hidden_size=16, embedding_size=8, projection_size=8, tied=True
    )
    rng = np.random.default_rng(3)
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


class Running:
    """A studio that is being served."""

    def __init__(self, app, server, port: int) -> None:
        self.app, self.server = app, server
        self.studio = app.state.studio
        self.url = f"http://127.0.0.1:{port}{self.studio.config.prefix}"

    def client(self, **options) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=20, trust_env=False, **options)


@contextmanager
def serving(*writers: tuple[str, Writer], **settings) -> Iterator[Running]:
    """Serve models until the block ends."""
    config = StudioConfig(**{"rate": None, "grace_s": 0.5, **settings})
    app = create_app(Library(writers), config)
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


@pytest.fixture(scope="session")
def running(prose_writer, verse_writer) -> Iterator[Running]:
    """One studio with two models for every test that changes nothing."""
    with serving(("owl", prose_writer), ("verse", verse_writer)) as here:
        yield here


@pytest.fixture(scope="session")
def client(running) -> Iterator[httpx.Client]:
    with running.client() as opened:
        yield opened
