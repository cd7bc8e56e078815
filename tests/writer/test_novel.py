"""Lines that occur in the corpus are replaced if another line is possible."""

from collections.abc import Sequence

import numpy as np
import pytest

from charbard.bundle import Bundle
from charbard.config import ModelConfig, SampleOptions, VerseOrder
from charbard.novelty.lines import KnownLines
from charbard.prosody.book import common_chars
from charbard.prosody.check import check
from charbard.runtime import Decoded, Search, Segment, Task, decode, rows_needed, run
from charbard.runtime.quant import ByteModel
from charbard.vocab import Vocab
from charbard.writer import LineDone, Poem, VerseWriter
from charbard.writer.inspect.reading import read_scored
from charbard.writer.verse.finished import worth_of

CHARS = common_chars()[:2000]
KNOWN = "白日依山尽"


def small_bundle() -> Bundle:
    """Return an untrained model with two thousand characters."""
    vocab = Vocab(tuple("，。" + CHARS), ("form",))
    config = ModelConfig(vocab_size=len(vocab), hidden_size=16, embedding_size=8)
    rng = np.random.default_rng(3)
    weights = {
        name: rng.normal(0, 0.5, size).astype(np.float32) for name, size in config.shapes().items()
    }
    return Bundle(config=config, vocab=vocab, weights=weights, has_records=True)


BUNDLE = small_bundle()
WRITER = VerseWriter(BUNDLE, ByteModel(BUNDLE, threads=1))


def order(**changes) -> VerseOrder:
    return VerseOrder(**{"form": "五绝", "candidates": 4, "drafts": 3, **changes})


def only(char: str, place: str) -> tuple[str, ...]:
    """Return bans that leave only this character for a place."""
    return (f"{place}={CHARS.replace(char, '')}",)


@pytest.fixture
def corpus_of(monkeypatch):
    """Return a function that makes the given lines the corpus of known lines."""

    def put(lines: Sequence[str]) -> None:
        known = KnownLines.of(lines)
        monkeypatch.setattr("charbard.writer.verse.writer.known_lines", lambda: known)

    return put


@pytest.mark.parametrize("drafts", [1, 4])
def test_lines_of_the_corpus_do_not_come_again(corpus_of, drafts) -> None:
    """If the lines of earlier poems become the corpus, the same seeds write only new lines."""
    plain = WRITER.verse(order(drafts=drafts, novel=False))
    corpus_of([line for poem in plain for line in poem.lines])
    poems = WRITER.verse(order(drafts=drafts))

    assert all(poem.score.novelty == 1 for poem in poems)
    assert not any(poem.notes for poem in poems)
    assert all(check(poem.text, "五绝").is_kept for poem in poems)


def test_only_what_is_known_is_drafted_again(corpus_of) -> None:
    """The rule against known lines does not change the lines before the first known line."""
    (plain,) = WRITER.verse(order(candidates=1, novel=False))
    corpus_of([plain.lines[2]])
    (poem,) = WRITER.verse(order(candidates=1))

    assert poem.lines[:2] == plain.lines[:2]
    assert poem.lines[2] != plain.lines[2]


@pytest.mark.parametrize("drafts", [1, 4])
def test_a_known_line_stays_if_no_other_comes_and_that_is_said(drafts) -> None:
    """If no other line is possible, a known line is kept and a note quotes it."""
    wish = {"template": "白日依山_", "bans": only("尽", "1.5"), "repeats": "free"}
    (poem,) = WRITER.verse(order(candidates=1, drafts=drafts, **wish))
    (silent,) = WRITER.verse(order(candidates=1, drafts=drafts, novel=False, **wish))

    assert poem.lines[0] == silent.lines[0] == KNOWN
    assert [note for note in poem.notes if KNOWN in note and "stands in the corpus" in note]
    assert [note["text"] for note in poem.to_dict()["notes"]] == list(poem.notes)
    assert not silent.notes


@pytest.mark.parametrize("drafts", [1, 4])
@pytest.mark.parametrize("changes", [{"opening": KNOWN}, {"template": "_____/_____/" + KNOWN}])
def test_a_known_line_that_was_given_is_left_alone(drafts, changes) -> None:
    """A known line that the user gave is kept without a note."""
    wish = order(candidates=1, drafts=drafts, form="五古绝", **changes)
    (poem,) = WRITER.verse(wish)
    (plain,) = WRITER.verse(VerseOrder(**{**vars(wish), "novel": False}))

    assert KNOWN in poem.lines
    assert not poem.notes
    assert poem.lines == plain.lines


def test_seeds_repeat_and_streamed_lines_are_the_poems(corpus_of) -> None:
    """Redrafted candidates do not depend on each other, and each final line is streamed once."""
    plain = WRITER.verse(order(novel=False))
    corpus_of([line for poem in plain for line in poem.lines])
    said = list(WRITER.stream(order(candidates=2)))
    again = {poem.candidate: poem for poem in WRITER.verse(order())}

    poems = {each.candidate: each for each in said if isinstance(each, Poem)}
    for candidate, poem in poems.items():
        lines = [s for s in said if isinstance(s, LineDone) and s.candidate == candidate]
        assert [line.index for line in lines] == [0, 1, 2, 3]
        assert tuple(line.text for line in lines) == poem.lines == again[candidate].lines
        assert tuple(line.logp for line in lines) == poem.logp == again[candidate].logp


@pytest.mark.parametrize("drafts", [1, 4])
@pytest.mark.parametrize("more", [{}, {"acrostic": "春夏秋冬"}, {"locks": ("2.3=江", "4.5=人")}])
def test_what_is_not_wanted_is_left_out_or_named(drafts, more) -> None:
    """`decode` always finishes the text, and `rejected` lists exactly its unwanted lines."""
    request = WRITER.request(order(form="五古绝", **more))

    def unwanted(index: int, ids: Sequence[int]) -> bool:
        return sum(ids) % 4 > 0

    search = Search(
        options=SampleOptions(),
        seed=1,
        sample=0,
        drafts=drafts,
        rejects=unwanted,
        start=WRITER.network.start(),
        worth=worth_of(request),
    )
    for prime in (request.prompt, request.prompt[:1]):
        steps = decode([prime], request.machine, search)
        said = [
            value
            for _, value in run(
                WRITER.network, [Task(steps, rows=rows_needed(drafts, twins=False))]
            )
        ]
        lines = [value for value in said if isinstance(value, Segment)]
        (text,) = (value for value in said if isinstance(value, Decoded))

        assert text.rejected == tuple(n.index for n in lines if unwanted(n.index, n.ids))
        assert tuple(i for line in lines for i in line.ids) == text.ids
        assert len(text.rejected) < 4


def test_drafting_again_reads_on_from_the_beginning_of_the_line() -> None:
    """A redrafted line has the same log-probabilities as in a fresh reading of the whole poem."""
    request = WRITER.request(order())
    search = Search(
        options=SampleOptions(),
        seed=2,
        sample=0,
        drafts=2,
        rejects=lambda index, ids: True,
        start=WRITER.network.start(),
        worth=worth_of(request),
    )
    for prime in (request.prompt, request.prompt[:1]):
        steps = decode([prime], request.machine, search)
        said = [
            value
            for _, value in run(WRITER.network, [Task(steps, rows=rows_needed(2, twins=False))])
        ]
        (text,) = (value for value in said if isinstance(value, Decoded))
        scored = read_scored(prime, text.ids)
        ((_, (logp, _)),) = run(WRITER.network, [Task(scored)])

        assert text.rejected == (0, 1, 2, 3)
        marked = [slot.place is None for slot in request.machine.slots]
        wanted = [0.0 if mark else value for mark, value in zip(marked, logp, strict=True)]
        assert text.logp == pytest.approx(wanted, abs=1e-5)
