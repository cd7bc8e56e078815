"""Forms are found by name in either script, or made from a size, page, text or line lengths."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.errors import OptionError
from charbard.prosody import (
    form_named,
    form_of_lengths,
    form_of_page,
    form_of_text,
    forms,
)
from charbard.prosody.catalogue import _PAGES, templates
from charbard.prosody.page import read_page

PAGE = """
[[forms]]
name = "三句"
kind = "歌词"
[[forms.variants]]
name = "正体"
stanzas = ["中中平a，中中平a。", "中仄。"]
"""


@pytest.mark.parametrize("form", forms(), ids=lambda form: form.name)
def test_forms_are_whole(form) -> None:
    """In every form the last line ends a stanza, and each rhyme has two lines or more."""
    assert form.variants
    for variant in form.variants:
        assert variant.lines[-1].ends_stanza
        assert all(len(group) > 1 for group in variant.rhyme_groups)
        for line in variant.lines:
            if line.rhyme and form.kind not in ("歌词", "模板", "曲"):
                assert {pattern[-1] for pattern in line.patterns} <= {"平", "仄"}


def test_every_page_is_in_the_catalogue() -> None:
    """The catalogue names each page in the folder of forms exactly once."""
    folder = files("charbard.prosody.data") / "forms"

    assert sorted(f"{page}.toml" for page in _PAGES) == sorted(
        page.name for page in folder.iterdir()
    )


def test_no_name_means_two_forms() -> None:
    """No name, whether main or alternative (词牌别名), belongs to two forms."""
    names = [name for each in templates() for name in (each.name, *each.aliases)]

    assert len(names) == len(set(names))


def test_regulated_verse_alternates() -> None:
    """Each variant of regulated verse has 对 and 粘 at place two, and its even lines rhyme."""
    for name in ("五绝", "七绝", "五律", "七律", "五排12", "七排"):
        for variant in form_named(name).variants:
            second = [{pattern[1] for pattern in line.patterns} for line in variant.lines]
            assert all(len(tones) == 1 for tones in second)
            for upper, lower in zip(second[::2], second[1::2], strict=True):
                assert upper != lower
            for before, after in zip(second[1:-1:2], second[2::2], strict=True):
                assert before == after
            assert {n for n, line in enumerate(variant.lines) if line.rhyme} >= set(
                range(1, len(variant.lines), 2)
            )


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("菩萨蛮", "aabbccdd"),
        ("减字木兰花", "aabbccdd"),
        ("虞美人", "aabbccdd"),
        ("清平乐", "aaaabb.b"),
        ("西江月", ".aaa.aaa"),
    ],
)
def test_tunes_that_change_rhyme(name: str, keys: str) -> None:
    """In a tune that changes rhyme, the expected lines rhyme with each other."""
    lines = form_named(name).variants[0].lines

    assert "".join(line.rhyme or "." for line in lines) == keys


def test_a_tune_as_the_handbooks_have_it() -> None:
    """Every fixed tone in the first four lines of 卜算子 agrees with the handbooks (词谱)."""
    lines = form_named("卜算子").variants[0].lines
    handbook = "中仄仄平平", "中仄平平仄", "中仄平平仄仄平", "中仄平平仄"

    for line, printed in zip(lines[:4], handbook, strict=True):
        assert all(
            ours in (theirs, "中") for ours, theirs in zip(line.patterns[0], printed, strict=True)
        )
    assert [line.mark for line in lines[:4]] == ["，", "。", "，", "。"]


@pytest.mark.parametrize(
    ("name", "tune"),
    [
        ("酹江月", "念奴娇"),
        ("百字令", "念奴娇"),
        ("金缕曲", "贺新郎"),
        ("南柯子", "南歌子"),
        ("蟾宫曲", "折桂令"),
    ],
)
def test_other_names_of_a_tune(name: str, tune: str) -> None:
    """A tune is found by its other names."""
    assert form_named(name).name == tune


@pytest.mark.parametrize("name", ["声声慢", "满江红", "忆秦娥"])
def test_level_and_oblique_variants_stand_apart(name: str) -> None:
    """If a tune has level and oblique variants, 平韵 and 仄韵 select the right one."""
    form = form_named(name)

    for tone in "平仄":
        variant = form.variant_named(f"{tone}韵")
        assert variant.lines[-1].patterns[0][-1] == tone


def test_a_variant_is_named_after_its_poet() -> None:
    """A variant is found by the name of its poet, such as 李清照体 of 声声慢."""
    assert form_named("声声慢").variant_named("李清照体").name == "仄韵李清照体"


def test_stanzas_are_part_of_the_form() -> None:
    """A tune has one stanza end for each of its one to four stanzas."""
    for name, count in (("水调歌头", 2), ("十六字令", 1), ("兰陵王", 3), ("莺啼序", 4)):
        lines = form_named(name).variants[0].lines
        assert sum(line.ends_stanza for line in lines) == count, name


def test_forms_of_open_size() -> None:
    """A 排律 may have ten or more lines, if their number is even; other sizes are refused."""
    assert len(form_named("五排", 16).variants[0].lines) == 16
    assert form_named("七言排律14").variants[0].lengths == (7,) * 14
    with pytest.raises(OptionError, match="cannot have 9 lines"):
        form_named("五排9")
    with pytest.raises(OptionError, match="cannot have 6 lines"):
        form_named("七律6")


def test_either_script_and_near_names() -> None:
    """A form is found by its name in either script; the hint for a misspelt name corrects it."""
    assert form_named("減字木蘭花").name == "减字木兰花"
    with pytest.raises(OptionError) as caught:
        form_named("七律绝")
    assert "七律" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "form"),
    [("歌行", "七古"), ("七言古风", "七古"), ("五言古風", "五古"), ("歌行12", "七古12")],
)
def test_old_verse_goes_by_its_usual_names(name, form) -> None:
    """Old verse is found by its usual names, such as 歌行 for 七古."""
    assert form_named(name).name == form


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("古风", "'五古' or '七古'?"),
        ("古體詩", "'五古绝' or '五古' or '七古绝' or '七古'?"),
        ("绝句", "'五绝' or '七绝'?"),
        ("七言", "'七绝' or '七律' or '七古'?"),
        ("词", "'浣溪沙' or "),
    ],
)
def test_a_name_of_several_forms_brings_them_all(name, offered) -> None:
    """A name that covers several forms is refused, and the hint offers those forms."""
    with pytest.raises(OptionError, match="no form named") as caught:
        form_named(name)

    assert f"did you mean {offered}" in caught.value.hint


def test_one_page_adds_a_form(tmp_path, monkeypatch) -> None:
    """A user's page of a form is loaded by path, or by name from the folder `CHARBARD_FORMS`."""
    path = tmp_path / "mine.toml"
    path.write_text(PAGE, encoding="utf-8")
    monkeypatch.setenv("CHARBARD_FORMS", str(tmp_path))

    lines = form_of_page(path).variants[0].lines

    assert form_named("三句").variants[0].lines == lines

    assert [line.patterns for line in lines] == [("中中平",), ("中中平",), ("中仄",)]
    assert [line.ends_stanza for line in lines] == [False, True, True]


def test_a_name_is_never_a_path(tmp_path, monkeypatch) -> None:
    """A form's name is never read as a path, and `CHARBARD_FORMS` must name a folder."""
    path = tmp_path / "mine.toml"
    path.write_text(PAGE, encoding="utf-8")

    with pytest.raises(OptionError, match="no form named"):
        form_named(str(path))
    monkeypatch.setenv("CHARBARD_FORMS", str(path))
    with pytest.raises(OptionError, match="no folder"):
        form_named("三句")


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ("name = ", "not TOML"),
        ("", "has no form"),
        (PAGE.replace("kind", "sort"), "no field 'sort'"),
        (PAGE.replace("中仄", "中山"), "no line type '中山'"),
        (PAGE.replace('kind = "歌词"', ""), "lacks 'kind'"),
        (PAGE.replace("stanzas", "cycle"), "a cycle needs a size"),
    ],
)
def test_a_wrong_page_is_refused(page: str, message: str) -> None:
    """A page of forms with a mistake is refused, and the message says what the mistake is."""
    with pytest.raises(OptionError, match=message):
        [template.form() for template in read_page(page, source="mine.toml")]


def test_form_of_a_text_is_kept_by_the_text() -> None:
    """A template made from a poem has the poem's line lengths, rhyme and unambiguous tones."""
    form = form_of_text(
        "枯藤老树昏鸦，小桥流水人家，古道西风瘦马。夕阳西下，断肠人在天涯。", book="cilin"
    )
    lines = form.variants[0].lines

    assert form.variants[0].lengths == (6, 6, 6, 4, 6)
    assert [line.rhyme for line in lines if line.patterns[0][-1] == "平"] == ["a", "a", "a"]
    assert lines[0].patterns[0][:2] == "平平"


@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.sampled_from(["", "a", "b"])), min_size=1, max_size=20
    )
)
def test_lengths_are_kept(parts: list[tuple[int, str]]) -> None:
    """`form_of_lengths` makes lines with the given lengths and rhyme keys."""
    form = form_of_lengths(",".join(f"{size}{key}" for size, key in parts))

    assert form.variants[0].lengths == tuple(size for size, _ in parts)
    assert [line.rhyme or "" for line in form.variants[0].lines] == [key for _, key in parts]


@pytest.mark.parametrize("lengths", ["0", "7,99", "x", "7;;7"])
def test_impossible_lengths_are_refused(lengths: str) -> None:
    """`form_of_lengths` refuses lengths that are zero, too large or malformed."""
    with pytest.raises(OptionError):
        form_of_lengths(lengths)
