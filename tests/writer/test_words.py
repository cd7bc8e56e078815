"""Words that the user wants in a poem."""

import pytest

from charbard.errors import OptionError
from charbard.prosody.check import check
from charbard.writer import VerseWriter
from charbard.writer.verse.word_bias import share_used
from tests.writer.conftest import order, small_bundle

POETS = 6
"""Number of poems in each request."""


@pytest.fixture(scope="module")
def plain() -> VerseWriter:
    return VerseWriter(small_bundle())


def test_words_that_the_user_gives_are_told_and_used(planner, plain) -> None:
    """Poems use requested words and keep the form, even if the model has no field for words."""
    for writer in (planner, plain):
        unasked = writer.verse(order(drafts=16, candidates=POETS, seed=1))
        by_chance = sum(share_used(poem.lines, ("江", "明月")) or 0 for poem in unasked)
        poems = writer.verse(order(words="江,明月", drafts=16, candidates=POETS, seed=1))

        assert all(check(poem.text, "五绝", variant=poem.variants[0]).is_kept for poem in poems)
        used = [share_used(poem.lines, ("江", "明月")) for poem in poems]
        assert sum(used) >= POETS / 2 > 2 * by_chance
        assert all(poem.score.words == share for poem, share in zip(poems, used, strict=True))
    request = planner.request(order(words="江,明月"))
    told = request.conditioned(request.prompt, words=request.word_ids, group="江")
    assert "<words>江、明月。<rhyme>" in "".join(planner.bundle.vocab.symbols[i] for i in told)


def test_the_unconditioned_twin_is_told_no_words(planner) -> None:
    """Only the conditioned prompt has the words, so guidance works even without a theme."""
    request = planner.request(order(words="江"))

    own, bare = request.prompts
    assert own == bare
    assert request.conditioned(own, words=request.word_ids) != tuple(bare)


def test_words_are_refused_or_explained(planner, plain) -> None:
    """Too many words are refused; a note reports unknown characters or a model without words."""
    with pytest.raises(OptionError, match=r"7 .*words.* are more than 6"):
        planner.request(order(words="一 二 三 四 五 六 七"))
    notes = planner.request(order(words="江龘 龘")).notes
    assert any("龘 skipped" in note for note in notes)
    assert planner.request(order(words="江龘 龘")).wanted == ("江",)
    assert any("trained without words" in note for note in plain.request(order(words="江")).notes)
    assert not any("words" in note for note in plain.request(order()).notes)
