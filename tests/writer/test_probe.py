"""The probe estimates a reader's grade from the network's features, and drafts are chosen by it."""

from statistics import fmean

import numpy as np
import pytest
from numpy.typing import NDArray

from charbard.bundle import load_bundle
from charbard.config import VerseOrder
from charbard.files import path_of
from charbard.runtime.quant import ByteModel
from charbard.writer import VerseWriter
from charbard.writer.verse.probe import probe_for
from charbard.writer.verse.ranking import Score
from tests.writer.conftest import choosing, small_bundle

SHIPPED = load_bundle(path_of("verse", name="path"))


def order(**changes) -> VerseOrder:
    return VerseOrder(**{"form": "五绝", "candidates": 1, "drafts": 4, **changes})


@pytest.fixture
def probed(monkeypatch) -> VerseWriter:
    """Return a writer with an untrained model and a probe of random weights."""
    bundle = choosing("rhyme")
    weights_P = np.random.default_rng(1).normal(0, 1, bundle.config.output_width)

    def probe(features_RP: NDArray[np.float32]) -> NDArray[np.float64]:
        return (features_RP * weights_P).sum(axis=1)

    monkeypatch.setattr("charbard.writer.verse.writer.probe_for", lambda bundle: probe)
    return VerseWriter(bundle, ByteModel(bundle, threads=1))


def test_the_shipped_model_has_a_probe() -> None:
    """A model that is trained anew needs a probe of its own: scripts/build_probe.py."""
    assert probe_for(SHIPPED) is not None


def test_another_model_has_none() -> None:
    bundle = small_bundle()
    (poem,) = VerseWriter(bundle, ByteModel(bundle, threads=1)).verse(order())

    assert probe_for(bundle) is None
    assert poem.score.grade is None


def test_a_row_is_read_alone_as_among_others() -> None:
    probe = probe_for(SHIPPED)
    assert probe is not None
    features_RP = np.random.default_rng(2).normal(0, 1, (64, 256)).astype(np.float32)
    together = probe(features_RP)

    assert [probe(row[None])[0] for row in features_RP] == together.tolist()


@pytest.mark.parametrize("theme", ["", "秋夜"])
def test_a_poem_has_one_grade_written_or_read(probed, theme) -> None:
    for seed in range(4):
        asked = order(theme=theme, seed=seed, titled=False)
        (poem,) = probed.verse(asked)

        assert probed.score(asked, poem.text).score.grade == poem.score.grade


def test_a_line_drafted_again_counts_once(probed, monkeypatch) -> None:
    """A retry starts from the drafts at the end of the line before, with their sums."""
    refused = iter([True] * 9)
    monkeypatch.setattr(
        "charbard.writer.verse.writer._rejecting",
        lambda *_: lambda index, ids: index == 2 and next(refused, False),
    )
    (poem,) = probed.verse(order(seed=5, titled=False))

    assert next(refused, None) is None
    assert probed.score(order(titled=False), poem.text).score.grade == poem.score.grade


def test_drafts_are_chosen_by_their_grade(probed) -> None:
    def mean_grade(drafts: int) -> float:
        orders = [order(drafts=drafts, seed=seed, titled=False) for seed in range(16)]
        return fmean(poem.score.grade for asked in orders for poem in probed.verse(asked))

    assert mean_grade(16) > mean_grade(1)


def test_a_better_grade_makes_a_better_score() -> None:
    assert Score(model=-2, grade=0.4).total > Score(model=-2, grade=0.1).total
