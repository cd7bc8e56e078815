"""Simplified verse converts back to the traditional characters it was written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.prosody.names import unwanted_in_names
from charbard.prosody.script import TraditionalCounts, choose, to_simplified, to_traditional

# These lines have ambiguous simplified forms: 云 雲, 发 發 髮, 里 裏, 后 後, 余 餘, 干 乾 幹.
LINES = (
    "白髮三千丈",
    "花發多風雨",
    "白雲生處有人家",
    "子雲宅裏無車馬",
    "古來征戰幾人回",
    "余亦能高詠",
    "皇后閉宮門",
    "先天下之憂而憂後天下之樂而樂",
    "乾坤日夜浮",
    "闌干十二曲",
    "萬里悲秋常作客",
    "北斗七星高",
    "鄭谷詩名在",
)


@pytest.mark.parametrize("line", LINES)
def test_lines_come_back(line: str) -> None:
    """A traditional line is the same after conversion to simplified characters and back."""
    assert to_traditional(to_simplified(line)) == line


def test_punctuation_and_other_text_stay() -> None:
    """Only Chinese characters are converted; each stretch between marks is converted separately."""
    assert (
        to_traditional("云，abc\n发。")
        == to_traditional("云") + "，abc\n" + to_traditional("发") + "。"
    )


@given(st.text(alphabet="云发里后征余干斗几于，。\na", max_size=40))
def test_every_character_keeps_its_place(text: str) -> None:
    """`to_traditional` keeps the number of characters, and `to_simplified` undoes the change."""
    found = to_traditional(text)

    assert len(found) == len(text)
    assert to_simplified(found) == text


def test_neighbours_decide() -> None:
    """A neighbouring character counts more than the frequency of a traditional form."""
    choices = TraditionalCounts(
        alone={"云": {"雲": 98, "云": 2}}, context={"<曰云": {"云": 2}, ">云山": {"雲": 9}}
    )

    assert choose("云山", choices) == "雲山"
    assert choose("曰云", choices) == "曰云"


def test_names_have_a_list_to_avoid() -> None:
    """`unwanted_in_names` has under 300 characters, all simplified and none common in names."""
    assert len(unwanted_in_names()) < 300
    assert not unwanted_in_names() & set("月明春山文雅诗安宁思远")
    assert {to_simplified(char) for char in unwanted_in_names()} == unwanted_in_names()
