"""Untrained verse models, small enough to write a poem at once, and an order for them."""

from dataclasses import replace

import numpy as np
import pytest

from charbard.bundle import Bundle
from charbard.config import ModelConfig, VerseOrder
from charbard.prosody.book import common_chars
from charbard.runtime.quant import ByteModel
from charbard.vocab import Vocab
from charbard.writer import VerseWriter


def small_bundle(**changes) -> Bundle:
    """Return an untrained model with two thousand characters and fields of the verse corpus."""
    vocab = Vocab(tuple("，。" + common_chars()[:2000]), ("form", "dynasty", "title"))
    config = ModelConfig(vocab_size=len(vocab), hidden_size=16, embedding_size=8, **changes)
    rng = np.random.default_rng(3)
    weights = {
        name: rng.normal(0, 0.5, size).astype(np.float32) for name, size in config.shapes().items()
    }
    return Bundle(config=config, vocab=vocab, weights=weights, has_records=True)


def choosing(*fields: str, **changes) -> Bundle:
    """Return a bundle whose provenance says that the model writes these fields itself."""
    bundle = small_bundle(**changes)
    vocab = Vocab((*bundle.vocab.chars, "、"), (*bundle.vocab.fields, *fields))
    rows = [0] * len(fields) + [*range(len(bundle.vocab)), -1]  # markers go first, 、 last
    weights = {
        name: value[rows] if len(value) == len(bundle.vocab) else value
        for name, value in bundle.weights.items()
    }
    return replace(
        bundle,
        config=replace(bundle.config, vocab_size=len(vocab)),
        vocab=vocab,
        weights=weights,
        provenance={"training": {"written_fields": list(fields)}},
    )


def order(**changes) -> VerseOrder:
    return VerseOrder(**{"form": "五绝", "candidates": 2, "drafts": 3, **changes})


BUNDLE = small_bundle()
NETWORK = ByteModel(BUNDLE, threads=1)


@pytest.fixture(scope="session")
def writer() -> VerseWriter:
    """Return a writer whose model writes no field itself."""
    return VerseWriter(small_bundle())


@pytest.fixture(scope="session")
def planner() -> VerseWriter:
    """Return a writer whose model has attention and chooses the words and the rhyme itself."""
    return VerseWriter(choosing("words", "rhyme", attention=6, attention_span=40))
