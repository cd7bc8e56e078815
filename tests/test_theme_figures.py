"""The theme figures distinguish poems that fit their title from poems that do not."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from charbard.corpus.verse import Poem
from charbard.errors import OptionError

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

from theme import held_out, variants
from theme_measure import AMONG, Counts, counted, figures, others_for

THEMES = "春夏秋冬山水花月风雪云雨琴棋书画松竹梅兰鱼鸟虫兽金木土火江河湖海"
SIGNS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥乾坤震巽坎离艮兑天地"
"""`SIGNS[i]` is the character that every text on the theme `THEMES[i]` contains."""


def _poem(title: str, text: str) -> Poem:
    return Poem(id="test", kind="诗", dynasty="唐", author="", title=title, form="七绝", text=text)


def _counts() -> Counts:
    """Count three texts per theme, each with its theme's sign and characters common to all."""
    return counted(
        _poem(theme, f"{sign}人不见，")
        for theme, sign in zip(THEMES, SIGNS, strict=True)
        for _ in range(3)
    )


def test_a_poem_of_its_theme_is_recognised() -> None:
    """A poem with its theme's sign counts as fitting a title with which it shares no character."""
    poems = [(theme, [f"{sign}人"]) for theme, sign in zip(THEMES, SIGNS, strict=True)]

    found = figures(poems, THEMES, _counts())

    assert found["recognised"] == 1.0
    assert found["title character"] == 0.0
    assert found["information"] > 0


def test_a_poem_of_another_theme_is_not_recognised() -> None:
    """A poem with another theme's sign is not recognised."""
    moved = SIGNS[1:] + SIGNS[:1]

    found = figures(
        [(t, [f"{s}人"]) for t, s in zip(THEMES, moved, strict=True)], THEMES, _counts()
    )

    assert found["recognised"] == 0.0


def test_a_tie_is_not_recognised() -> None:
    """A poem that fits all titles equally well is not recognised."""
    found = figures([(theme, ["人不见"]) for theme in THEMES], THEMES, _counts())

    assert found["recognised"] == 0.0


def test_shares_are_counted_in_lines() -> None:
    """Title characters, repeats and unseen pairs are counted within lines, not across them."""
    poems = [("春", ["春人不见", "甲甲"]), ("秋", ["丙人", "不见"])]

    found = figures(poems, THEMES, _counts())

    assert found["title character"] == 0.5
    assert found["unseen pairs"] == pytest.approx(2 / 6)  # 春人 and 甲甲
    assert found["repeats"] == pytest.approx((1 / 6 + 0) / 2)


def test_distinct_pairs_are_compared_among_one_poem_a_title() -> None:
    """A repeated poem does not lower distinct-2, but the same words under another title do."""
    once = [("春", ["甲人"]), ("夏", ["乙人"])]

    assert figures(once * 2, THEMES, _counts())["distinct-2"] == 1.0
    assert figures([*once, ("秋", ["甲人"])], THEMES, _counts())["distinct-2"] == pytest.approx(
        2 / 3
    )


def test_other_titles_are_the_same_every_time() -> None:
    """`others_for` draws the same titles in whatever order the pool lists them."""
    found = others_for("春", list(THEMES))

    assert found == others_for("春", list(reversed(THEMES)))
    assert len(set(found) - {"春"}) == AMONG - 1


def test_too_few_titles_are_refused() -> None:
    """`others_for` refuses a pool with fewer than 31 other titles."""
    with pytest.raises(OptionError, match="too few"):
        others_for("春", THEMES[:20])


def test_variants_are_settings_of_a_poem() -> None:
    """A variant combines shared settings with its own; an unsuitable setting is refused."""
    found = variants(["candidates=2"], ["hot: temperature=1", "default"])

    assert found == {"hot": {"candidates": 2, "temperature": 1}, "default": {"candidates": 2}}
    assert variants([], []) == {"default": {}}
    with pytest.raises(OptionError, match="heat"):
        variants(["heat=1"], [])
    with pytest.raises(OptionError, match="form"):
        variants(["form=五绝"], [])


def test_titles_are_held_out_and_distinct(tmp_path, monkeypatch) -> None:
    """`held_out` returns held-out poems with distinct titles of 2 to 7 Chinese characters."""
    poems = [
        _poem("春夜喜雨", "甲人不见，"),
        _poem("春夜喜雨", "乙人不见，"),
        _poem("早梅", "丙人不见，"),
        _poem("梅", "丁人不见，"),
        _poem("其一", "戊人不见，"),
    ]
    held = [replace(poem, split="heldout") for poem in poems[:4]]
    monkeypatch.setattr("theme.all_poems", lambda: iter([*held, poems[4]]))

    found = held_out(["七绝"], 5, seed=1)

    assert sorted(poem.title for poem in found) == ["早梅", "春夜喜雨"]
    with pytest.raises(OptionError, match="五律"):
        held_out(["五律"], 5, seed=1)
