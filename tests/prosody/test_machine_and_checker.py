"""The machine and the checker, which share only the tables, agree on every text."""

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard.prosody import form_named
from charbard.prosody.book import common_chars
from charbard.prosody.check import check
from charbard.prosody.compiler import try_compile
from charbard.prosody.lexicon import Lexicon
from charbard.prosody.machine import Machine
from charbard.prosody.spec import FormSpec
from charbard.vocab import Vocab

POEMS = {
    "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。": "五绝",
    "功盖三分国，名成八阵图。江流石不转，遗恨失吞吴。": "五绝",
    "红豆生南国，春来发几枝。愿君多采撷，此物最相思。": "五绝",
    "朝辞白帝彩云间，千里江陵一日还。两岸猿声啼不住，轻舟已过万重山。": "七绝",
    "月落乌啼霜满天，江枫渔火对愁眠。姑苏城外寒山寺，夜半钟声到客船。": "七绝",
    "国破山河在，城春草木深。感时花溅泪，恨别鸟惊心。"
    "烽火连三月，家书抵万金。白头搔更短，浑欲不胜簪。": "五律",
}
CHARS = common_chars()[:1500]


@cache
def machine(name: str) -> Machine:
    """Return a machine that allows every reading and every repetition."""
    vocab = Vocab(tuple("，。" + common_chars()))
    lexicon = Lexicon.build(vocab, "pingshui", least=0)
    form = replace(form_named(name), kind="姓名")
    made = try_compile(FormSpec(form=form, book="pingshui", repeats="free"), lexicon)
    assert made is not None
    return made


def writes(maker: Machine, text: str) -> bool:
    """Return whether the machine allows a text."""
    state = maker.start()
    for char in text:
        char_id = maker.lexicon.vocab.id_of(char)
        if char_id not in maker.allowed(state):
            return False
        state = maker.advance(state, char_id)
    return maker.is_done(state)


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(POEMS)),
    st.lists(st.tuples(st.integers(0, 47), st.sampled_from(CHARS)), max_size=4),
)
def test_the_machine_can_write_what_the_checker_accepts_and_nothing_else(poem, changes) -> None:
    """The machine allows a poem with changed characters if and only if the checker accepts it."""
    text = list(poem)
    for place, char in changes:
        if text[place % len(text)] not in "，。":
            text[place % len(text)] = char
    changed, form = "".join(text), POEMS[poem]

    assert writes(machine(form), changed) == check(changed, form).is_strict


@pytest.mark.parametrize("poem", [text for text in POEMS if text[0] in "白功朝月"])
def test_famous_poems_can_be_written(poem: str) -> None:
    """The machine allows Tang poems that keep the strict rules."""
    assert writes(machine(POEMS[poem]), poem)
