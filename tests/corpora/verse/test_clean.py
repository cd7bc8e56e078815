"""Cleaning repairs a text, a title or an author's name, or refuses a damaged text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.corpora.verse.clean import (
    Unusable,
    cleaned_author,
    cleaned_text,
    cleaned_title,
    joined,
)
from charbard.corpora.verse.forms import form_of
from charbard.corpus.verse.poem import lines_of


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (
            "千山鳥飛絕，萬逕（一作徑）人[蹤]滅。（見《詩集》卷二（補））。",
            "千山鳥飛絕，萬逕人蹤滅。",
        ),
        ("何事不歸？君知否！", "何事不歸。君知否。"),
        ("三月；花,柳：「春」。", "三月，花，柳，春。"),
        ("唱徹《陽關曲》。", "唱徹陽關曲。"),
        ("一杯送、，绣衣行客、", "一杯送，绣衣行客。"),
        ("，春来。。", "春来。"),
    ],
    ids=["notes", "questions", "other marks", "a tune", "pauses at ends", "marks twice"],
)
def test_what_is_mended(raw: str, clean: str) -> None:
    """Notes are removed, editors' additions and tune names kept, and marks reduced to ， and 。."""
    assert cleaned_text(raw) == clean


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("□山鳥飛絕。", "missing characters"),
        ("{氵忄占}波。", "written as parts"),
        ("畫樓。長淮）。", "brackets"),
        ("……山河。", "omissions"),
        ("\ue829山河。", "private-use"),
        ("心地け然。", "mojibake"),
        ("宿雨一番。ff。", "letters"),
        ("詩題：老人行首句：有一老翁。", "without its poem"),
        ("靜以保（下缺）融。", "gaps"),
        ("（以上劉瑛整理）。", "no text"),
        ("回ò绎。", "other signs"),
    ],
)
def test_what_is_refused(raw: str, reason: str) -> None:
    """A damaged text is refused, and each kind of damage is reported with its own reason."""
    with pytest.raises(Unusable, match=reason):
        cleaned_text(raw)


def test_stage_directions() -> None:
    """A stage direction after the last line is dropped; anywhere else the text is refused."""
    assert cleaned_text("怎生回避。(下)。", songs=True) == "怎生回避。"
    with pytest.raises(Unusable, match="stage directions"):
        cleaned_text("(末唱)怎生回避。", songs=True)


@given(st.text("春夜，。、？！；：（）[]《》「」 一", max_size=40))
def test_a_clean_text_is_lines_and_their_marks(raw: str) -> None:
    """A cleaned text has only lines that end in ， or 。; cleaning it again changes nothing."""
    try:
        text = cleaned_text(raw)
    except Unusable:
        return

    assert "".join(lines_of(text)) == text.translate(dict.fromkeys(map(ord, "，。、")))
    assert text[-1] in "，。"
    assert "、，" not in text
    assert "、。" not in text
    assert cleaned_text(text) == text


def test_lost_marks_come_back() -> None:
    """`joined` adds the mark 。 to a paragraph that has lost its final mark."""
    assert joined(["操吴戈兮被犀甲", "车错毂兮短兵接。", "旌蔽日"]) == (
        "操吴戈兮被犀甲。车错毂兮短兵接。旌蔽日。"
    )


def test_titles_and_authors() -> None:
    """Titles and names lose notes and counts; a damaged title or an unknown name becomes empty."""
    assert cleaned_title("延慶寺（寺在崇德）  其一") == "延慶寺 其一"
    assert cleaned_title("□明") == ""
    assert cleaned_author("尹鹗 六首") == "尹鹗"
    assert cleaned_author("刘镇2") == "刘镇"
    assert cleaned_author("不詳") == ""


@pytest.mark.parametrize(
    ("shape", "form"),
    [
        ([5] * 4, "五绝"),
        ([7] * 4, "七绝"),
        ([6] * 4, "六绝"),
        ([5] * 8, "五律"),
        ([7] * 8, "七律"),
        ([5] * 6, "五言"),
        ([7] * 20, "七言"),
        ([4] * 8, "四言"),
        ([3, 3, 7, 7], "杂言"),
        ([5] * 2, "句"),
    ],
)
def test_forms_by_shape(shape: list[int], form: str) -> None:
    """The form follows from the number of lines and their lengths."""
    assert form_of(["春" * width for width in shape]) == form
