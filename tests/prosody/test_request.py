"""Requests for a form: what can be met is compiled, and what cannot is refused with the reason."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard.errors import ConflictError, OptionError
from charbard.prosody import form_named, rhymes_of
from charbard.prosody.acrostic import acrostic_locks, parse_places
from charbard.prosody.book import common_chars
from charbard.prosody.compiler import try_compile
from charbard.prosody.conflict import compile_spec, nearest_feasible, open_groups
from charbard.prosody.spec import Ban, FormSpec, Lock
from tests.prosody.conftest import large


def test_a_conflict_is_smallest_and_its_way_out_works() -> None:
    """A `ConflictError` names a minimal set of conflicting demands and holds a feasible request."""
    form = form_named("七绝")
    spec = FormSpec(
        form=form,
        book="pingshui",
        rhyme=("东",),
        variant=form.variants[0].name,
        locks=(Lock(1, 6, "花"), Lock(0, 0, "春")),
        banned="月",
    )

    with pytest.raises(ConflictError) as caught:
        compile_spec(spec, large())

    assert caught.value.conflicts == ("rhyme 东", "'花' at line 2, place 7")
    assert isinstance(caught.value.nearby, FormSpec)
    assert try_compile(caught.value.nearby, large()) is not None
    assert caught.value.nearby.locks == spec.locks
    assert "without rhyme 东" in caught.value.hint


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 6), st.sampled_from("花风月江山")), max_size=9
    )
)
def test_every_request_has_a_near_one(places) -> None:
    """`nearest_feasible` returns a feasible request; every lock that it drops conflicts with it."""
    spec = FormSpec(
        form=form_named("七绝"), book="pingshui", locks=tuple(Lock(*place) for place in places)
    )
    near = nearest_feasible(spec, large())

    assert near is not None
    for lock in set(spec.locks) - set(near.locks):
        more = FormSpec(form=spec.form, book="pingshui", locks=(*near.locks, lock))
        assert try_compile(more, large()) is None


def test_two_characters_at_one_place_conflict() -> None:
    """Two characters required at one place conflict, and both are named."""
    spec = FormSpec(
        form=form_named("五绝"), book="pingshui", locks=(Lock(0, 0, "春"), Lock(0, 0, "秋"))
    )

    with pytest.raises(ConflictError, match="'春' at line 1, place 1; '秋' at line 1, place 1"):
        compile_spec(spec, large())


def test_bans_hold_at_their_place_only() -> None:
    """A character that is banned at one place may occur at another."""
    spec = FormSpec(
        form=form_named("五绝"), book="pingshui", bans=(Ban(0, 0, common_chars()[:4990]),)
    )
    machine = compile_spec(spec, large())

    assert 0 < len(machine.allowed(machine.start())) <= 10
    after = machine.advance(machine.start(), int(machine.allowed(machine.start())[0]))
    assert len(machine.allowed(after)) > 1000


def test_bans_that_leave_a_rhyme_too_few_words_are_refused_with_their_reason() -> None:
    """Bans on rhyme words at several places add up, so even a feasible request may be refused."""
    lexicon = large()
    words = [char for char in lexicon.vocab.chars if "江" in rhymes_of(char, book="pingshui")]
    half = len(words) // 2
    bans = (Ban(1, 4, "".join(words[:half])), Ban(3, 4, "".join(words[half:])))
    spec = FormSpec(form=form_named("五绝"), book="pingshui", rhyme=("江",), bans=bans)

    with pytest.raises(ConflictError, match="rhyme 江"):
        compile_spec(spec, lexicon)


def test_open_groups_are_those_that_can_be_written() -> None:
    """`open_groups` returns the rhymes in which a poem with a locked rhyme word can be written."""
    spec = FormSpec(form=form_named("五绝"), book="pingshui", locks=(Lock(1, 4, "思"),))

    groups = open_groups(spec, large())

    assert groups == ("支",)
    assert try_compile(
        FormSpec(form=spec.form, book="pingshui", rhyme=("支",), locks=spec.locks), large()
    )


@pytest.mark.parametrize(
    ("text", "path", "places"),
    [
        ("春夏秋冬", "head", [(0, 0), (1, 0), (2, 0), (3, 0)]),
        ("春秋", "tail", [(0, 6), (2, 6)]),
        ("梅兰竹菊", "diagonal", [(0, 0), (1, 1), (2, 2), (3, 3)]),
        ("梅兰竹", "3", [(0, 2), (1, 2), (2, 2)]),
        ("梅兰", "1.2 4.7", [(0, 1), (3, 6)]),
    ],
)
def test_acrostics_lie_where_they_are_told(text, path, places) -> None:
    """An acrostic is locked along its path: line heads, line ends, a diagonal or listed places."""
    locks = acrostic_locks(form_named("七绝").variants[0], text, path)

    assert [(lock.line, lock.place) for lock in locks] == places
    assert "".join(lock.char for lock in locks) == text


@pytest.mark.parametrize(
    ("text", "path"),
    [("春", "head"), ("春" * 9, "head"), ("春夏秋冬梅", "head"), ("春夏", "8"), ("春夏", "up"),
     ("春夏", "1.1"), ("春夏", "0")],
)  # fmt: skip
def test_acrostics_that_do_not_fit_are_explained(text, path) -> None:
    """An acrostic that does not fit the form is refused with a hint."""
    with pytest.raises(OptionError) as caught:
        acrostic_locks(form_named("七绝").variants[0], text, path)

    assert caught.value.hint


def test_places_are_read_strictly() -> None:
    """`parse_places` refuses any format other than line.place."""
    with pytest.raises(OptionError, match="cannot read the places"):
        parse_places("1.1 x")


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"locks": (Lock(4, 0, "春"),)}, "has 4 lines, there is no line 5"),
        ({"locks": (Lock(0, 9, "春"),)}, "has 5 characters, there is no place 10"),
        ({"rhyme": ("夏天",)}, "has no rhyme '夏天'"),
        ({"variant": "x"}, "has no variant 'x'"),
    ],
)
def test_what_does_not_exist_is_refused(spec, message) -> None:
    """An unknown place, rhyme or variant raises an `OptionError`, not a `ConflictError`."""
    with pytest.raises(OptionError, match=message):
        compile_spec(FormSpec(form=form_named("五绝"), book="pingshui", **spec), large())
