"""Verse uses the usual spelling of a character unless the user gives another."""

import numpy as np

from charbard.bundle import Bundle
from charbard.config import ModelConfig, VerseOrder
from charbard.prosody.book import common_chars
from charbard.vocab import Vocab
from charbard.writer import VerseWriter


def _writer() -> VerseWriter:
    vocab = Vocab(
        (*"，。鴈雁簷檐", *(char for char in common_chars()[:2000] if char not in "鴈雁簷檐"))
    )
    config = ModelConfig(vocab_size=len(vocab), hidden_size=8, embedding_size=4)
    rng = np.random.default_rng(3)
    weights = {
        name: rng.normal(0, 0.1, shape).astype(np.float32)
        for name, shape in config.shapes().items()
    }
    weights["output.bias"][[vocab.encode("鴈")[0], vocab.encode("簷")[0]]] = 9.0
    return VerseWriter(Bundle(config=config, vocab=vocab, weights=weights, has_records=True))


def test_an_unusual_spelling_is_never_chosen() -> None:
    """An unusual spelling is never written, even by a model that strongly prefers it."""
    order = VerseOrder(form="七绝", candidates=4, drafts=1, seed=1)

    written = "".join("".join(poem.lines) for poem in _writer().verse(order))

    assert not set("鴈簷") & set(written)


def test_the_user_may_spell_as_they_like() -> None:
    """A locked character keeps the spelling in which the user gave it."""
    order = VerseOrder(form="七绝", candidates=1, drafts=1, seed=1, locks=("1.1=鴈",))

    assert _writer().verse(order)[0].lines[0][0] == "鴈"
