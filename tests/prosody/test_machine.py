"""The machine allows exactly the texts that brute-force enumeration shows to keep the form."""

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard.prosody import Form, Line, Variant, form_named, readings_of, rhymes_of
from charbard.prosody.book import USUAL, common_chars
from charbard.prosody.compiler import try_compile
from charbard.prosody.conflict import compile_spec
from charbard.prosody.lexicon import Lexicon
from charbard.prosody.machine import Machine
from charbard.prosody.spec import FormSpec, Lock
from charbard.vocab import Vocab
from tests.prosody.conftest import large, random_text

CHARS = "东中月思看江送空"
SMALL = Lexicon.build(Vocab(tuple("，。" + CHARS)), "pingshui", least=0)
FREE = "姓名"
"""A kind of form in which any character may be doubled."""
patterns = st.integers(1, 2).flatmap(
    lambda size: st.lists(st.text("平仄中", min_size=size, max_size=size), min_size=1, max_size=2)
)
lines = st.builds(Line, patterns.map(tuple), st.sampled_from([None, "a", "b"]), st.just("。"))
variants = st.lists(lines, min_size=1, max_size=3).filter(lambda ls: sum(map(len, ls)) <= 4)


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


@settings(max_examples=60)
@given(st.data())
def test_the_machine_writes_exactly_what_keeps_the_form(data) -> None:
    """With repeats="free", the machine allows all texts that keep the form, and no others."""
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
def test_no_character_twice_and_no_place_empty(name, rhyme, commonest, places, seed) -> None:
    """With repeats="none", every place has a character, and no unlocked one occurs twice, except
    as a double."""
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
    assert [*map(len, lines)] in [[len(line) for line in v.lines] for v in form.variants]
    assert set("".join(lines)) <= set(common_chars()) | {lock.char for lock in spec.locks}
    assert all(lines[lock.line][lock.place] == lock.char for lock in spec.locks)


@pytest.mark.parametrize("name", ["五绝", "七绝", "七律", "七古绝"])
@pytest.mark.parametrize("repeats", ["rhymes", "none"])
@given(commonest=st.integers(100, 250), seed=st.integers(0, 999))
@settings(max_examples=25)
def test_whoever_wastes_rhyme_words_cannot_run_out_of_them(name, repeats, commonest, seed) -> None:
    """Rhyme words never run out, even if every place takes one whenever the machine allows it."""
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
