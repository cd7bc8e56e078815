"""The keywords of a poem occur in it, say what it is about, and do not repeat its title."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.corpus.verse.words import pairs_of, words_field, words_of

QUATRAIN = "月落乌啼霜满天，江枫渔火对愁眠。姑苏城外寒山寺，夜半钟声到客船。"
LINES = st.lists(
    st.text("月落乌啼霜满天江枫渔火不知何处有无梅花", min_size=3, max_size=9),
    min_size=2,
    max_size=30,
)


def test_a_couplet_has_a_word() -> None:
    """Each couplet gives one keyword, in order, and a function word is never a keyword."""
    words = words_of(QUATRAIN)

    assert len(words) == 2
    for word, couplet in zip(words, QUATRAIN.split("。"), strict=False):
        assert word in couplet
    assert not set("不有何").intersection(*words_of("何处不知有明月，不知何处有梅花。"))
    assert words_of("不何无有不，何有不无何。") == ()


def test_what_the_title_told_is_passed_over() -> None:
    """A word with a character of the title is not chosen as a keyword."""
    (word,) = words_of("明月照梅花，不知何处有。")

    assert words_of("明月照梅花，不知何处有。", word) != (word,)


def test_no_word_lies_across_a_line_or_its_rhythm() -> None:
    """A word never crosses a caesura of its line; a line of seven divides as 2-2-3."""
    assert pairs_of("江枫渔火对愁眠") == ["江枫", "渔火", "对愁", "愁眠"]
    assert pairs_of("寒山寺") == ["寒山", "山寺"]


@given(LINES)
def test_the_field_reads_back_and_ends(lines: list[str]) -> None:
    """The field has at most six different words, all from the text, and ends with a mark."""
    text = "".join(line + "，。"[at % 2] for at, line in enumerate(lines))

    words, field = words_of(text), words_field(text)

    assert len(words) == len(set(words)) <= 6
    assert all(word in "".join(lines) for word in words)
    assert field == ("、".join(words) + "。" if words else "")


@pytest.mark.parametrize("couplets", [7, 12, 40])
def test_a_long_poem_is_told_throughout(couplets: int) -> None:
    """The keywords of a long poem come from all its parts, not only from the beginning."""
    tail = "落日照梧桐，孤舟听夜雨。"
    text = "不何无有不，何有不无何。" * (couplets - 1) + tail

    (word,) = words_of(text)

    assert word in tail
