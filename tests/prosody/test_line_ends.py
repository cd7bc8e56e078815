"""The machine writes only usual readings, and doubles characters only where verse does."""

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from charbard.prosody import form_named
from charbard.prosody.book import BOOKS, USUAL, common_chars, readings_of
from charbard.prosody.check import Report, check
from charbard.prosody.compiler import try_compile
from charbard.prosody.doubled import doubled_at
from charbard.prosody.lexicon import Lexicon
from charbard.prosody.spec import FormSpec, Lock
from charbard.vocab import Vocab
from tests.prosody.conftest import random_text

FORMS = ["五绝", "七绝", "七律", "五古绝", "浣溪沙", "西江月", "声声慢", "四言", "7,5a/7,5a"]


@cache
def usual(book: str) -> Lexicon:
    return Lexicon.build(Vocab(tuple("，。" + common_chars()[:3000])), book)


def odd(report: Report) -> set[tuple[int, int]]:
    """Return the 0-based (line, place) of the second character of each double that verse avoids."""
    return {
        (number, place + 1)
        for number, line in enumerate(report.poem.lines)
        for place, (char, after) in enumerate(pairwise(line))
        if char == after and char not in (doubled_at(report.kind, len(line), place) or ())
    }


def has_rare_reading(char: str, book: str) -> bool:
    return readings_of(char, book=book) != readings_of(char, book=book, least=USUAL)


@settings(max_examples=120)
@given(
    st.sampled_from(FORMS),
    st.sampled_from(["free", "rhymes", "none"]),
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from("华逢心山悠年不")),
        max_size=3,
        unique_by=lambda lock: lock[:2],
    ),
    st.integers(0, 999),
)
@example("七绝", "free", [(0, 0, "华"), (0, 1, "华"), (2, 2, "不")], 60)
def test_nothing_rare_is_written_and_nothing_stuttered(name, repeats, places, seed) -> None:
    """A text keeps its form, and has rare readings and unusual doubles only if locks force them."""
    form = form_named(name)
    locks = tuple(Lock(*place) for place in places)
    assume(all(lock.place < len(v.lines[lock.line]) for v in form.variants for lock in locks))
    spec = FormSpec(form=form, book=form.book, locks=locks, repeats=repeats)
    machine = try_compile(spec, usual(form.book))
    if machine is None:
        return
    text = random_text(machine, seed)

    given_places = {(lock.line, lock.place) for lock in locks}
    reports = [check(text, form, variant=plan.name) for plan in machine.plans]
    kept = [report for report in reports if report.is_kept]
    assert kept
    # The checker does not know the locks, and may assume a rare reading at another place instead:
    # 不, locked at the third place, can be level in 仄仄平平仄平仄, or oblique in
    # 仄仄仄平平仄仄 if the characters after it have rare readings that fit.
    excused = sum(has_rare_reading(lock.char, form.book) for lock in locks)
    assert min(sum(n.rule == "rare" for n in report.notes) for report in kept) <= excused
    assert all(
        (line, place) in given_places and (line, place - 1) in given_places
        for line, place in odd(kept[0])
    )


@pytest.mark.parametrize("char", ["悠", "年", "处"])
def test_what_people_double_may_be_doubled(char: str) -> None:
    """At the start of a line, a character that verse doubles may be doubled, but not tripled."""
    spec = FormSpec(form=form_named("七古绝"), book="pingshui", locks=(Lock(0, 0, char),))
    machine = try_compile(spec, usual("pingshui"))

    assert machine is not None
    char_id = machine.lexicon.vocab.id_of(char)
    state = machine.advance(machine.start(), char_id)
    assert char_id in machine.allowed(state)
    assert char_id not in machine.allowed(machine.advance(state, char_id))


def test_a_stutter_is_written_rather_than_nothing() -> None:
    """With a vocabulary of one character, the machine fills a form by repeating that character."""
    lexicon = Lexicon.build(Vocab(("，", "。", "心")), "pingshui")
    machine = try_compile(FormSpec(form=form_named("7"), book="pingshui"), lexicon)

    assert machine is not None
    assert random_text(machine, 1) == "心心心心心心心。"


def test_a_double_that_straddles_two_words_is_nobodys() -> None:
    """Regulated verse doubles no character across a caesura, as between places 2 and 3."""
    for length, place in ((5, 1), (7, 1), (7, 3)):
        assert doubled_at("近体诗", length, place) == frozenset()


def test_the_checker_notes_a_rare_reading() -> None:
    """A poem in which 逢 rhymes in 东 keeps its form, and a note locates the rare reading."""
    report = check("白日依山尽，黄河入海东。欲穷千里目，更上一层逢。", "五绝")

    assert report.is_kept
    assert [(n.rule, n.line, n.place) for n in report.notes] == [("rare", 4, 5)]


def test_usual_readings_win_where_two_rhymes_serve() -> None:
    """The checker finds that 重 and 逢 rhyme in 冬, the usual rhyme, and notes no rare reading."""
    report = check("白日依山尽，黄河入海重。欲穷千里目，更上一层逢。", "五绝")

    assert report.rhymes[3] is not None
    assert report.rhymes[3].rhyme == "冬"
    assert not [note for note in report.notes if note.rule == "rare"]


@pytest.mark.parametrize("book", BOOKS)
def test_every_group_that_a_quatrain_needs_is_still_open(book: str) -> None:
    """A quatrain without rare readings can use all but the smallest of the level rhymes."""
    machine = try_compile(FormSpec(form=form_named("七绝"), book=book, repeats="none"), usual(book))

    assert machine is not None
    assert len(machine.open_rhymes) >= {"pingshui": 28, "cilin": 13, "xinyun": 13}[book]
