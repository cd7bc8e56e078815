"""A bias favours rhyme words that follow the preceding character in human-written verse."""

from charbard.writer.verse.followers import followers, towards_followers
from tests.writer.conftest import order


def test_only_rhyme_words_lean(writer) -> None:
    """In a 七绝, only the last characters of lines 1, 2 and 4 have a bias.

    It is 2 nats for each known follower of the character before. Line 1 is included because it
    may rhyme.
    """
    machine = writer.request(order(form="七绝")).machine
    rule = towards_followers(writer.request(order(form="七绝")))
    before = machine.lexicon.vocab.id_of("明")

    found = {size: rule([before] * size) for size in range(len(machine.slots))}

    # Each line takes up eight slots, its mark included.
    assert [size for size, bias in found.items() if bias is not None] == [6, 14, 30]
    bias = found[6]
    symbols = machine.lexicon.vocab.symbols
    assert {symbols[each] for each in bias.ids} == set(followers("明")) & set(symbols)
    assert bias.ids.tolist() == sorted(bias.ids.tolist())
    assert set(bias.nats.tolist()) == {2.0}


def test_a_line_of_one_character_does_not_lean_on_the_line_before(writer) -> None:
    """The first line of 十六字令 is a single rhyme word, so it has no bias."""
    request = writer.request(order(form="十六字令"))
    rule = towards_followers(request)

    assert request.machine.rhymed[0]
    assert rule([]) is None


def test_an_unknown_character_has_no_followers(writer) -> None:
    """There is no bias after a character without followers."""
    machine = writer.request(order(form="七绝")).machine

    assert followers("☃") == ""
    assert (
        towards_followers(writer.request(order()))([machine.lexicon.vocab.id_of("，")] * 6) is None
    )


def test_more_rhyme_words_follow(writer, monkeypatch) -> None:
    """With the bias, even an untrained model writes more rhyme words that are known followers."""

    def share() -> float:
        poems = writer.verse(order(form="七绝", candidates=32, seed=2, drafts=1))
        ends = [line[-2:] for poem in poems for line in poem.lines[1::2]]
        return sum(b in followers(a) for a, b in ends) / len(ends)

    leaning = share()
    monkeypatch.setattr("charbard.writer.verse.writer.towards_followers", lambda _: lambda _: None)

    assert leaning > share() + 0.1
