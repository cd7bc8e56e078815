"""Free text that is restricted to listed words."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard import SampleOptions, TextOrder, Writer
from charbard.bundle import load_bundle, save_bundle
from charbard.errors import OptionError
from charbard.runtime import as_ids
from charbard.text.words import spellings
from charbard.vocab import END, Vocab
from charbard.writer.text.spelling import Spelling, WordList
from tests.conftest import random_bundle

LETTERS = "abcAB"
CHARS = LETTERS + "'- .\n"
VOCAB = Vocab(tuple(CHARS))
LISTED = ("ab", "cab", "b'a", "bb'ba", "ab'cb", "'ca", "ba'", "ab-c")


def bundle(words: tuple[str, ...] = LISTED, chars: str = CHARS, **more):
    """Return an untrained model with this word list."""
    return replace(random_bundle(chars=chars, **more), spelling=words)


def faults(text: str, words: tuple[str, ...]) -> list[str]:
    """Return the pieces of a text that are not listed words, without using the constraint's code.

    A piece is a run of letters, apostrophes and hyphens. A valid piece consists of listed words
    with hyphens between them and quotes around them.
    """
    titles = [re.sub("[a-z]", lambda letter: letter[0].upper(), word, count=1) for word in words]
    forms = {*words, *titles}
    one = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
    right = re.compile(f"(?:'*(?:{one})'*-+|'+-+|-)*'*(?:{one})?'*")
    pieces = re.findall(f"[{LETTERS}'-]+", text)
    return [piece for piece in pieces if not right.fullmatch(piece)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.text("abc'", min_size=1, max_size=4).filter(lambda w: w.strip("'")), min_size=1),
    st.text(CHARS, max_size=12),
    st.randoms(use_true_random=False),
)
def test_there_is_always_a_next_character(words, prompt, random) -> None:
    """For any word list and prompt, the constraint always allows a next character."""
    allowed = as_ids(range(VOCAB.first_char, len(VOCAB)))
    spelling = Spelling(VOCAB, allowed, WordList(words, frozenset(CHARS)), prompt)

    state = spelling.start()
    for _ in range(60):
        ids, barred = spelling.choices(state)
        assert len(ids)
        assert not len(barred)
        state = spelling.advance(state, random.choice(ids.tolist()))


def test_only_listed_words_are_written() -> None:
    """A model with a word list writes only listed words, unless `spelling` is off."""
    writer = Writer(bundle())
    order = TextOrder(length=400, samples=4, seed=3, options=SampleOptions(temperature=2.0))

    texts = [text.text for text in writer.texts(order)]
    free = [text.text for text in writer.texts(replace(order, spelling=False))]

    assert [faults(text, LISTED) for text in texts] == [[]] * 4
    assert all(faults(text, LISTED) for text in free)


def test_every_listed_word_can_be_written() -> None:
    """Words with apostrophes, hyphens and capitals can be written, and so can line ends."""
    writer = Writer(bundle())
    text = "".join(
        piece.text
        for piece in writer.stream(
            TextOrder(length=6000, seed=1, options=SampleOptions(temperature=3.0))
        )
    )

    assert all(f"{word} " in text or f"{word}\n" in text for word in (*LISTED, "Ab", "B'a"))
    assert "\n" in text


def test_a_word_that_the_prompt_begins_is_completed() -> None:
    """If the prompt ends within a listed word, the word is completed; an unlisted word is kept."""
    writer = Writer(bundle())
    hot = SampleOptions(temperature=3.0)

    for seed in range(20):
        (begun,) = writer.texts(TextOrder(prime=". ca", length=9, seed=seed, options=hot))
        (odd,) = writer.texts(TextOrder(prime=". cc", length=9, seed=seed, options=hot))
        assert begun.text[0] == "b"
        assert odd.text[0] not in LETTERS


def test_words_of_the_prompt_may_be_written() -> None:
    """An unlisted word from the prompt, such as a name, may be written again."""
    writer = Writer(bundle(("ab",)))
    order = TextOrder(
        prime="cc ", length=300, seed=2, options=SampleOptions(temperature=3.0, boosted="c")
    )

    (text,) = writer.texts(order)

    assert "cc" in text.text
    assert not faults(text.text, ("ab", "cc"))


def test_bans_leave_words_that_can_still_be_written() -> None:
    """Words with banned letters are not written; a ban on every word or separator is refused."""
    writer = Writer(bundle())
    order = TextOrder(length=200, seed=2, options=SampleOptions(banned="c", temperature=2.0))

    (text,) = writer.texts(order)

    assert "c" not in text.text
    assert not faults(text.text, LISTED)
    for banned, message in (("abAB", "no listed word"), ("- .\n", "nothing between words")):
        with pytest.raises(OptionError, match=message):
            list(writer.texts(TextOrder(options=SampleOptions(banned=banned))))


def test_a_model_without_a_list_says_so() -> None:
    """A model without a word list writes as usual, but refuses an order with `spelling=True`."""
    writer = Writer(random_bundle())

    assert writer.write("a", length=5, seed=1).text
    with pytest.raises(OptionError, match="lists no words"):
        writer.write("a", length=5, seed=1, spelling=True)


@pytest.mark.parametrize("finish_line", [False, True])
def test_the_last_word_is_finished(finish_line) -> None:
    """A text that reaches its length within a word goes on to the end of that word."""
    writer = Writer(bundle())
    longest = max(map(len, LISTED))

    for length in range(1, 60):
        order = TextOrder(length=length, seed=length, finish_line=finish_line)
        (text,) = writer.texts(order)
        assert not faults(text.text, LISTED)
        assert len(text.text) >= length
        assert finish_line or len(text.text) < length + longest + len("''")


def test_records_end_between_words() -> None:
    """A record never ends within a word."""
    writer = Writer(bundle(has_records=True))
    order = TextOrder(length=500, samples=30, seed=5)

    ended = [text.text for text in writer.texts(order) if len(text.text) < 500]

    assert ended
    assert not any(faults(text, LISTED) for text in ended)


def test_the_list_is_saved_with_the_model(tmp_path) -> None:
    """The word list is saved and loaded with a bundle, and it changes the digest."""
    listed = bundle()
    plain = replace(listed, spelling=())

    saved = save_bundle(listed, tmp_path / "a.safetensors")

    assert load_bundle(tmp_path / "a.safetensors").spelling == LISTED
    assert saved.digest != save_bundle(plain, tmp_path / "b.safetensors").digest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Мама мыла раму, а мама пела.", ("мама", "а", "мыла", "пела", "раму")),
        ("नमस्ते दुनिया, नमस्ते", ("नमस्ते", "दुनिया")),
        ("l’eau, l’eau d’ici", ("l’eau", "d’ici")),
        ("春眠不觉晓，处处闻啼鸟。", ()),
        ("ROMEO: The the KING.", ("the", "KING", "ROMEO")),
    ],
)
def test_words_of_any_alphabet(text: str, words: tuple[str, ...]) -> None:
    """`spellings` lists words of any alphabet with their marks, except scripts without spaces."""
    assert spellings([text], sorted(set(text)), most=10) == words


def test_the_end_is_no_letter() -> None:
    """The end symbol is allowed between words and returns the constraint to its start."""
    allowed = as_ids([END, *range(VOCAB.first_char, len(VOCAB))])
    spelling = Spelling(VOCAB, allowed, WordList(LISTED, frozenset(CHARS)), "")

    state = spelling.advance(spelling.start(), END)

    assert state == spelling.start()
    assert END in spelling.choices(state)[0]
