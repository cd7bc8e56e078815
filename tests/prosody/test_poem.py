"""`read_poem` reads a poem in any common layout."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.errors import OptionError
from charbard.prosody import read_poem
from charbard.prosody.pasted import plain_text
from charbard.prosody.poem import readings

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
    """`read_poem` finds the same lines with or without punctuation, row breaks, title or note."""
    assert read_poem(text).lines == LINES


def test_stanzas_and_titles_are_kept() -> None:
    """A blank row ends a stanza; the row above the poem is the title."""
    poem = read_poem("长相思\n\n汴水流，泗水流。\n\n思悠悠，恨悠悠。")

    assert poem.title == "长相思"
    assert poem.stanza_ends == {2, 4}


def test_pauses_do_not_end_a_line() -> None:
    """The mark 、 divides a line without ending it."""
    assert read_poem("对潇潇、暮雨洒江天，一番洗清秋。").shape == (8, 5)


@given(st.text(max_size=200))
def test_any_text_is_a_poem_or_an_error(text: str) -> None:
    """Any text is either read as a poem or refused with an `OptionError`."""
    with suppress(OptionError):
        poem = read_poem(text)
        assert len(poem.lines) == len(poem.marks)
        assert all(poem.lines)


@pytest.mark.parametrize(
    "text",
    [
        "床前明月光/疑是地上霜/举头望明月/低头思故乡",
        "床前明月光｜疑是地上霜｜举头望明月｜低头思故乡",
        "床前明月光·疑是地上霜·举头望明月·低头思故乡",
        "床前明月光 - 疑是地上霜 - 举头望明月 - 低头思故乡",
        "床前明月光～疑是地上霜～举头望明月～低头思故乡",
        "床前明月光、疑是地上霜、举头望明月、低头思故乡",
        "床前明月光<br>疑是地上霜<br/>举头望明月<br />低头思故乡",
        "<p>床前明月光，疑是地上霜。</p><p>举头望明月，低头思故乡。</p>",
        "床前明月光\n\n疑是地上霜\n\n举头望明月\n\n低头思故乡",
        "|床前明月光|疑是地上霜|\n|举头望明月|低头思故乡|",
        "1. 床前明月光，疑是地上霜。\n2. 举头望明月，低头思故乡。",
        "床前明月光🌙，疑是地上霜❄️。举头望明月，低头思故乡！",
        "静夜思 李白\n床前明月光 疑是地上霜\n举头望明月 低头思故乡",
        "静夜思\n作者：李白\n朝代：唐代\n床前明月光，疑是地上霜。举头望明月，低头思故乡。",
        "静夜思\n[唐]李白\n床前明月光，疑是地上霜。举头望明月，低头思故乡。\n——选自《全唐诗》",
        "静夜思\n床前明月光，疑是地上霜。举头望明月，低头思故乡。\n注释：\n疑：好像。",
    ],
)
def test_marks_and_separators(text: str) -> None:
    """Only Chinese characters are read, and any common separator divides lines."""
    assert read_poem(text).lines == LINES


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{丿尽}前明月光", "□前明月光"),
        ("⿰木犬前明月光", "□前明月光"),
        ("⿱⿰日月皿前明月光", "□前明月光"),
        ("⿾木犬前明月光", "□犬前明月光"),
        ("[金*本]前明月光", "□前明月光"),
        ("□前明月光", "□前明月光"),
        ("床前□□光", "床前□□光"),
        ("\ue829前明月光", "□前明月光"),
    ],
)
def test_a_composed_or_missing_character_is_one_place(written: str, read: str) -> None:
    """A missing character, or one described by several symbols, fills one place as □."""
    assert read_poem(f"{written}，疑是地上霜。").lines[0] == read


def test_other_ways_to_read_a_text_follow() -> None:
    """The first reading takes a possible preface as verse, and a later reading leaves it out."""
    text = "水调歌头\n丙辰中秋，欢饮达旦，大醉，作此篇，兼怀子由。\n明月几时有，把酒问青天。"
    shapes = [poem.shape for poem in readings(text)]

    assert shapes[0] == (4, 4, 2, 3, 4, 5, 5)
    assert (5, 5) in shapes


@given(st.text("春江〇□花月夜，。！？；：、\n", max_size=30))
def test_a_plain_text_is_read_as_it_is_whatever_stands_beside_it(text: str) -> None:
    """The fast path of `plain_text` gives the result of the full path, which a tab forces."""
    assert plain_text(text) == plain_text(f"{text}\t").removesuffix(" ")


@pytest.mark.parametrize(
    ("below", "is_source"),
    [
        ("选自《全唐诗》卷一百六十五", True),
        ("出自唐代李白的诗", True),
        ("出处：全唐诗", True),
        ("来源 一个网站", True),
        ("——李白", True),
        ("出自家风处，晴霭烟中雨。", False),
        ("出处全在人", False),
        ("见于绘像诗", False),
    ],
)
def test_a_source_below_a_poem_is_none_of_its_lines(below: str, is_source: bool) -> None:
    """A source below a poem is left out of its lines, but verse with similar words is kept."""
    poem = read_poem("床前明月光，疑是地上霜。\n举头望明月，低头思故乡。\n" + below)

    assert (poem.source == below) is is_source
