"""The words that a poem is about: given by the user, or chosen by the model."""

import re
from dataclasses import replace

import pytest

from charbard.config import VerseOrder
from charbard.errors import OptionError
from charbard.prosody.check import check
from charbard.runtime import Decoded, run
from charbard.writer import VerseWriter
from charbard.writer.verse.word_bias import share_used
from tests.writer.test_verse import order, planner, small_bundle  # noqa: F401

POETS = 6
"""Poems of one request."""


@pytest.fixture(scope="module")
def plain() -> VerseWriter:
    return VerseWriter(small_bundle())


def told_before(writer: VerseWriter, wish: VerseOrder) -> list[str]:
    """What the network read before each poem of an order."""
    prompts = []

    def watched(task):
        for _, said in run(writer.network, [task]):
            if isinstance(said, Decoded):
                prompts.append(said.prompt)
            yield said

    VerseWriter(writer.bundle, writer.network, watched).verse(wish)
    return ["".join(writer.bundle.vocab.symbols[char_id] for char_id in ids) for ids in prompts]


def test_a_model_chooses_its_words_then_its_rhyme(planner) -> None:  # noqa: F811
    """One to six words of one or two characters, no character twice; poems have other words."""
    wish = order(theme="春风", candidates=POETS, seed=2, boldness="奇")
    before = told_before(planner, wish)

    pattern = re.compile(r"<title>春风<words>((?:..?、){0,5}..?)。<rhyme>.<text>$")
    found = [pattern.search(prompt) for prompt in before]
    assert all(found)
    words = [match[1].split("、") for match in found if match]
    assert all(len(set("".join(each))) == len("".join(each)) for each in words)
    assert len({tuple(each) for each in words}) == POETS
    assert before == told_before(planner, wish)


def test_words_that_the_user_gives_are_told_and_used(planner, plain) -> None:  # noqa: F811
    """Whether the model is told them or not, though this one knows nothing; the form is kept."""
    for writer in (planner, plain):
        unasked = writer.verse(order(drafts=16, candidates=POETS, seed=1))
        by_chance = sum(share_used(poem.lines, ("江", "明月")) or 0 for poem in unasked)
        poems = writer.verse(order(words="江,明月", drafts=16, candidates=POETS, seed=1))

        assert all(check(poem.text, "五绝", variant=poem.variants[0]).is_kept for poem in poems)
        used = [share_used(poem.lines, ("江", "明月")) for poem in poems]
        assert sum(used) >= POETS / 2 > 2 * by_chance
        assert all(poem.score.words == share for poem, share in zip(poems, used, strict=True))
    (prompt, *_) = told_before(planner, order(words="江,明月", candidates=1))
    assert "<words>江、明月。<rhyme>" in prompt


def test_the_unconditioned_twin_is_told_no_words(planner) -> None:  # noqa: F811
    """So guidance listens to the words, too; without a theme there is a twin for their sake."""
    request = planner.request(order(words="江"))

    own, bare = request.prompts
    assert own == bare
    assert request.told(own, words=request.words) != tuple(bare)


def test_words_are_refused_or_explained(planner, plain) -> None:  # noqa: F811
    """Too many; unknown characters; a model that was trained without."""
    with pytest.raises(OptionError, match=r"7 .*words.* are more than 6"):
        planner.request(order(words="一 二 三 四 五 六 七"))
    notes = planner.request(order(words="江龘 龘")).notes
    assert any("龘 skipped" in note for note in notes)
    assert planner.request(order(words="江龘 龘")).wanted == ("江",)
    assert any("trained without words" in note for note in plain.request(order(words="江")).notes)
    assert not any("words" in note for note in plain.request(order()).notes)


def test_a_banned_character_is_in_no_word(planner) -> None:  # noqa: F811
    """What must not occur is not planned either."""
    marks = planner.request(order()).word_marks
    banned = "".join(planner.bundle.vocab.symbols[i] for i in marks.characters[:1500])
    fewer = planner.request(replace(order(), banned=banned)).word_marks

    assert len(fewer.characters) == len(marks.characters) - 1500
