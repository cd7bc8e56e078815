"""A time budget leads to sensible settings, on any machine and for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charbard.errors import TrainingError
from charbard.train.recipe import Workload, choose, configs_from


def _task(*, size=1_000_000, vocab=65, minutes=5.0, gflops=200.0, records=False) -> Workload:
    def speed(model, config) -> float:
        return gflops * 1e9 / (6 * model.macs_per_char)

    return Workload(
        size=size,
        vocab_size=vocab,
        has_records=records,
        seconds=60 * minutes,
        speed=speed,
        precision="float32",
    )


@given(
    size=st.integers(2_000, 10**9),
    vocab=st.integers(20, 12_000),
    minutes=st.floats(0.5, 600),
    gflops=st.floats(10, 5000),
    records=st.booleans(),
)
def test_every_choice_is_a_valid_config(size, vocab, minutes, gflops, records) -> None:
    """For any text, time and machine, `choose` gives valid settings with reasons, or refuses."""
    task = _task(size=size, vocab=vocab, minutes=minutes, gflops=gflops, records=records)
    try:
        recipe = choose(task, {"minutes": minutes})
    except TrainingError:
        assert _most_updates(task) < 40
        return

    model, config = configs_from(recipe.settings, vocab)

    assert config.minutes == minutes
    assert len(recipe.reasons) == (3 if model.attention is None else 4)
    if not records:
        assert config.batch_size * config.seq_length < max(size, 64)
    assert model.hidden_size >= 64


def _most_updates(task: Workload) -> float:
    """Return the number of updates that the narrowest network makes with the smallest batch."""
    narrow, train = configs_from({"hidden_size": 64, "embedding_size": 64}, task.vocab_size)
    return task.seconds * task.speed(narrow, train) / (4 * 64)


def test_more_time_makes_wider_networks_and_more_dropout() -> None:
    """With more time, width and dropout grow and never shrink."""
    chosen = [choose(_task(minutes=m), {"minutes": m}).settings for m in (0.5, 5, 50)]

    widths = [settings["hidden_size"] for settings in chosen]
    shares = [settings["dropout_output"] for settings in chosen]
    assert widths == sorted(widths)
    assert widths[0] < widths[-1]
    assert shares == sorted(shares)


def test_records_are_looked_back_over_where_it_pays() -> None:
    """`choose` adds attention for Chinese records with enough time, unless the user forbids it."""
    verse = {"size": 20_000_000, "vocab": 7000, "records": True, "gflops": 100.0}

    def attention(wishes=None, **changes) -> int | None:
        task = _task(**(verse | changes))
        return choose(task, wishes or {"minutes": 10}).settings.get("attention")

    assert attention() is not None
    assert attention(minutes=0.5) is None
    assert attention(records=False) is None
    assert attention(vocab=65) is None
    assert attention({"minutes": 10, "attention": 48}) == 48
    assert attention({"minutes": 10, "tied": True, "projection_size": None}) is None


def test_thousands_of_symbols_get_cheaper_updates() -> None:
    """With thousands of symbols, orthogonal updates are rarer and the softmax is sampled."""
    many, few = (choose(_task(vocab=vocab), {"minutes": 5}).settings for vocab in (5000, 65))

    assert (many["muon_every"], many["softmax_sample"]) == (4, 500)
    assert "softmax_sample" not in few


def test_a_wish_is_kept() -> None:
    """`choose` keeps every setting that the user gives."""
    wishes = {"minutes": 5.0, "hidden_size": 100, "dropout_output": 0.9, "cell": "gru"}

    settings = choose(_task(), wishes).settings

    assert {name: settings[name] for name in wishes} == wishes


def test_a_small_text_gets_a_small_network() -> None:
    """Given equal time, a text of ten thousand characters gets a narrower network than one of a
    million."""
    wide = choose(_task(minutes=60), {"minutes": 60}).settings["hidden_size"]

    assert choose(_task(size=10_000, minutes=60), {"minutes": 60}).settings["hidden_size"] < wide


def test_too_short_a_time_names_one_that_is_enough() -> None:
    """Too short a budget is refused, and the hint gives a sufficient one as a Python argument."""
    with pytest.raises(TrainingError, match="too short") as caught:
        choose(_task(minutes=0.1, gflops=0.05), {"minutes": 0.1})
    assert "minutes=" in caught.value.hint
