"""The machine allows exactly the texts that brute-force enumeration shows to keep the form."""

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard.errors import ConflictError, OptionError
from charbard.prosody import Form, Line, Variant, form_named, readings_of, rhymes_of
from charbard.prosody.acrostic import acrostic_locks, parse_places
from charbard.prosody.book import USUAL, common_chars
from charbard.prosody.compiler import try_compile
from charbard.prosody.conflict import compile_spec, nearest_feasible, open_groups
from charbard.prosody.lexicon import Lexicon
from charbard.prosody.machine import Machine, VerseState
from charbard.prosody.spec import Ban, FormSpec, Lock
from charbard.vocab import Vocab

CHARS = "东中月思看江送空"
SMALL = Lexicon.build(Vocab(tuple("，。" + CHARS)), "pingshui", least=0)
FREE = "姓名"
"""A kind of form in which any character may be doubled."""
patterns = st.integers(1, 2).flatmap(
    lambda size: st.lists(st.text("平仄中", min_size=size, max_size=size), min_size=1, max_size=2)
)
lines = st.builds(Line, patterns.map(tuple), st.sampled_from([None, "a", "b"]), st.just("。"))
variants = st.lists(lines, min_size=1, max_size=3).filter(lambda ls: sum(map(len, ls)) <= 4)


@cache
def large(book: str = "pingshui", *, least: float = 0) -> Lexicon:
    return Lexicon.build(Vocab(tuple("，。" + common_chars()[:5000])), book, least=least)


def fits(line: Line, text: str, group: str | None) -> bool:
    """Return whether a text fits one of a line's patterns, by the definition of fitting."""

    def ok(char: str, symbol: str, rhyme: str | None) -> bool:
        found = readings_of(char, book="pingshui")
        return any(symbol in ("中", r.tone) and rhyme in (None, r.rhyme) for r in found)

    ends = [None] * (len(line) - 1) + [group]
    return any(all(map(ok, text, pattern, ends)) for pattern in line.patterns)


def keeps(variant: Variant, texts: list[str]) -> bool:
    """Return whether every line fits for some choice of a rhyme group for each rhyme key."""
    keys = sorted({line.rhyme for line in variant.lines if line.rhyme})
    for choice in product(SMALL.groups, repeat=len(keys)):
        group = dict(zip(keys, choice, strict=True))
        if all(
            fits(line, text, group.get(line.rhyme))
            for line, text in zip(variant.lines, texts, strict=True)
        ):
            return True
    return False


def written(machine: Machine, state=None, text: str = "") -> set[str]:
    """Return every text that the machine allows."""
    state = machine.start() if state is None else state
    if machine.is_done(state):
        return {text}
    ids = machine.allowed(state)
    assert len(ids), f"a dead end after {text!r}"
    found = set()
    for char_id in ids.tolist():
        symbol = machine.lexicon.vocab.symbols[char_id]
        found |= written(machine, machine.advance(state, char_id), text + symbol)
    return found


def random_text(machine: Machine, seed: int, state: VerseState | None = None) -> str:
    """Return one text that the machine allows, with each allowed character equally likely."""
    rng, text = np.random.default_rng(seed), ""
    state = machine.start() if state is None else state
    while not machine.is_done(state):
        ids = machine.allowed(state)
        assert len(ids), f"a dead end after {text!r}"
        char_id = int(rng.choice(ids))
        text += machine.lexicon.vocab.symbols[char_id]
        state = machine.advance(state, char_id)
    return text


@settings(max_examples=60)
@given(st.data())
def test_the_machine_writes_exactly_what_keeps_the_form(data) -> None:
    """If repeats are free, the machine allows every text that keeps the form, and no other text."""
    shape = data.draw(variants)
    form = Form("x", FREE, (Variant("one", tuple(shape)),))
    places = [(n, p) for n, line in enumerate(shape) for p in range(len(line))]
    chosen = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=2))
    locks = tuple(Lock(*place, data.draw(st.sampled_from(CHARS))) for place in chosen)
    banned = "".join(data.draw(st.lists(st.sampled_from(CHARS), max_size=2)))
    spec = FormSpec(form=form, book="pingshui", locks=locks, banned=banned, repeats="free")

    wanted = set()
    for chars in product(CHARS, repeat=len(places)):
        text = dict(zip(places, chars, strict=True))
        if any(text[lock.line, lock.place] != lock.char for lock in locks):
            continue
        if set(banned) & set(chars):
            continue
        parts = ["".join(text[n, p] for p in range(len(line))) for n, line in enumerate(shape)]
        if keeps(form.variants[0], parts):
            wanted.add("".join(part + "。" for part in parts))
    machine = try_compile(spec, SMALL)
    assert (written(machine) if machine else set()) == wanted


@settings(max_examples=60)
@given(st.lists(lines, min_size=2, max_size=3), st.sampled_from(CHARS), st.integers(0, 1))
def test_a_rhyme_chosen_at_the_start_is_a_rhyme_wished_for(shape, char, at) -> None:
    """Starting in a rhyme group allows the same texts as a machine compiled for that group."""
    shape = [replace(line, rhyme=line.rhyme and "a") for line in shape]
    if sum(map(len, shape)) > 4 or at >= len(shape[0]):
        return
    form = Form("x", FREE, (Variant("one", tuple(shape)),))
    spec = FormSpec(form=form, book="pingshui", locks=(Lock(0, at, char),), repeats="free")
    machine = try_compile(spec, SMALL)

    for group in machine.open_rhymes if machine else ():
        alone = try_compile(replace(spec, rhyme=(group,)), SMALL)
        assert alone is not None
        assert written(machine, machine.start(group)) == written(alone)


@pytest.mark.parametrize("name", ["五绝", "七律", "七古绝", "水调歌头"])
@pytest.mark.parametrize("repeats", ["rhymes", "none"])
def test_every_open_rhyme_can_be_written_to_the_end(name: str, repeats: str) -> None:
    """In every open rhyme a text can be completed, and all its rhyme words have that rhyme."""
    form = form_named(name)
    lexicon = large(form.book, least=USUAL)
    machine = compile_spec(FormSpec(form=form, book=form.book, repeats=repeats), lexicon)

    assert len(machine.open_rhymes) > 10
    for seed, group in enumerate(machine.open_rhymes):
        text = random_text(machine, seed, machine.start(group))
        words = [sentence[-1] for sentence in text.split("。")[:-1]]
        assert all(group in rhymes_of(word, book=form.book) for word in words)


def test_a_form_of_many_rhymes_has_none_to_choose() -> None:
    """A form that changes rhyme, such as 菩萨蛮, has no open rhymes to choose from."""
    machine = compile_spec(FormSpec(form=form_named("菩萨蛮"), book="cilin"), large("cilin"))

    assert machine.open_rhymes == ()


@settings(max_examples=40)
@given(
    st.sampled_from(["五绝", "七绝", "五律", "七律", "五古绝"]),
    st.sampled_from(["江", "咸", "东", None]),
    st.sampled_from([None, 400, 900, 2500]),
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 4), st.sampled_from("花风月江山")), max_size=3
    ),
    st.integers(0, 99),
)
def test_no_character_twice_and_never_a_blank(name, rhyme, commonest, places, seed) -> None:
    """With repeats="none" no free character repeats, unless the request is refused beforehand."""
    form = form_named(name)
    spec = FormSpec(
        form=form,
        book="pingshui",
        rhyme=(rhyme,),
        commonest=commonest,
        locks=tuple(Lock(*place) for place in places),
        repeats="none",
    )
    machine = try_compile(spec, large())
    if machine is None:
        return

    text = random_text(machine, seed)

    lines = text.replace("，", "。").split("。")[:-1]
    chosen = [
        char
        for number, line in enumerate(lines)
        for place, char in enumerate(line)
        if not (place and line[place - 1] == char)
        and (number, place) not in {(lock.line, lock.place) for lock in spec.locks}
    ]
    assert len(set(chosen)) == len(chosen)
    assert not set(chosen) - {line[p] for line in lines for p in range(len(line))}
    assert all(lines[lock.line][lock.place] == lock.char for lock in spec.locks)


@pytest.mark.parametrize("name", ["五绝", "七绝", "七律", "七古绝"])
@pytest.mark.parametrize("repeats", ["rhymes", "none"])
@given(commonest=st.integers(100, 250), seed=st.integers(0, 999))
@settings(max_examples=25)
def test_whoever_wastes_rhyme_words_cannot_run_out_of_them(name, repeats, commonest, seed) -> None:
    """Rhyme words never run out, even if every place uses as many of them as the machine allows."""
    machine = _with_few(name, repeats, commonest)
    if machine is None or not machine.open_rhymes:
        return
    group = machine.open_rhymes[seed % len(machine.open_rhymes)]
    chars = machine.lexicon.vocab.symbols
    state, text = machine.start(group), ""
    while not machine.is_done(state):
        allowed = machine.allowed(state).tolist()
        assert allowed, f"a dead end after {text!r}"
        wasted = [each for each in allowed if group in rhymes_of(chars[each], book="pingshui")]
        char_id = (wasted or allowed)[seed % len(wasted or allowed)]
        text += chars[char_id]
        state = machine.advance(state, char_id)

    assert len(text) == len(machine)


@cache
def _with_few(name: str, repeats: str, commonest: int) -> Machine | None:
    form = form_named(name)
    return try_compile(
        FormSpec(form=form, book=form.book, commonest=commonest, repeats=repeats), large()
    )


def test_a_small_rhyme_is_kept_for_the_rhyme_words() -> None:
    """An octave in a rhyme of only five characters still gets four different rhyme words."""
    group = [c for c in common_chars() if ("平", "江") in readings_of(c, book="pingshui")]
    others = [c for c in common_chars()[:400] if c not in group]
    vocab = Vocab(tuple(["，", "。", *group[:5], *others]))
    lexicon = Lexicon.build(vocab, "pingshui", least=0)
    spec = FormSpec(form=form_named("七律"), book="pingshui", rhyme=("江",), repeats="none")
    machine = compile_spec(spec, lexicon)

    for seed in range(20):
        words = [line[-1] for line in random_text(machine, seed).split("。")[:-1]]
        assert len(set(words)) == 4
        assert set(words) <= set(group)


def test_rhyme_words_come_once() -> None:
    """By default no rhyme word is repeated."""
    spec = FormSpec(form=form_named("七律"), book="pingshui", commonest=600)
    machine = compile_spec(spec, large())

    for seed in range(20):
        words = [line[-1] for line in random_text(machine, seed).split("。")[:-1]]
        assert len(set(words)) == 4


def test_one_machine_serves_many_texts_at_once() -> None:
    """Two texts written alternately by one machine equal the same texts written one by one."""
    spec = FormSpec(form=form_named("五绝"), book="pingshui", repeats="none")
    alone = [random_text(compile_spec(spec, large()), seed) for seed in (1, 2)]
    machine = compile_spec(spec, large())
    rngs = [np.random.default_rng(seed) for seed in (1, 2)]
    states, texts = [machine.start()] * 2, ["", ""]
    while not machine.is_done(states[0]):
        for at, rng in enumerate(rngs):
            char_id = int(rng.choice(machine.allowed(states[at])))
            texts[at] += machine.lexicon.vocab.symbols[char_id]
            states[at] = machine.advance(states[at], char_id)

    assert texts == alone


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
