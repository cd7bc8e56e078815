"""Properties that the written side of a couplet has, whatever the model predicts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard.config import CoupletOrder
from charbard.errors import OptionError
from charbard.prosody.book import tones_of, usual_tones_of
from charbard.prosody.check import check
from charbard.prosody.doubled import doubled_at
from charbard.prosody.facing import facing_form, phrases_of
from charbard.writer import VerseWriter, couplets
from tests.writer.conftest import BUNDLE, NETWORK

OPPOSITE = {"平": "仄", "仄": "平"}
WRITER = VerseWriter(BUNDLE, NETWORK)


def written(**order) -> list[tuple[str, str]]:
    """Write couplets and return the two sides of each, without marks."""
    found = couplets(WRITER, CoupletOrder(drafts=2, candidates=2, **order))
    halves = []
    for poem, _ in found:
        half = len(poem.lines) // 2
        halves.append(("".join(poem.lines[:half]), "".join(poem.lines[half:])))
    return halves


def shape(side: str) -> list[int]:
    """Return, for each place of a side, the first place that has the same character."""
    return [side.index(char) for char in side]


@settings(max_examples=40)
@given(
    st.lists(st.text("山水风月花天地明秀看悠逢", min_size=1, max_size=7), min_size=1, max_size=3),
    st.booleans(),
    st.integers(0, 99),
)
def test_the_written_side_mirrors_the_given_one(phrases, is_second, seed) -> None:
    """The written side repeats characters at the places where the given side does.

    It shares no character with the given side, and its tones are opposite at even places and at
    the ends of phrases.
    """
    side = "，".join(phrases)
    if sum(map(len, phrases)) < 2:
        return
    for first, second in written(seed=seed, **{"second" if is_second else "first": side}):
        mine, given_side = (first, second) if is_second else (second, first)
        assert given_side == "".join(phrases)
        assert shape(mine) == shape(given_side)
        assert not set(mine) & set(given_side)
        start = 0
        for phrase in phrases:
            faced = mine[start : start + len(phrase)]
            start += len(phrase)
            for place, (char, answer) in enumerate(zip(phrase, faced, strict=True), 1):
                tones = usual_tones_of(char, book="pingshui")
                if len(tones) == 1 and (place % 2 == 0 or place == len(phrase)):
                    assert OPPOSITE[min(tones)] in usual_tones_of(answer, book="pingshui")
        end = usual_tones_of(given_side[-1], book="pingshui")
        wanted = OPPOSITE[min(end)] if len(end) == 1 else "仄" if is_second else "平"
        assert wanted in usual_tones_of(mine[-1], book="pingshui")


@pytest.mark.parametrize(
    ("first", "form"),
    [
        ("明月松间照", "五言联"),
        ("两个黄鹂鸣翠柳", "七言联"),
        ("无边落木萧萧下", "七言联"),
        ("春回大地", "四言联"),
    ],
)
def test_an_answer_to_a_regular_line_passes_the_check(first: str, form: str) -> None:
    """A second side written for a regular first side keeps the form and has no rare readings."""
    for upper, lower in written(first=first, seed=3):
        report = check(f"{upper}，{lower}。", form)
        assert report.is_kept
        assert not [note for note in report.notes if note.rule == "rare" and note.line == 2]


def test_a_double_is_answered_by_one_that_people_use() -> None:
    """A doubled character is answered by a character that verse doubles: 滚滚 may answer 萧萧."""
    for _, second in written(first="无边落木萧萧下", seed=1):
        assert second[4] == second[5]
        assert second[4] in (doubled_at("近体诗", 7, 4) or ())


def test_a_couplet_is_named_after_the_form_it_keeps() -> None:
    """A couplet gets the name of a form, such as 五言联, only if its given side keeps the form."""
    (regular, _), *_ = couplets(WRITER, CoupletOrder(first="明月松间照", candidates=1))
    (other, _), *_ = couplets(WRITER, CoupletOrder(first="东风东风东", candidates=1))

    assert regular.form == "五言联"
    assert other.form == "5言对"


def test_marks_are_those_of_the_given_line() -> None:
    """Written phrases have the lengths of the given phrases and the same marks between them."""
    (poem, _), *_ = couplets(WRITER, CoupletOrder(first="天对地，雨对风。", candidates=1))

    assert poem.marks == ("，", "；", "，", "。")
    assert [len(line) for line in poem.lines] == [3, 3, 3, 3]
    assert poem.lines[2][1] == poem.lines[3][1]


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ({}, "no line is given"),
        ({"first": "春风", "second": "秋月"}, "both lines are given"),
        ({"first": "春"}, "has 1 characters"),
        ({"first": "春" * 31}, "has 31 characters"),
        ({"second": "春风abc"}, "has 'a' in it"),
        ({"first": "，。"}, "has 0 characters"),
    ],
)
def test_what_cannot_be_answered_is_refused(order, message) -> None:
    """`couplets` refuses an order unless it has exactly one suitable side, and gives a hint."""
    with pytest.raises(OptionError, match=message) as caught:
        couplets(WRITER, CoupletOrder(**order))

    assert caught.value.hint


def test_a_level_ending_is_not_the_third_level_in_a_row() -> None:
    """The written side never ends in three level tones (三平尾)."""
    (_, second) = facing_form("明月松间见", "pingshui").variants[0].lines

    assert all("仄" in pattern[-3:] for pattern in second.patterns)


def test_a_last_character_of_both_tones_is_read_as_its_side_ends() -> None:
    """看 counts as oblique at the end of a first side and as level at the end of a second."""
    assert tones_of("看", book="pingshui") == {"平", "仄"}
    (_, second) = facing_form("江山留与后人看", "pingshui").variants[0].lines
    (first, _) = facing_form("江山留与后人看", "pingshui", is_second=True).variants[0].lines

    assert {pattern[-1] for pattern in second.patterns} == {"平"}
    assert {pattern[-1] for pattern in first.patterns} == {"仄"}
    assert phrases_of("江山 留与；后人看") == (("江山", "留与", "后人看"), ("，", "；"))
