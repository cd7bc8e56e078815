"""Each perplexity protocol measures what it claims to."""

import json

import numpy as np
import pytest

from charbard.bundle import load_bundle
from charbard.config import CorpusConfig
from charbard.errors import CorpusError, OptionError
from charbard.report import evaluate
from charbard.runtime import Model, score_ids
from tests.conftest import random_bundle

LETTERS = "abcd\nabba 春江花月夜 efgh\n" * 30


@pytest.fixture
def letters(tmp_path):
    (tmp_path / "t").write_text(LETTERS)
    return [str(tmp_path / "t")]


def test_b_is_one_stream(letters) -> None:
    """Protocol B gives the mean loss of the whole text read as one stream."""
    bundle = random_bundle()
    ids = bundle.vocab.encode(LETTERS)

    found = evaluate(bundle, letters, CorpusConfig(), protocol="B", part="all")

    wanted = -score_ids(Model(bundle), ids).logp_N.astype(np.float64).mean()
    assert found.chars == len(ids) - 1
    assert found.nats_per_char == pytest.approx(wanted, abs=1e-5)


def test_a_forgets_every_256_characters(letters) -> None:
    """Protocol A gives the mean loss over windows of 256 characters, each scored alone."""
    bundle = random_bundle()
    ids = bundle.vocab.encode(LETTERS)

    found = evaluate(bundle, letters, CorpusConfig(), protocol="A", part="all")

    windows = [score_ids(Model(bundle), ids[at : at + 257]) for at in range(0, len(ids) - 1, 256)]
    wanted = -np.concatenate([window.logp_N for window in windows]).mean()
    assert found.nats_per_char == pytest.approx(wanted, abs=1e-4)


def test_the_rounded_network_is_measured_when_asked(letters) -> None:
    """`rounded=True` measures the rounded network, whose loss is slightly different."""
    bundle = random_bundle(hidden_size=32, num_layers=1)
    exact, rounded = (
        evaluate(bundle, letters, CorpusConfig(), protocol="B", part="all", rounded=rounded)
        for rounded in (False, True)
    )

    assert 0 < abs(rounded.nats_per_char - exact.nats_per_char) < 0.02


def test_unknown_characters_are_counted(tmp_path) -> None:
    """`unknown` counts the characters that are not in the vocabulary."""
    (tmp_path / "t").write_text("ab☃a" * 50)

    found = evaluate(
        random_bundle(), [str(tmp_path / "t")], CorpusConfig(), protocol="B", part="all"
    )

    assert found.unknown == 50


def test_records_start_afresh_and_fields_do_not_count(tmp_path) -> None:
    """Protocol R scores each text and its end symbol alone, given its fields."""
    bundle = random_bundle(has_records=True, fields=("form",))
    corpus = CorpusConfig(format="jsonl", fields=("form",), validation=0.0)
    rows = [{"form": "春", "text": "abc"}, {"text": "江花月夜a"}, {"form": "江", "text": "d"}]
    path = tmp_path / "r"

    def measured(rows):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return evaluate(bundle, [str(path)], corpus, protocol="R", part="all")

    found, turned = measured(rows), measured(rows[::-1])

    assert found.chars == sum(len(row["text"]) + 1 for row in rows)
    assert found.nats_per_char == pytest.approx(turned.nats_per_char, abs=1e-6)
    vocab = bundle.vocab
    ids = [0, vocab.marker("form"), vocab.id_of("江"), vocab.text_marker, vocab.id_of("d"), 0]
    alone = measured(rows[2:])
    assert alone.nats_per_char == pytest.approx(
        -score_ids(Model(bundle), np.array(ids)).logp_N[-2:].mean(), abs=1e-5
    )


def test_protocols_must_fit(letters) -> None:
    """`evaluate` refuses an unknown protocol, one that does not fit the model, and an empty part
    of the corpus."""
    with pytest.raises(OptionError, match="does not fit"):
        evaluate(random_bundle(), letters, CorpusConfig(), protocol="R")
    with pytest.raises(OptionError, match="no protocol"):
        evaluate(random_bundle(), letters, CorpusConfig(), protocol="X")
    with pytest.raises(CorpusError, match="0 characters"):
        evaluate(random_bundle(), letters, CorpusConfig(), protocol="B", part="test")


@pytest.mark.torch
def test_dynamic_evaluation_learns_on_the_way(trained, tmp_path) -> None:
    """Protocol C, which learns as it reads, predicts an unfamiliar text better than protocol B."""
    pytest.importorskip("torch")
    bundle = load_bundle(trained / "model.safetensors")
    (tmp_path / "t").write_text("eek eek oak! " * 150)

    plain, dynamic = (
        evaluate(bundle, [str(tmp_path / "t")], CorpusConfig(), protocol=p, part="all")
        for p in "BC"
    )

    assert dynamic.nats_per_char < plain.nats_per_char - 0.1
