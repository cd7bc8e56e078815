"""Poems are read in whatever layout they come."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.errors import OptionError
from charbard.prosody import read_poem

LINES = ("床前明月光", "疑是地上霜", "举头望明月", "低头思故乡")


@pytest.mark.parametrize(
    "text",
    [
        "床前明月光，疑是地上霜。举头望明月，低头思故乡。",
        "床前明月光,疑是地上霜.\r\n举头望明月,低头思故乡.",
        "床前明月光\n疑是地上霜\n举头望明月\n低头思故乡\n",
        "床前明月光 疑是地上霜 举头望明月 低头思故乡",
        "静夜思\n李白\n床前明月光，疑是地上霜。\n举头望明月，低头思故乡。",
        "《静夜思》 李白\n床前明月光\n疑是地上霜\n举头望明月\n低头思故乡",
        "静夜思\n\n床前明月光\n疑是地上霜\n举头望明月\n低头思故乡",
        "静夜思\n床前明月光\n疑是地上霜\n举头望明月\n低头思故乡",
        "床前明月光（一作看月光），疑是地上霜。举头望明月，低头思故乡。",
    ],
)
def test_layouts(text: str) -> None:
    """Punctuated or not, in rows or in one, with a title or a note: the lines are the same."""
    assert read_poem(text).lines == LINES


def test_stanzas_and_titles_are_kept() -> None:
    """A blank row ends a stanza; what stands above is the title."""
    poem = read_poem("长相思\n\n汴水流，泗水流。\n\n思悠悠，恨悠悠。")

    assert poem.title == "长相思"
    assert poem.stanza_ends == {2, 4}


def test_pauses_do_not_end_a_line() -> None:
    """、 parts a line without ending it."""
    assert read_poem("对潇潇、暮雨洒江天，一番洗清秋。").shape == (8, 5)


@given(st.text(max_size=200))
def test_any_text_is_a_poem_or_an_error(text: str) -> None:
    """Nothing a user types ends in anything but a poem or a clear error."""
    with suppress(OptionError):
        poem = read_poem(text)
        assert len(poem.lines) == len(poem.marks)
        assert all(poem.lines)
