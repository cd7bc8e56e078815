"""The baselines that models are compared with work as claimed."""

import sys
from pathlib import Path

import numpy as np
import pytest

from charbard.corpus import Record
from charbard.vocab import Vocab

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

from kneser_ney import NGram, NGramText, Symbols, score_with

TEXTS = [
    "春江花月夜",
    "春江花夜",
    "江花月月月",
    "马夜春江花月",
    "花月",
    "月夜春江",
    "夜马",
    "春马夜",
]


def _model(order: int) -> tuple[NGram, Symbols]:
    symbols = Symbols.of(Vocab(tuple("春江花月夜马")), ("一", "二"))
    records = [Record(text, {"form": "一二"[n % 2]}) for n, text in enumerate(TEXTS)]
    size = len(symbols.vocab) + len(symbols.beginnings)
    text = symbols.text(records, "form")
    return NGram(text, order=order, predicted=len(symbols.vocab), symbols=size), symbols


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("before", ["", "春", "春江花", "马马马马", "月月月月月"])
def test_probabilities_sum_to_one(order, before) -> None:
    """After any context, seen or not, the probabilities of all symbols sum to one."""
    model, symbols = _model(order)
    context = [symbols.beginnings["一"], *symbols.vocab.encode(before).tolist()]

    total = 0.0
    for symbol in range(len(symbols.vocab)):
        tokens = np.array([*context, symbol])
        total += np.exp(model.logp(NGramText(tokens, np.arange(len(tokens))))[-1])

    assert total == pytest.approx(1, abs=1e-9)


def test_longer_contexts_predict_better() -> None:
    """On the training text, a 3-gram model has a lower loss than a 1-gram model."""
    records = [Record(text, {"form": "一"}) for text in TEXTS]

    nats = [sum(t.nats for t in score_with(*_model(order), records, "form")) for order in (1, 3)]

    assert nats[1] < 0.8 * nats[0]


def test_unknown_characters_are_counted() -> None:
    """Unknown characters are scored as the unknown symbol and counted."""
    (tally,) = score_with(*_model(3), [Record("春雪，")], "form")

    assert (tally.chars, tally.unknown) == (2, 1)
    assert 0 < tally.nats < 50


def test_probabilities_by_hand() -> None:
    """The probabilities of a 1-gram model equal absolute discounting computed by hand."""
    vocab = Vocab(tuple("ab"))
    symbols = Symbols.of(vocab, ())
    model = NGram(
        symbols.text([Record("aab"), Record("ab")], "form"),
        order=1,
        predicted=len(vocab),
        symbols=len(vocab) + 1,
    )
    a, b = (int(vocab.encode(char)[0]) for char in "ab")
    tokens = np.array([symbols.beginnings[""], a, b])

    p = np.exp(model.logp(NGramText(tokens, np.arange(3))))

    # Counts: a 3, b 2, end 2. n1..n4 are 0, 2, 1, 0, each taken as at least 1, so Y = 1/5;
    # D1 = 1 - 2/5 x 2 -> 0.2, D2 = 2 - 3/5 x 1/2 -> 1.7, D3 = 3 - 4/5 x 1 -> 2.2.
    taken = (1.7 + 1.7 + 2.2) / 7
    assert p[1] == pytest.approx((3 - 2.2) / 7 + taken / 4)
    assert p[2] == pytest.approx((2 - 1.7) / 7 + taken / 4)


@pytest.mark.torch
def test_the_remade_network_learns_and_scores_by_the_same_protocol() -> None:
    """The reimplemented char-rnn-writer learns, and its layers share one cell.

    Padding counts in training but not in scoring, and records of any length are scored.
    """
    torch = pytest.importorskip("torch")
    from char_rnn_writer import POEMS, RATE, Poems, SharedCell, scores

    torch.manual_seed(1)
    records = [Record("春江花月夜，江花月夜春。", {"form": "一"})] * POEMS
    poems = Poems([*records, Record("月" * 200)], min_count=1)
    network = SharedCell(poems.pad + 1)
    optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
    rows = next(poems.batches(seed=1))
    told = [records[0], Record("夜月雪，", {"form": "二"}), Record("月" * 100)]

    before = scores(network, poems, told)
    for _ in range(12):
        optimizer.zero_grad()
        network.loss(rows[:-1], rows[1:]).backward()
        optimizer.step()
    after = scores(network, poems, told)

    assert len(poems) == POEMS  # the overlong poem is left out
    assert [(tally.chars, tally.unknown) for tally in after] == [(10, 0), (3, 1), (100, 0)]
    assert after[0].nats < 0.7 * before[0].nats
    assert sum(p.numel() for p in network.cell.parameters()) == 2 * 4 * 128 * 128 + 2 * 4 * 128


def test_names_are_parted() -> None:
    """A surname of two characters is split off whole, unless no given name would remain."""
    from name_trigram import WITH_SURNAME, Trigram, split_name

    assert [split_name(name) for name in ("欧阳修", "李白", "欧阳")] == [
        ("欧阳", "修"),
        ("李", "白"),
        ("欧", "阳"),
    ]
    records = [Record(text[1:], {"surname": text[0]}) for text in TEXTS]
    trigram = Trigram([*records, Record("月夜")], None, 1)
    known, strange = (
        trigram.score([pair], WITH_SURNAME, with_end=True) for pair in (("花", "月"), ("花", "马"))
    )
    begun_best = trigram.best([("花", "月")], with_end=True)
    assert known.chars == strange.chars == 2
    assert begun_best.nats <= known.nats < strange.nats
