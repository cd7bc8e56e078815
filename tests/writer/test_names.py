"""Names: which conditions the model gets, and which names it writes."""

from dataclasses import replace

import pytest

from charbard.bundle import Bundle
from charbard.config import NameOrder
from charbard.errors import OptionError
from charbard.prosody.book import common_chars
from charbard.prosody.names import unwanted_in_names
from charbard.runtime.quant import ByteModel
from charbard.writer import VerseWriter, names
from charbard.writer.inspect.condition_effect import share_told
from tests.conftest import random_bundle

MALE, FEMALE = ({"surname": "李", "gender": gender} for gender in "男女")


@pytest.fixture(scope="module")
def listening() -> Bundle:
    """Return a model whose predictions depend strongly on every field."""
    chars = dict.fromkeys("男女李" + common_chars()[:200])
    bundle = random_bundle(chars=chars, fields=("surname", "gender"), has_records=True)
    return replace(bundle, weights={name: 3 * value for name, value in bundle.weights.items()})


@pytest.fixture(scope="module")
def deaf(listening) -> Bundle:
    """Return the same model, changed so that it reads 男 and 女 as one character."""
    embedding = listening.weights["embedding"].copy()
    male, female = listening.vocab.encode("男女")
    embedding[female] = embedding[male]
    return replace(listening, weights={**listening.weights, "embedding": embedding})


def notes_of(bundle: Bundle, **wish: str) -> set[str]:
    found = names(VerseWriter(bundle), NameOrder(surname="李", candidates=2, **wish))
    return {note for poem in found for note in poem.notes}


def test_the_share_told_is_none_for_the_deaf(listening, deaf) -> None:
    """`share_told` is 0 if the model reads both genders alike; otherwise it is between 0 and 1."""
    assert share_told(deaf, ByteModel(deaf), MALE, FEMALE) == 0
    assert 0.1 < share_told(listening, ByteModel(listening), MALE, FEMALE) < 1


def test_a_gender_that_does_not_reach_the_names_is_said(listening, deaf) -> None:
    """Names get a note only if the user requests a gender that hardly affects the model."""
    assert notes_of(listening, gender="女") == set()
    assert notes_of(deaf) == set()
    (note,) = notes_of(deaf, gender="女")
    assert "hardly tells 男 from 女: only 0%" in note


def test_what_is_given_is_wanted(listening) -> None:
    """A name contains an unsuitable character only if the user gives that character."""
    assert "不" in unwanted_in_names()

    found = names(VerseWriter(listening), NameOrder(surname="李", given="不_", candidates=2))

    assert found
    assert all(poem.text.startswith("李不") for poem in found)
    assert not any(set(poem.text[2:]) & unwanted_in_names() for poem in found)


def test_a_given_name_does_not_repeat_the_surname(listening) -> None:
    """A given name repeats the surname, as in 林佳林, only if the user asks for it."""
    bias = listening.weights["output.bias"].copy()
    bias[listening.vocab.encode("李")] += 9
    fond = VerseWriter(replace(listening, weights={**listening.weights, "output.bias": bias}))

    found = names(fond, NameOrder(surname="李", candidates=4))
    asked = names(fond, NameOrder(surname="李", given="李_", candidates=2))

    assert found
    assert not any("李" in poem.text[1:] for poem in found)
    assert asked
    assert all(poem.text.startswith("李李") for poem in asked)


def test_names_are_asked_for_today(monkeypatch) -> None:
    """A model that was trained with eras is conditioned on the modern era (今) by default."""
    chars = dict.fromkeys("今古男女李" + common_chars()[:200])
    bundle = random_bundle(chars=chars, fields=("era", "surname", "gender"), has_records=True)
    writer = VerseWriter(bundle)
    told: list[tuple[int, ...]] = []
    run = writer.task
    monkeypatch.setattr(writer, "task", lambda request: told.append(request.prompt) or run(request))

    names(writer, NameOrder(surname="李", candidates=2))

    fields = {"era": "今", "surname": "李"}
    assert told == [tuple(bundle.vocab.opening(has_records=True, fields=fields))]


def test_a_model_of_names_knows_its_characters() -> None:
    """A model of names also writes characters that are in its vocabulary but rare in verse."""
    assert "玥" not in common_chars()
    bundle = random_bundle(
        chars=dict.fromkeys("今李玥"), fields=("era", "surname"), has_records=True
    )

    found = names(VerseWriter(bundle), NameOrder(surname="李", length=1, banned="今李"))

    assert [poem.text for poem in found] == ["李玥"]


def test_a_model_without_genders_says_so() -> None:
    """A note says that the model was trained without genders if the user requests a gender."""
    bundle = random_bundle(
        chars=dict.fromkeys("李" + common_chars()[:200]), has_records=True, fields=("surname",)
    )

    (note,) = notes_of(bundle, gender="女")

    assert "trained without genders" in note


@pytest.mark.parametrize(
    ("surname", "message"),
    [
        ("Smith", "the surname 'Smith' is not written in Chinese characters"),
        ("スミス", "not written in Chinese characters"),
        ("史密 斯", "not written in Chinese characters"),
        ("阿卜杜拉", "the surname '阿卜杜拉' has 4 characters"),
    ],
)
def test_a_surname_that_is_none_is_refused_in_words(listening, surname: str, message: str) -> None:
    """`names` refuses a surname that is not Chinese or is too long; the hint gives an example."""
    with pytest.raises(OptionError, match=message) as caught:
        names(VerseWriter(listening), NameOrder(surname=surname))

    assert "史密斯" in caught.value.hint or "侯莫陈" in caught.value.hint


def test_a_surname_may_have_three_characters(listening) -> None:
    """A surname of three characters is kept whole, even if the model does not know them."""
    found = names(VerseWriter(listening), NameOrder(surname="侯莫陈", length=1, candidates=2))

    assert all(poem.text.startswith("侯莫陈") and len(poem.text) == 4 for poem in found)
