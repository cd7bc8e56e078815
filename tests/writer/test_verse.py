"""Verse from small untrained models: these promises hold whatever a model predicts."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard.config import CoupletOrder, NameOrder, VerseOrder
from charbard.errors import ConflictError, OptionError
from charbard.prosody import form_named
from charbard.prosody.check import check
from charbard.prosody.names import unwanted_in_names
from charbard.prosody.poem import read_poem
from charbard.vocab import Vocab
from charbard.writer import LineDone, Poem, VerseWriter, couplets, names, rewrite
from charbard.writer.verse.parallel import UNSEEN, parallelism
from charbard.writer.verse.stand_in import explained, stand_in
from tests.writer.conftest import BUNDLE, NETWORK, order, small_bundle

POEM = "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"
LINES = POEM.replace("，", "。").split("。")[:-1]


@settings(max_examples=25)
@given(
    st.sampled_from(["五绝", "七绝", "五律", "七古绝", "菩萨蛮", "西江月", "7,5a/7,5a"]),
    st.sampled_from(["", "春风", "花月夜"]),
    st.sampled_from(["head", "tail", "2"]),
    st.lists(st.sampled_from(["1.2=江", "2.3=山", "3.4=人", "4.1=不"]), max_size=2, unique=True),
    st.integers(0, 99),
)
def test_what_the_machine_lets_through_the_checker_accepts(form, acrostic, at, locks, seed) -> None:
    """A poem keeps its form and contains every given character, or else the order is refused."""
    writer = VerseWriter(BUNDLE, NETWORK)
    wish = order(
        form=form, acrostic=acrostic, acrostic_at=at, locks=tuple(locks), seed=seed, candidates=1
    )
    try:
        (poem,) = writer.verse(wish)
    except ConflictError:
        return

    assert check(poem.text, form, variant=poem.variants[0]).is_kept
    for lock in writer.request(wish).spec.locks:
        assert poem.lines[lock.line][lock.place] == lock.char


def test_same_order_same_poems_alone_or_together(writer) -> None:
    """A candidate does not depend on the number of candidates; another seed gives other poems."""
    first, again = writer.verse(order(seed=5)), writer.verse(order(seed=5, candidates=4))
    other = writer.verse(order(seed=6))

    texts = {poem.candidate: poem.text for poem in again}
    assert [texts[poem.candidate] for poem in first] == [poem.text for poem in first]
    assert {poem.text for poem in first}.isdisjoint(poem.text for poem in other)


def test_streamed_lines_are_the_poems(writer) -> None:
    """The streamed lines equal the lines of the finished poems, and the best poem comes first."""
    said = list(writer.stream(order(seed=2)))

    lines: dict[int, list[str]] = {}
    for line in said:
        if isinstance(line, LineDone):
            lines.setdefault(line.candidate, []).append(line.text)
    poems = [poem for poem in said if isinstance(poem, Poem)]
    assert {poem.candidate: list(poem.lines) for poem in poems} == lines
    totals = [poem.score.total for poem in poems]
    assert totals == sorted(totals, reverse=True)


@pytest.mark.parametrize("drafts", [1, 2, 8])
def test_gaps_are_filled_and_the_rest_stays(writer, drafts) -> None:
    """A poem keeps every character of its template, with any number of drafts."""
    for poem in writer.verse(order(template="春_江_月/_____", drafts=drafts)):
        assert [poem.lines[0][at] for at in (0, 2, 4)] == list("春江月")
        assert poem.given == ((0, 0), (0, 2), (0, 4))


@pytest.mark.parametrize(
    ("changes", "open_places"),
    [
        ({"line": 1, "place": 2}, {(1, 2)}),
        ({"line": 1, "place": 2, "scope": "neighbours"}, {(1, p) for p in range(5)}),
        ({"line": 1}, {(1, p) for p in range(5)}),
        ({"line": 0, "scope": "neighbours"}, {(n, p) for n in (0, 1) for p in range(5)}),
        (
            {"line": 0, "scope": "open", "locked": [(3, 4)]},
            {(n, p) for n in range(4) for p in range(5)} - {(3, 4)},
        ),
    ],
)
def test_three_scopes_of_rewriting(writer, changes, open_places) -> None:
    """Rewriting changes only the open places, and a single open character always changes."""
    (poem,) = writer.verse(rewrite(order(candidates=1), LINES, **changes))

    for number, line in enumerate(poem.lines):
        for place, char in enumerate(line):
            if (number, place) not in open_places:
                assert char == LINES[number][place]
    if len(open_places) == 1:
        assert poem.text != POEM


def test_alternatives_keep_form_and_rhyme(writer) -> None:
    """Alternatives for a character keep the form and rhyme, and their probabilities sum to one."""
    found = writer.alternatives(order(), POEM, 3, 4, top=100)

    assert sum(each.probability for each in found) == pytest.approx(1)
    assert len(found) > 20
    for each in found[:20]:
        assert check(POEM[:-2] + each.char + "。", "五绝").is_kept


def test_alternatives_of_a_poem_that_breaks_the_form(writer) -> None:
    """`alternatives` also accepts a poem that breaks the form, as after an edit by hand."""
    broken = "春春春春春，" + POEM[6:]

    assert writer.alternatives(order(), broken, 1, 2)
    assert writer.score(order(), broken).variants == ()


def test_next_lines_are_different_and_can_be_finished(writer) -> None:
    """`next_lines` returns different lines, and each of them can be continued to a poem."""
    lines = writer.next_lines(order(opening=LINES[0], candidates=5))

    assert len({line.text for line in lines}) == len(lines) > 2
    for line in lines:
        assert writer.verse(order(opening=LINES[0] + line.text, candidates=1))


def test_no_line_left_is_said(writer) -> None:
    """`next_lines` refuses a complete poem."""
    with pytest.raises(OptionError, match="no line is open"):
        writer.next_lines(order(template=POEM, repeats="free"))


def test_unknown_characters_are_used_and_explained(writer) -> None:
    """The unknown characters 龘 and ☃ are written as given and 馬 as 马, each with a note."""
    (poem,) = writer.verse(order(acrostic="龘☃馬", candidates=1))

    assert [line[0] for line in poem.lines[:3]] == ["龘", "☃", "马"]
    assert len(poem.notes) == 3
    assert "馬 is read as 马" in poem.notes


def test_stand_ins_sound_alike() -> None:
    """An unknown character is read as a known variant, or else as a common one of equal sound."""
    vocab = Vocab(tuple("马公功空"))

    assert stand_in(vocab, "馬") == "马"
    assert stand_in(vocab, "蚣") == "公"
    assert stand_in(vocab, "☃") is None
    assert explained(vocab, "马") is None


def test_a_theme_is_scored_and_an_unknown_one_is_said(writer) -> None:
    """A poem on a theme has a theme score, unless the model takes no conditions."""
    (poem,) = writer.verse(order(theme="送别", candidates=1))
    plain = VerseWriter(replace(small_bundle(), has_records=False))
    (other,) = plain.verse(order(candidates=1))

    assert poem.score.theme is not None
    assert other.score.theme is None


def test_what_the_model_cannot_be_told_is_said(writer) -> None:
    """A requested poet does not affect a model trained without poets; a note lists what would."""
    (poem,) = writer.verse(order(author="李白", candidates=1))
    (plain,) = writer.verse(order(candidates=1))

    assert poem.lines == plain.lines
    (note,) = poem.notes
    assert "without poets: the poet '李白' does not reach it" in note
    assert note.endswith("it can be told: form, dynasty, theme")
    assert not plain.notes


def test_a_dynasty_that_was_never_told_is_said() -> None:
    """If the requested dynasty is unknown to the model, a note lists the known dynasties."""
    listed = replace(small_bundle(), provenance={"values": {"dynasty": ["宋", "唐"]}})
    writer = VerseWriter(listed)

    (poem,) = writer.verse(order(dynasty="清", candidates=1))
    (known,) = writer.verse(order(dynasty="唐", candidates=1))

    (note,) = poem.notes
    assert note.startswith("the dynasty '清' means little to the model")
    assert note.endswith("it knows 宋, 唐")
    assert not known.notes


def test_a_theme_in_unknown_letters_is_left_out_and_said(writer) -> None:
    """A theme in unknown letters is dropped with a note, not passed on as an empty title."""
    (poem,) = writer.verse(order(theme="my cat", candidates=1))
    (plain,) = writer.verse(order(titled=False, candidates=1))

    assert poem.lines == plain.lines
    (note,) = poem.notes
    assert note.startswith("the theme 'my cat' does not reach the model")
    assert "2002 others, such as" in note


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"form": "九绝"}, "no form named"),
        ({"locks": ("2.3",)}, "cannot read the lock"),
        ({"bans": ("2.3=",)}, "cannot read the ban"),
        ({"opening": "春风吹又生江南"}, "breaks|cannot|conflict|together|has"),
        ({"template": "春_江"}, "line 1 has 5 characters"),
        ({"rhyme": "夏天"}, "no rhyme"),
        ({"acrostic": "春"}, "has 1 characters"),
        ({"book": "切韵"}, "no rhyme book"),
    ],
)
def test_orders_that_make_no_sense_are_refused(writer, wrong, message) -> None:
    """`stream` refuses an impossible order before anything is written, and gives a hint."""
    with pytest.raises((OptionError, ConflictError), match=message) as caught:
        writer.stream(order(**wrong))

    assert caught.value.hint


def test_orders_check_their_values() -> None:
    """`VerseOrder` refuses bad values, and `temperature` takes precedence over `boldness`."""
    for wrong in ({"candidates": 0}, {"drafts": 65}, {"boldness": "猛"}, {"repeats": "x"}):
        with pytest.raises(OptionError):
            VerseOrder(**wrong)
    assert VerseOrder(boldness="奇").options.temperature > VerseOrder().options.temperature
    assert VerseOrder(boldness="奇", temperature=0.5).options.temperature == 0.5


def test_couplets_answer_in_tone_and_length(writer) -> None:
    """A second side is as long as the given first side, and a heading has four characters."""
    made = couplets(writer, CoupletOrder(first="春风又绿江南岸", heading=True, candidates=2))

    assert len(made) == 2
    for poem, heading in made:
        assert poem.lines[0] == "春风又绿江南岸"
        assert len(poem.lines[1]) == 7
        assert heading is not None
        assert len(heading) == 4


def test_names_keep_surname_tones_and_what_is_unwanted(writer) -> None:
    """Names keep the given characters and add no unsuitable ones; `tones` must fit the length."""
    found = names(writer, NameOrder(surname="欧阳", given="子_", tones="仄平", candidates=5))

    assert found
    for poem in found:
        assert poem.text.startswith("欧阳子")
        assert len(poem.text) == 4
        assert not set(poem.text[2:]) & unwanted_in_names()
    with pytest.raises(OptionError, match="for 1 characters"):
        names(writer, NameOrder(tones="平"))


def test_parallel_couplets_score_above_others() -> None:
    """A famous couplet is more parallel than its first line paired with another poem's line."""
    assert parallelism("明月松间照", "清泉石上流") > 1
    assert parallelism("明月松间照", "不知何处去") < parallelism("明月松间照", "清泉石上流")
    assert parallelism("明月", "清泉石") == UNSEEN


def test_octaves_lean_towards_parallel_couplets(writer) -> None:
    """In generated octaves, the middle couplets are more parallel than the outer couplets."""
    plain = {"drafts": 1, "temperature": 0.8, "min_p": 0.0}
    poems = writer.verse(order(form="五律", candidates=32, seed=1, **plain))

    def mean(pairs) -> float:
        return float(
            np.mean([parallelism(p.lines[a], p.lines[b]) for p in poems for a, b in pairs])
        )

    assert mean([(2, 3), (4, 5)]) > mean([(0, 1), (6, 7)]) + 0.15


def test_every_form_can_be_written(writer) -> None:
    """Forms of every kind can be written, including tunes that change rhyme."""
    for name in ("六言联", "十二言联", "四言", "横批", "虞美人", "减字木兰花", "如梦令", "五排"):
        (poem,) = writer.verse(order(form=name, candidates=1, drafts=1))
        assert tuple(map(len, poem.lines)) in {v.lengths for v in form_named(name).variants}


def test_a_poem_shows_its_stanzas(writer) -> None:
    """A poem's text, string and JSON show its stanzas, and `read_poem` recovers them."""
    (poem,) = writer.verse(order(form="浣溪沙", candidates=1))

    assert poem.stanza_ends == (3, 6)
    assert [stanza.count("。") for stanza in poem.text.split("\n\n")] == [3, 2]
    assert str(poem).split("\n").index("") == 3
    assert poem.to_dict()["stanza_ends"] == [3, 6]
    assert read_poem(poem.text).stanza_ends == {3, 6}
