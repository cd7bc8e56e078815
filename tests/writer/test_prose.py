"""Writing free text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard import SampleOptions, TextOrder, Writer
from charbard.bundle import save_bundle
from charbard.errors import OptionError
from charbard.runtime import ByteModel
from charbard.text import graphemes
from charbard.vocab import END, UNKNOWN
from charbard.writer.text.ending import Ending
from tests.conftest import random_bundle
from tests.writer.conftest import small_bundle


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(random_bundle())


def test_a_run_is_opened_by_its_folder(tmp_path, writer) -> None:
    """`Writer.open` accepts the folder of a training run."""
    save_bundle(writer.bundle, tmp_path / "model.safetensors")

    assert Writer.open(tmp_path).bundle.digest


def test_same_seed_same_text(writer) -> None:
    """The same seed writes the same text, and another seed writes a different text."""
    first, again, other = (writer.write("a", length=60, seed=seed) for seed in (4, 4, 5))

    assert str(first) == str(again) != str(other)


def test_a_text_does_not_depend_on_its_fellows(writer) -> None:
    """The first three of five samples are the same as the samples of an order for three."""
    three, five = (
        [
            str(text)
            for text in writer.texts(TextOrder(prime="春", length=30, samples=count, seed=9))
        ]
        for count in (3, 5)
    )

    assert five[:3] == three
    assert len(set(five)) == 5


def test_streamed_pieces_are_the_text(writer) -> None:
    """The streamed pieces, joined together, are the text that `texts` returns."""
    order = TextOrder(prime="ab", length=50, seed=2, stop=("d", "ef"))

    (whole,) = writer.texts(order)

    assert "".join(piece.text for piece in writer.stream(order)) == whole.text
    assert len(whole.logp) == len(whole.text)


@given(st.text("ab", max_size=20), st.lists(st.text("ab", min_size=1, max_size=4), max_size=3))
def test_stop_strings_are_cut_where_they_first_end(text: str, stops) -> None:
    """The text ends before the stop string that is completed first, and nothing else is cut."""
    ending = Ending(TextOrder(stop=tuple(stops)))
    kept = ""
    for char in text:
        kept += "".join(sure for sure, _ in ending.take(char, 0.0)) if not ending.over else ""
    kept += "".join(sure for sure, _ in ending.end())

    ends = [end for end in range(len(text) + 1) if any(text[:end].endswith(s) for s in stops)]
    wanted = text
    if ends:
        longest = max(len(s) for s in stops if text[: ends[0]].endswith(s))
        wanted = text[: ends[0] - longest]
    assert kept == wanted


def test_what_must_not_be_written_is_not(writer) -> None:
    """Special symbols and banned characters are never written, even at a high temperature."""
    text = writer.write(length=400, seed=1, temperature=10.0, banned="a春").text

    assert not set(text) & {"a", "春"}
    assert set(text) <= set(writer.bundle.vocab.chars)
    assert not {END, UNKNOWN} & set(writer._allowed(SampleOptions()).tolist())


def test_a_prime_with_unknown_characters_never_fails(writer) -> None:
    """Unknown characters of a prompt are read as variants or skipped, each with a note."""
    written = writer.write("馬☃Ａ", length=5, seed=1)

    assert written.prime == "马A"
    assert written.notes == (
        "馬 read as 马",
        "☃ skipped: the model has never seen it",
        "Ａ read as A",
    )


def test_a_field_in_unknown_letters_is_left_out_and_said() -> None:
    """A field in unknown letters does not change the text, and a note says so."""
    writer = Writer(small_bundle())
    told, plain = (
        next(writer.texts(TextOrder(length=8, seed=1, fields=fields)))
        for fields in ((("title", "my cat"),), ())
    )

    assert told.text == plain.text
    (note,) = told.notes
    assert note.startswith("the title 'my cat' does not reach the model")


@given(st.text(max_size=20))
def test_any_prime_works(prime: str) -> None:
    """`write` accepts any prompt without an error."""
    Writer(random_bundle()).write(prime, length=1, seed=0)


def test_records_end_by_themselves() -> None:
    """A model of records stops at its end symbol, well before the length limit."""
    writer = Writer(random_bundle(has_records=True))
    texts = [writer.write(length=5000, seed=seed, temperature=3.0).text for seed in range(5)]

    assert all(len(text) < 5000 for text in texts)


def test_finish_line_ends_with_a_line_end(writer) -> None:
    """With `finish_line`, a text continues past its length and stops at the next line end."""
    order = TextOrder(length=10, finish_line=True, seed=3, options=SampleOptions(temperature=3.0))

    (written,) = writer.texts(order)

    assert written.text.endswith("\n")
    assert "\n" not in written.text[10:-1]


def test_fields_condition_and_may_be_left_open() -> None:
    """Each condition changes the probabilities, and a field that the model lacks is refused."""
    writer = Writer(random_bundle(has_records=True, fields=("form", "title")))

    def write(*fields):
        return next(writer.texts(TextOrder(prime="a", fields=fields, length=9, seed=1))).logp[0]

    first_chances = [write(), write(("form", "春")), write(("form", "江")), write(("title", "春"))]

    assert len(set(first_chances)) == 4
    with pytest.raises(OptionError, match="no field 'mood'"):
        write(("mood", "x"))


def test_orders_check_their_values() -> None:
    """`TextOrder` refuses wrong values when it is created."""
    for wrong in ({"length": 0}, {"samples": 0}, {"seed": -1}, {"stop": ("",)}):
        with pytest.raises(OptionError):
            TextOrder(**wrong)


def test_a_text_is_normalised_before_it_is_scored(writer) -> None:
    """`score` normalises the text first, so Windows line ends are not unknown characters."""
    scored = writer.score("a\r\nb")

    assert [char.char for char in scored.chars] == ["a", "\n", "b"]
    assert scored.notes == ()


def test_scores_and_notebook_views(writer) -> None:
    """`score` rates every known character, and scores, texts and writers have HTML views."""
    scored = writer.score("春江<a>", top=2)

    assert [char.char for char in scored.chars] == ["春", "江", "a"]
    assert all(len(char.expected) == 2 and char.logp < 0 for char in scored.chars)
    assert scored.perplexity == pytest.approx(2**scored.bits_per_char)
    assert "nats per character" in scored._repr_html_()
    assert "seed 1" in writer.write("a", length=3, seed=1)._repr_html_()
    assert "lstm" in writer._repr_html_()
    with pytest.raises(OptionError, match="no character to score"):
        writer.score("☃")


def test_texts_side_by_side_are_those_one_by_one(writer) -> None:
    """Seventy samples run as two tasks, and the first ones equal those of a smaller order."""
    order = {"prime": "ab", "length": 6, "seed": 3}
    many = [text.text for text in writer.texts(TextOrder(samples=70, **order))]

    assert len(writer.tasks(TextOrder(samples=70, **order))) == 2
    assert [text.text for text in writer.texts(TextOrder(samples=3, **order))] == many[:3]


def test_the_best_of_several_is_the_likeliest(writer) -> None:
    """With `best_of=8`, each text is the likeliest of eight samples."""
    order = {"length": 12, "seed": 5}
    eight = list(writer.texts(TextOrder(samples=16, **order)))
    best = list(writer.texts(TextOrder(samples=2, best_of=8, **order)))

    assert [text.text for text in best] == [
        min(part, key=lambda text: text.nats_per_char).text for part in (eight[:8], eight[8:])
    ]
    assert [text.sample for text in best] == [0, 1]


def test_boosted_and_common_characters(writer) -> None:
    """`boost` makes a character more or less frequent; `commonest` bars all rarer characters."""

    def share(**options) -> float:
        return writer.write(length=300, seed=1, **options).text.count("春") / 300

    assert share(boosted="春☃", boost=5.0) > 3 * share() > 6 * share(boosted="春", boost=-5.0)
    assert set(writer.write(length=200, seed=1, commonest=3, temperature=5.0).text) == set("\n a")


def test_the_same_text_without_the_compiled_kernel(writer) -> None:
    """A model writes exactly the same texts with and without the compiled kernel."""
    plain = Writer(writer.bundle)
    plain.network = ByteModel(writer.bundle, compiled=False)
    order = TextOrder(samples=3, length=40, seed=8, options=SampleOptions(top_p=0.9))

    assert [str(text) for text in plain.texts(order)] == [str(text) for text in writer.texts(order)]


@pytest.mark.parametrize(
    ("sign", "chars"),
    [("🇩🇪", 2), ("👨\u200d👩\u200d👧", 5), ("नि", 2), ("a", 1)],
    ids=["flag", "family", "syllable", "letter"],
)
def test_a_length_is_never_within_a_sign(sign: str, chars: int) -> None:
    """A text ends with the grapheme in which it reaches its length."""
    for length in range(1, 2 * chars + 1):
        ending, kept = Ending(TextOrder(length=length)), ""
        for char in sign * 4:
            if ending.over:
                break
            kept += "".join(one for one, _ in ending.take(char, -1.0))

        signs = graphemes(sign * 4)
        whole = ["".join(signs[:count]) for count in range(len(signs) + 1)]
        assert kept in whole
        assert len(kept) == min(len(one) for one in whole if len(one) >= length)
