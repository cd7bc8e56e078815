"""A poem that is requested without a theme gets a theme drawn by its seed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.config import VerseOrder
from charbard.prosody.book import common_chars
from charbard.prosody.poem import is_han
from charbard.writer import VerseWriter
from charbard.writer.verse.themes import theme_drawn, with_theme
from tests.conftest import random_bundle

SEEDS = st.integers(0, 2**53)


@given(SEEDS)
def test_a_theme_is_a_short_title_that_belongs_to_its_seed(seed: int) -> None:
    theme = theme_drawn(seed)

    assert 2 <= len(theme) <= 5
    assert all(map(is_han, theme))
    assert with_theme(VerseOrder(seed=seed)).theme == theme


def test_many_seeds_draw_many_themes() -> None:
    assert len({theme_drawn(seed) for seed in range(200)}) > 180


@pytest.mark.parametrize(
    "subject",
    [
        {"theme": "秋夜"},
        {"words": "月"},
        {"opening": "春"},
        {"acrostic": "春夏秋冬"},
        {"template": "春______/_______"},
        {"locks": ("1.1=春",)},
        {"titled": False},
    ],
    ids=lambda subject: next(iter(subject)),
)
def test_nothing_is_drawn_where_the_subject_is_given_or_none_is_wanted(subject) -> None:
    order = VerseOrder(**subject)

    assert with_theme(order) == order


def writer_with(*fields: str) -> VerseWriter:
    chars = dict.fromkeys("，。" + common_chars()[:1500])
    return VerseWriter(random_bundle(chars=chars, has_records=True, fields=fields))


def test_a_model_without_titles_is_given_none() -> None:
    (poem,) = writer_with("form").verse(VerseOrder(form="五绝", drafts=2, candidates=1))

    assert poem.theme == ""
    assert not poem.notes


def test_the_poem_has_the_theme_and_asking_for_it_gives_the_same_poem() -> None:
    writer = writer_with("form", "title")
    order = VerseOrder(form="五绝", drafts=2, candidates=1, seed=5)

    (drawn,) = writer.verse(order)
    (asked,) = writer.verse(replace(order, theme=theme_drawn(5)))
    (untitled,) = writer.verse(replace(order, titled=False))

    assert drawn.theme == theme_drawn(5)
    assert asked == drawn
    assert untitled.theme == ""
    assert untitled.text != drawn.text
