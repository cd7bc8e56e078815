"""Rhyme books give each character a set of readings, and their tables are complete."""

import hashlib
from importlib.resources import files

import pytest

from charbard.errors import OptionError
from charbard.prosody import (
    BOOKS,
    book_named,
    fold,
    readings_of,
    rhymes_of,
    rhymes_with,
    tones_of,
)
from charbard.prosody.book import (
    USED,
    USUAL,
    common_chars,
    rhyme_label,
    rhyme_names,
    usual_rhymes_of,
    usual_tones_of,
)
from charbard.prosody.rhyme_name import full_rhyme_name, rhyme_named
from charbard.tables import table_lines


@pytest.mark.parametrize("book", BOOKS)
def test_tables_are_what_their_head_says(book: str) -> None:
    """Each table's header states the right number of rows, the right digest and the licence."""
    text = files("charbard.prosody.data").joinpath(f"{book}.tsv").read_text("utf-8")
    head = "".join(line for line in text.splitlines(True) if line.startswith("#"))
    body = text.removeprefix(head)

    assert f"{body.count(chr(10))} rows" in head
    assert hashlib.sha256(body.encode()).hexdigest() in head
    assert "MIT" in head


def test_every_file_has_its_digest() -> None:
    """`digests.tsv` lists each table and each page of forms with its digest, licence and script."""
    folder = files("charbard.prosody.data")
    rows = [row.split("\t") for row in table_lines("prosody", "digests.tsv")]
    known = {name: digest for name, digest, *_ in rows}
    pages = {f"forms/{each.name}" for each in folder.joinpath("forms").iterdir()}
    tables = {each.name for each in folder.iterdir() if each.name.endswith((".tsv", ".txt"))}

    assert set(known) == (tables | pages) - {"digests.tsv"}
    assert all(licence and script for _, _, licence, script in rows)
    for name, digest in known.items():
        found = folder.joinpath(*name.split("/")).read_bytes().replace(b"\r\n", b"\n")
        assert hashlib.sha256(found).hexdigest() == digest, name


@pytest.mark.parametrize(("book", "count"), [("pingshui", 106), ("cilin", 19), ("xinyun", 14)])
def test_every_rhyme_of_a_book_has_characters(book: str, count: int) -> None:
    """A rhyme book has the right number of rhymes, and each has at least one common character."""
    names = rhyme_names(book)
    used = {r.rhyme for char in common_chars() for r in readings_of(char, book=book)}

    assert len(names) == count
    assert used == set(names)


def test_rhymes_of_pingshui_by_tone() -> None:
    """The 平水韵 has 30 level rhymes, 29 rising, 30 departing and 17 entering ones."""
    assert [len(rhyme_names("pingshui", tone)) for tone in "平上去入"] == [30, 29, 30, 17]


@pytest.mark.parametrize("book", BOOKS)
def test_verse_is_covered(book: str) -> None:
    """Each rhyme book lacks at most ten of the 5,000 commonest characters of verse."""
    missing = [char for char in common_chars()[:5000] if not readings_of(char, book=book)]

    assert len(missing) <= 10, missing


@pytest.mark.parametrize(
    ("char", "tones"),
    [("看", "平仄"), ("思", "平仄"), ("白", "仄"), ("东", "平"), ("忘", "平仄"), ("先", "平仄")],
)
def test_readings_are_sets(char: str, tones: str) -> None:
    """`tones_of` returns every tone that the 平水韵 lists for a character."""
    assert tones_of(char, book="pingshui") == set(tones)


def test_entering_tone_is_lost_in_new_speech() -> None:
    """白 is oblique in the 平水韵 and level in the 中华新韵."""
    assert tones_of("白", book="pingshui") == {"仄"}
    assert tones_of("白", book="xinyun") == {"平"}


def test_either_script_is_looked_up() -> None:
    """A traditional or variant shape has the same readings as the simplified character."""
    for shape, key in zip("髮裏峯閒廻馬", "发里峰闲回马", strict=True):
        assert fold(shape) == key
        assert readings_of(shape, book="pingshui") == readings_of(key, book="pingshui")


def test_simplified_keys_join_their_sources() -> None:
    """A simplified character, such as 发 or 干, has the rhymes of all its traditional forms."""
    assert rhymes_of("发", book="pingshui") == {"月"}
    assert {"寒", "翰"} <= rhymes_of("干", book="pingshui")


def test_unknown_is_the_empty_set() -> None:
    """`readings_of` returns no readings for a character that no rhyme book lists."""
    assert readings_of("a", book="pingshui") == frozenset()


def test_usual_readings_leave_out_what_verse_does_not_use() -> None:
    """Usually 梦 is oblique and 看 has both tones; each listed character has a usual reading."""
    assert tones_of("梦", book="pingshui") == {"平", "仄"}
    assert usual_tones_of("梦", book="pingshui") == {"仄"}
    assert usual_tones_of("看", book="pingshui") == {"平", "仄"}
    for char in common_chars():
        for book in BOOKS:
            full = readings_of(char, book=book)
            usual = readings_of(char, book=book, least=USUAL)
            assert usual <= readings_of(char, book=book, least=USED) <= full
            assert bool(usual) == bool(full), char


def test_usual_rhymes_are_those_that_poets_rhyme_in() -> None:
    """逢 usually rhymes only in 冬 (词林正韵: part 1); 华, 同, 难 and 离 are usually level."""
    assert usual_rhymes_of("逢", book="pingshui") == {"冬"}
    assert usual_rhymes_of("逢", book="cilin") == {"1"}
    for char in "华同难离":
        assert usual_tones_of(char, book="pingshui") == {"平"}
        assert usual_rhymes_of(char, book="pingshui", tone="仄") == frozenset()


def test_rhyming_characters_rhyme() -> None:
    """`rhymes_with` returns characters that share a rhyme and tone with the given character."""
    for other in rhymes_with("来", book="pingshui")[:200]:
        assert readings_of(other, book="pingshui") & readings_of("来", book="pingshui")


@pytest.mark.parametrize("part", ["13", "第十三部", "十三", "第13部"])
def test_parts_are_known_by_number(part: str) -> None:
    """A part of the 词林正韵 is found by its number in any spelling, such as 13 or 第十三部."""
    assert rhyme_named(part, book="cilin") == "13"
    assert rhyme_label("13", book="cilin") == "第十三部"


def test_unknown_names_say_what_there_is() -> None:
    """An unknown book or rhyme is refused, and the hint lists the valid ones."""
    with pytest.raises(OptionError) as book:
        book_named("唐韵")
    with pytest.raises(OptionError) as rhyme:
        rhyme_named("江山", book="pingshui")

    assert "平水韵" in book.value.hint
    assert "东 冬 江" in rhyme.value.hint


@pytest.mark.parametrize("name", rhyme_names("pingshui"))
def test_every_rhyme_goes_by_its_usual_names(name: str) -> None:
    """Each rhyme of the 平水韵 is found by all its usual names: 上平一东, 一东, 东韵 or 东."""
    full = full_rhyme_name(name, book="pingshui")

    for each in (
        name,
        full,
        f"{full}韵",
        f"{name}韵",
        full.removeprefix("上平").removeprefix("下平"),
    ):
        assert rhyme_named(each, book="pingshui") == name


@pytest.mark.parametrize("name", ["二东", "下平一东", "去声一东", "一冬", "入声十三锡"])
def test_a_wrong_number_is_told(name: str) -> None:
    """A rhyme with a wrong number or tone is refused, and the hint gives its correct name."""
    with pytest.raises(OptionError) as caught:
        rhyme_named(name, book="pingshui")
    assert f"{name[-1]} is " in caught.value.hint


def test_rhymes_of_the_other_books_by_name() -> None:
    """A 词林正韵 part is found by a rhyme in it, and a 中华新韵 rhyme by a numbered name."""
    assert rhyme_named("第一部", book="cilin") == rhyme_named("一东", book="cilin") == "1"
    assert rhyme_named("十三支", book="xinyun") == rhyme_named("支韵", book="xinyun") == "支"
