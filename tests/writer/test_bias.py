"""Biases against phrases."""

import pytest

from charbard.vocab import Vocab
from charbard.writer.verse.bias import away_from

VOCAB = Vocab(tuple("不知何处，"))


def ids_of(text: str) -> list[int]:
    return [VOCAB.id_of(char) for char in text]


def test_the_last_character_of_a_phrase_is_made_less_likely_where_the_others_stand() -> None:
    rule = away_from({"不知何处": 3.0, "不知何不": 2.0, "不知何年": 1.0}, VOCAB)

    bias = rule(ids_of("，不知何"))

    assert dict(zip(bias.ids.tolist(), bias.nats.tolist(), strict=True)) == {
        VOCAB.id_of("处"): -3.0,
        VOCAB.id_of("不"): -2.0,
    }
    assert rule(ids_of("，不知")) is None


@pytest.mark.parametrize("text", ["", "不", "不知何处"])
def test_without_phrases_there_is_no_bias(text: str) -> None:
    assert away_from({}, VOCAB)(ids_of(text)) is None
