"""The last sentence of a training run says what the model is good for and what would help."""

from dataclasses import replace

import numpy as np
import pytest

from charbard.train.verdict import Learned, unigram_nats, verdict

SHAKESPEARE = Learned(
    validations=(1.9, 1.62, 1.6), training=1.55, unigram=3.3, symbols=65, size=1_000_000
)


@pytest.mark.parametrize(
    ("loss", "symbols", "unigram", "expected"),
    [
        (3.2, 65, 3.3, "in no order"),
        (2.27, 65, 3.3, "few words"),
        (1.6, 65, 3.3, "mostly real words"),
        (1.35, 65, 3.3, "hold together now and then"),
        (6.4, 7000, 6.6, "in no order"),
        (5.3, 7000, 6.6, "phrases"),
        (4.9, 7000, 6.6, "read like lines"),
    ],
)
def test_the_same_loss_means_another_thing_in_another_script(
    loss, symbols, unigram, expected
) -> None:
    """The verdict on a loss depends on the script, and describes samples written at that loss."""
    learned = replace(SHAKESPEARE, validations=(loss,), symbols=symbols, unigram=unigram)

    assert expected in verdict(learned)


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({}, "more time"),
        ({"validations": (1.6, 1.599)}, "a wider network"),
        ({"validations": (1.6, 1.599), "size": 20_000}, "more text: it has learned most"),
        ({"training": 1.2}, "by heart"),
        ({"validations": (1.6, 1.65)}, "by heart"),
        ({"validations": (2.5,), "training": 2.5}, "more time"),
    ],
)
def test_advice_follows_from_how_it_went(changes, advice) -> None:
    """The advice depends on whether the loss is falling, flat, or lower on the training text."""
    assert advice in verdict(replace(SHAKESPEARE, **changes))


def test_a_guesser_that_knows_frequencies() -> None:
    """`unigram_nats` is the entropy of the character frequencies."""
    assert unigram_nats(np.array([3] * 50)) == 0
    assert unigram_nats(np.arange(8)) == pytest.approx(np.log(8))
