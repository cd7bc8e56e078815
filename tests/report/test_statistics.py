"""Statistics of texts, each checked on a case that can be counted by hand."""

import numpy as np
import pytest

from charbard.corpus import Record
from charbard.report.copying import Learned, word_grams
from charbard.report.couplets import FacingPairs, couplet_scores
from charbard.report.diversity import distinct, grams_of, jaccard, repeated
from charbard.report.form import count_form, shape_of
from charbard.report.theme import theme_fit
from charbard.runtime import Model
from tests.report.conftest import POEMS, SONG

QUATRAIN = POEMS["七绝"][0]


def test_gold_poems_keep_their_form() -> None:
    """Regulated Tang poems have the rate 1 for `shape`, `rhyme`, `rhyme and T4` and `all rules`."""
    for form in ("七绝", "五绝", "五律"):
        counted = count_form(POEMS[form], form)
        rates = counted.rates()
        assert counted.poems == len(POEMS[form])
        assert rates["shape"] == rates["rhyme"] == rates["rhyme and T4"] == 1.0, form
        assert rates["all rules"] == 1.0


def test_broken_poems_do_not() -> None:
    """A short line, a wrong rhyme and a wrong tone each lower the corresponding rate."""
    short = count_form([QUATRAIN.replace("白帝", "帝")], "七绝").rates()
    no_rhyme = count_form([QUATRAIN.replace("还", "月")], "七绝").rates()
    tones = count_form([QUATRAIN.replace("千里", "千山")], "七绝").rates()

    assert (short["shape"], short["line lengths"]) == (0, 0.75)
    assert (no_rhyme["shape"], no_rhyme["rhyme"]) == (1, 0)
    assert (tones["rhyme"], tones["T4 of rhymed"]) == (1, 0)


def test_a_tune_has_the_lines_of_its_poets() -> None:
    """A 词 counts as well shaped only if poets used its shape for the tune."""
    counted = count_form([SONG, SONG + "好。"], "如梦令", frozenset({shape_of(SONG)}))

    assert (counted.poems, counted.shaped) == (2, 1)
    assert counted.rates()["all rules"] == 0.5
    assert counted.rates()["rhyme"] is None


def test_nothing_counted_is_no_rate() -> None:
    """Without any poems, a rate is None, not zero."""
    assert count_form([], "七绝").rates()["rhyme"] is None


def test_distinct_counts_within_lines() -> None:
    """An n-gram never spans a mark, and `distinct` counts equal n-grams once."""
    assert distinct(["春江春江", "春江"], 2) == 2 / 4
    assert len(grams_of("春，江", 2)) == 0
    assert len(grams_of("春", 4)) == 0
    assert repeated(["a", "b", "a", "a"]) == 2


def test_four_characters_are_told_apart() -> None:
    """`grams_of` distinguishes 4-grams of the same characters in different orders."""
    assert len(np.unique(grams_of("春江花月，江春花月，春江月花", 4))) == 3


def test_jaccard_compares_across_groups_only() -> None:
    """`jaccard` compares texts of different groups, never two texts of the same group."""
    assert jaccard([["春江花", "春江花"], ["夜马夜"]]) == 0
    assert jaccard([["春江花"], ["春江月"]]) == pytest.approx(1 / 3)


def test_copies_are_found() -> None:
    """`copied` counts the lines and 4-grams that a text shares with the training text."""
    learned = Learned([QUATRAIN])

    assert learned.copied([QUATRAIN]).rates() == {"lines": 1.0, "4-grams": 1.0}
    assert learned.copied(["白帝彩云在，"]).rates() == {"lines": 0.0, "4-grams": 0.5}
    assert learned.copied([SONG]).rates() == {"lines": 0.0, "4-grams": 0.0}
    assert Learned([]).copied([QUATRAIN]).copied_lines == 0


def test_words_are_copied_as_words() -> None:
    """With `word_grams`, a 4-gram is four words in a row, not four characters."""
    learned = Learned(["To be, or not to be: that is the question"], grams=word_grams)

    assert learned.copied(["or not to be that was"]).rates()["4-grams"] == pytest.approx(2 / 3)


def test_parallel_couplets_score_higher() -> None:
    """A couplet of known facing pairs scores higher than one with its characters reordered."""
    learned = [
        POEMS["五律"][0],
        POEMS["五律"][0].replace("照", "出"),
        POEMS["七律"][0],
    ]
    model = FacingPairs.learn(learned)

    assert model.score("明月松间照", "清泉石上流") > model.score("明月松间照", "流上石泉清")
    scores = couplet_scores(model, [POEMS["五律"][0]])
    assert scores["颔联"] > scores["首联"]


def test_a_model_deaf_to_themes_recognises_none(poet) -> None:
    """`theme_fit` finds no gain if titles do not affect the model's scores."""
    weights = {name: value.copy() for name, value in poet.weights.items()}
    for name in weights:
        if name.startswith("layer0"):
            weights[name][:] = 0
    deaf = Model(type(poet)(**{**poet.__dict__, "weights": weights}))

    fit = theme_fit(deaf, poet.vocab, [("月", QUATRAIN), ("山", SONG)], form="七绝")

    assert fit.poems == 2
    assert abs(fit.gain) < 1e-6
    assert fit.chance == 0.5


def test_theme_fit_prefers_what_the_model_prefers(poet) -> None:
    """The gain of `theme_fit` is the nats per character that the theme saves."""
    from charbard.report.scoring import tallies

    fit = theme_fit(Model(poet), poet.vocab, [("月", QUATRAIN)], form="七绝")

    with_theme, without = tallies(
        Model(poet),
        poet.vocab,
        [Record(QUATRAIN, {"form": "七绝", "title": "月"}), Record(QUATRAIN, {"form": "七绝"})],
        only_han=True,
    )
    assert fit.gain == pytest.approx((without.nats - with_theme.nats) / 28, rel=1e-4)
    assert fit.recognised == fit.chance == 1.0
