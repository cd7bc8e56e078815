"""The rhyme of a poem is the one that the user names, or else one that the model chooses."""

import numpy as np
import pytest

from charbard.errors import OptionError
from charbard.prosody.check import check
from charbard.writer import VerseWriter
from tests.writer.conftest import choosing, order


@pytest.fixture(scope="module")
def rhymer() -> VerseWriter:
    """Return a writer whose model chooses the rhyme itself."""
    return VerseWriter(choosing("rhyme"))


@pytest.mark.parametrize("form", ["七绝", "五律", "水调歌头", "菩萨蛮"])
def test_a_model_that_chooses_the_rhyme_keeps_it(rhymer, form) -> None:
    """A model that chooses the rhyme varies it and keeps the form; equal seeds give equal poems."""
    poems = rhymer.verse(order(form=form, candidates=6, drafts=2, seed=4))

    assert all(check(poem.text, form, variant=poem.variants[0]).is_kept for poem in poems)
    assert poems == rhymer.verse(order(form=form, candidates=6, drafts=2, seed=4))
    if form != "菩萨蛮":
        assert len({poem.rhymes for poem in poems}) > 2
        assert all(None not in poem.rhymes for poem in poems)


def test_the_chosen_rhyme_is_one_that_was_allowed(rhymer) -> None:
    """The model chooses the requested rhyme, or a rhyme that fits a given rhyme word."""
    wished = rhymer.verse(order(rhyme="江", candidates=2))
    ended = rhymer.verse(order(template="_____/____流", candidates=4))

    assert {poem.rhymes for poem in wished} == {("江",)}
    assert {poem.rhymes for poem in ended} == {("尤",)}


def test_a_given_poem_is_read_as_one_in_its_rhyme(rhymer) -> None:
    """Scoring a written poem gives the rhymes and log-probabilities with which it was written."""
    request = rhymer.request(order())

    told = request.conditioned(request.prompt, group="尤")
    assert told[:-3] == request.prompt[:-1]
    assert rhymer.bundle.vocab.decode(told[-3:]) == "尤"
    assert request.conditioned(request.prompt) == request.prompt
    (poem,) = rhymer.verse(order(candidates=1, seed=8))
    again = rhymer.score(order(theme=poem.theme), poem.text)
    assert again.rhymes == poem.rhymes
    assert np.allclose(np.concatenate(again.logp), np.concatenate(poem.logp), atol=1e-4)


def test_rhyme_is_named_by_group_or_by_a_character(writer) -> None:
    """An order can name a rhyme by any character in it: 花 means 麻."""
    (poem,) = writer.verse(order(rhyme="花", candidates=1))

    assert poem.rhymes == ("麻",)


@pytest.mark.parametrize(
    ("form", "rhyme", "group"),
    [
        ("五绝", "上平一东", "东"),
        ("五绝", "东韵", "东"),
        ("卜算子", "第三部", "3"),
        ("浣溪沙", "十二部", "12"),
    ],
)
def test_rhyme_goes_by_the_names_that_the_checker_prints(writer, form, rhyme, group) -> None:
    """An order accepts the rhyme names that the checker prints, and shorter forms of them."""
    (poem,) = writer.verse(order(form=form, rhyme=rhyme, candidates=1))

    assert poem.rhymes == (group,)


def test_a_character_of_several_rhymes_names_them(writer) -> None:
    """A character of two rhymes, such as 看, is refused as a rhyme; the hint names both rhymes."""
    with pytest.raises(OptionError, match="several rhymes") as caught:
        writer.verse(order(rhyme="看"))

    assert "上平十四寒 or 去声十五翰" in caught.value.hint
