"""Batches hold the right ids and targets in the right order, with little padding."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard.config import CorpusConfig, TrainConfig
from charbard.corpus import open_dataset
from charbard.corpus.split import TRAIN
from charbard.errors import OptionError
from charbard.train.batches import RecordBatches, StreamBatches, batches_of
from charbard.vocab import END

ALL = slice(None)


@given(
    size=st.integers(20, 300),
    rows=st.integers(1, 5),
    length=st.integers(1, 12),
    steps=st.integers(2, 40),
)
def test_streams_read_on_without_a_gap(size: int, rows: int, length: int, steps: int) -> None:
    """Each stream reads the text without gaps from its own start, and wraps around at the end."""
    ids = np.arange(size)
    config = TrainConfig(steps=1, batch_size=rows, seq_length=max(2, length))
    batches = StreamBatches(ids, config, ALL)

    read = [batches.next() for _ in range(steps)]

    streams = np.concatenate([batch.ids_TB.numpy() for batch in read])
    wanted = np.concatenate([batch.targets_TB.numpy() for batch in read])
    assert ((np.diff(streams, axis=0) - 1) % size == 0).all()
    assert ((wanted - streams - 1) % size == 0).all()
    assert streams[0].tolist() == [int(size * row / rows) for row in range(rows)]


def _records(tmp_path, rows, **config):
    path = tmp_path / "r.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return open_dataset([str(path)], CorpusConfig(format="jsonl", validation=0.0, **config))


def _epoch(dataset, **config):
    batches = RecordBatches(dataset, TrainConfig(steps=1, **config), ALL)
    found = [batches.next()]
    while batches.position[0] == 0:
        found.append(batches.next())
    return found


def test_an_epoch_reads_every_record_once(tmp_path) -> None:
    """The targets of an epoch are the texts and end markers of all records, each exactly once."""
    rows = [{"text": "春江花月夜"[: 1 + n % 5] * (1 + n % 60)} for n in range(200)]
    dataset = _records(tmp_path, rows)

    epoch = _epoch(dataset, batch_size=8, seq_length=32)

    counts = np.zeros(len(dataset.vocab), int)
    for batch in epoch:
        targets = batch.targets_TB.numpy()
        counts += np.bincount(targets[targets >= 0], minlength=len(counts))
        assert batch.counted == (targets >= 0).sum()
        assert batch.fresh != batch.continues
    assert counts.tolist() == np.bincount(dataset.ids, minlength=len(counts)).tolist()
    assert counts[END] == 200


def test_next_to_nothing_is_padding(tmp_path) -> None:
    """If records have 3 to 300 characters, less than 5 % of the places in batches are padding."""
    rng = np.random.default_rng(0)
    rows = [{"text": "春" * int(size)} for size in rng.integers(3, 300, 2000)]

    epoch = _epoch(_records(tmp_path, rows), batch_size=32, seq_length=64)

    places = sum(batch.targets_TB.numel() for batch in epoch)
    used = sum(batch.counted for batch in epoch)
    assert used / places > 0.95


def test_fields_are_read_but_not_learned_and_sometimes_left_open(tmp_path) -> None:
    """Fields are dropped at the requested rate, and their characters are never targets."""
    rows = [{"form": "绝", "title": "夜", "text": f"月{n}"} for n in range(1000)]
    dataset = _records(tmp_path, rows, fields=("form", "title"))

    epoch = _epoch(dataset, batch_size=32, seq_length=64, field_dropout=0.3)

    ids = np.concatenate([batch.ids_TB.numpy().ravel() for batch in epoch])
    targets = np.concatenate([batch.targets_TB.numpy().ravel() for batch in epoch])
    vocab = dataset.vocab
    shares = [float((ids == vocab.marker(field)).sum()) / 1000 for field in ("form", "title")]
    assert np.allclose(shares, 0.7, atol=0.05)
    special = [vocab.marker("form"), vocab.marker("title"), vocab.text_marker, vocab.id_of("绝")]
    assert not np.isin(targets, special).any()
    assert (ids == vocab.text_marker).sum() == 1000


def test_a_field_that_is_to_be_written_is_learned(tmp_path) -> None:
    """A field to be written is a target unless it is dropped; other fields are never targets."""
    rows = [{"form": "绝", "rhyme": "东韵", "text": "月"} for _ in range(400)]
    dataset = _records(tmp_path, rows, fields=("form", "rhyme"))

    epoch = _epoch(dataset, batch_size=32, seq_length=64, written_fields=("rhyme",))

    ids = np.concatenate([batch.ids_TB.numpy().ravel() for batch in epoch])
    targets = np.concatenate([batch.targets_TB.numpy().ravel() for batch in epoch])
    vocab = dataset.vocab
    learned = np.flatnonzero(targets == vocab.id_of("东"))
    assert 0 < len(learned) == (targets == vocab.id_of("韵")).sum() < 400
    assert len(learned) == (ids == vocab.marker("rhyme")).sum()
    assert (targets == vocab.id_of("月")).sum() == 400
    assert set(targets.tolist()) <= {-1, END, *map(vocab.id_of, "东韵月")}


@pytest.mark.parametrize("records", [False, True], ids=["stream", "records"])
def test_position_brings_back_the_same_batches(tmp_path, owl, records: bool) -> None:
    """A source set to a saved position resumes there and continues into the next epoch."""
    if records:
        dataset = _records(tmp_path, [{"text": "春" * (1 + n % 9)} for n in range(60)])
    else:
        dataset = open_dataset([str(owl)])
    config = TrainConfig(steps=1, batch_size=4, seq_length=8)
    source = batches_of(dataset, config, ALL)
    for _ in range(9):
        source.next()
    other = batches_of(dataset, config, ALL)
    other.position = source.position

    for _ in range(30):
        assert source.next().ids_TB.equal(other.next().ids_TB)
    assert source.epochs == other.epochs > 0


@settings(max_examples=20)
@given(world=st.integers(2, 5), records=st.booleans())
def test_processes_read_what_one_would(tmp_path_factory, world: int, records: bool) -> None:
    """The rows of all processes together make up the global batch."""
    tmp_path = tmp_path_factory.mktemp("d")
    if records:
        dataset = _records(tmp_path, [{"text": "ab"[n % 2] * (1 + n % 7)} for n in range(40)])
    else:
        (tmp_path / "t").write_text("春江花月夜" * 40)
        dataset = open_dataset([str(tmp_path / "t")])
    config = TrainConfig(steps=1, batch_size=6, seq_length=5)
    whole = batches_of(dataset, config, ALL)
    parts = [batches_of(dataset, config, slice(rank, None, world)) for rank in range(world)]

    for _ in range(8):
        batch, pieces = whole.next(), [part.next() for part in parts]
        counted = sum(int((piece.targets_TB >= 0).sum()) for piece in pieces)
        assert counted == batch.counted == pieces[0].counted
        for rank, piece in enumerate(pieces):
            if rank < batch.rows:
                assert piece.ids_TB.equal(batch.ids_TB[:, rank::world])


def test_the_training_side_only(owl) -> None:
    """Training batches contain no text that is held out for validation."""
    dataset = open_dataset([str(owl)], CorpusConfig(validation=0.5))
    source = batches_of(dataset, TrainConfig(steps=1, batch_size=1, seq_length=50), ALL)

    read = np.concatenate([source.next().ids_TB.numpy().ravel() for _ in range(200)])

    text = dataset.vocab.decode(dataset.stream(TRAIN))
    assert dataset.vocab.decode(read) in text * 4


def test_each_field_is_left_open_by_its_own_chance(tmp_path) -> None:
    """A field in `field_dropout_of` is dropped at its own rate, other fields at the common rate."""
    rows = [{"text": "春江", "poet": "李白", "form": "古"} for _ in range(2000)]
    dataset = _records(tmp_path, rows, fields=("form", "poet"))

    epoch = _epoch(
        dataset, batch_size=64, seq_length=64, field_dropout=0.1, field_dropout_of=("poet=0.6",)
    )

    read = np.concatenate([batch.ids_TB.numpy().ravel() for batch in epoch])
    told = [(read == dataset.vocab.marker(name)).sum() / 2000 for name in ("form", "poet")]
    assert told == pytest.approx([0.9, 0.4], abs=0.04)


@pytest.mark.parametrize("entry", ["poet", "poet=", "poet=2", "=0.5", "poet=nan"])
def test_a_chance_of_a_field_is_a_name_and_a_number(entry: str) -> None:
    """An entry that is not a field with a probability is refused, and the hint has an example."""
    with pytest.raises(OptionError, match="field_dropout_of") as caught:
        TrainConfig(steps=1, field_dropout_of=(entry,))

    assert "author=0.5" in caught.value.hint
