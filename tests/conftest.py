"""Fixtures that many tests share: a text, untrained bundles and one trained model."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from charbard.bundle import Bundle
from charbard.config import ModelConfig
from charbard.vocab import Vocab
from tests.warm import installed

settings.register_profile("anywhere", deadline=None)  # no test fails because a machine is busy
settings.load_profile("anywhere")
# A shell makes background jobs ignore Ctrl-C, and every process that the tests start would inherit
# this.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

TEXT = (
    "The owl sat in the old oak tree.\nThe more it saw, the less it spoke.\n"
    "The less it spoke, the more it heard.\nWhy can't we be like that old bird?\n\n"
) * 40


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory):
    """Give the tests a cache folder of their own, so that none touches the user's."""
    patch = pytest.MonkeyPatch()
    patch.setenv("CHARBARD_CACHE", str(tmp_path_factory.mktemp("cache")))
    yield
    patch.undo()


@pytest.fixture(scope="session")
def owl(tmp_path_factory) -> Path:
    """A text file of about 5,800 characters."""
    path = tmp_path_factory.mktemp("text") / "owl.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Environment variables that limit numeric libraries to one thread, in case the machine is busy."""


@pytest.fixture(scope="session")
def programs(tmp_path_factory) -> Iterator[Path]:
    """A folder with a `charbard` program that starts without delay."""
    pytest.importorskip("torch")
    with installed(tmp_path_factory.mktemp("programs"), os.environ | ONE_THREAD) as folder:
        yield folder


def random_bundle(
    cell: str = "lstm", *, has_records: bool = False, seed: int = 7, **shape
) -> Bundle:
    """Return an untrained bundle whose vocabulary is a few letters and Chinese characters."""
    chars = shape.pop("chars", "\n abcdefgh春江花月夜马A")
    vocab = Vocab(tuple(chars), shape.pop("fields", ()))
    config = ModelConfig(
        vocab_size=len(vocab),
        cell=cell,
        **{"hidden_size": 12, "embedding_size": 6, "num_layers": 2, **shape},
    )
    rng = np.random.default_rng(seed)
    weights = {
        name: rng.normal(0, 0.5, size).astype(np.float32) for name, size in config.shapes().items()
    }
    return Bundle(config=config, vocab=vocab, weights=weights, has_records=has_records)


@pytest.fixture(scope="session")
def trained(owl, tmp_path_factory) -> Path:
    """The folder of a finished training run of 120 steps."""
    pytest.importorskip("torch")
    import charbard

    out = tmp_path_factory.mktemp("runs") / "owl"
    charbard.fit(
        owl,
        out=out,
        steps=120,
        hidden_size=48,
        embedding_size=16,
        batch_size=8,
        seq_length=32,
        eval_every=60,
        save_every=60,
        snapshots=2,
        threads=1,
    )
    return out
