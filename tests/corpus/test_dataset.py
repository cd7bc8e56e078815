"""A text is encoded to disk once, and read from there the next time."""

import json

import numpy as np
import pytest

from charbard.config import CorpusConfig
from charbard.corpus import open_dataset
from charbard.corpus.split import TEST, TRAIN, VALIDATION
from charbard.errors import CorpusError
from charbard.files import cache_folder
from charbard.vocab import END, UNKNOWN, Vocab


def test_a_running_text_is_split_by_position(owl) -> None:
    """The ids decode to the text, and the end of the text is reserved for validation and test."""
    data = open_dataset([str(owl)], CorpusConfig(validation=0.1, test=0.05))

    text = owl.read_text()
    assert data.vocab.decode(data.ids) == text
    assert data.vocab.decode(data.stream(TEST)) == text[-len(text) // 20 :]
    assert data.size(TRAIN) + data.size(VALIDATION) + data.size(TEST) == len(text)


def test_the_cache_is_used_until_the_content_changes(tmp_path) -> None:
    """The same content is encoded once, whatever its file name; changed content is encoded anew."""
    said: list[str] = []
    for name, content in (("a", "hello\n"), ("b", "hello\n"), ("a", "hallo\n")):
        (tmp_path / name).write_text(content * 50)
        open_dataset([str(tmp_path / name)], say=said.append)

    assert len([message for message in said if "encoding" in message]) == 2


def test_records_hold_fields_text_and_end(tmp_path) -> None:
    """A record is stored as fields, text and end marker, the layout that the trainer relies on."""
    path = tmp_path / "r.jsonl"
    rows = [{"form": "五绝", "title": "夜", "text": "月"}, {"form": "七绝", "text": "江"}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))

    data = open_dataset([str(path)], CorpusConfig(format="jsonl", fields=("form", "title")))

    symbols = data.vocab.symbols
    first, second = (
        [symbols[i] for i in data.ids[data.bounds[n] : data.bounds[n + 1]]] for n in (0, 1)
    )
    assert first == ["<form>", "五", "绝", "<title>", "夜", "<text>", "月", "<end>"]
    assert second == ["<form>", "七", "绝", "<text>", "江", "<end>"]
    assert data.field_sizes.tolist() == [[3, 2], [3, 0]]


def test_min_count_makes_unknown(tmp_path) -> None:
    """Characters rarer than `min_count` are encoded as the unknown character, and counted."""
    (tmp_path / "t").write_text("aaaab" * 3 + "z")

    data = open_dataset([str(tmp_path / "t")], CorpusConfig(min_count=2))

    assert data.about["unknown"] == 1
    assert data.ids[-1] == UNKNOWN


def test_a_given_vocabulary_is_kept_or_grown(tmp_path) -> None:
    """A given vocabulary keeps its ids; new characters are unknown or, on request, appended."""
    (tmp_path / "t").write_text("abc")
    vocab = Vocab(("b", "a"))

    fixed = open_dataset([str(tmp_path / "t")], vocab=vocab)
    grown = open_dataset([str(tmp_path / "t")], vocab=vocab, grow=True)

    assert fixed.vocab == vocab
    assert grown.vocab.chars == ("b", "a", "c")
    assert fixed.digest == grown.digest
    with pytest.raises(CorpusError, match="conditioned on"):
        open_dataset([str(tmp_path / "t")], vocab=Vocab(("a",), ("form",)))


def test_filters_that_leave_nothing(tmp_path) -> None:
    """If the filters leave no text to learn from, opening the dataset fails."""
    (tmp_path / "t").write_text("a\nb\n")

    with pytest.raises(CorpusError, match="nothing to learn from"):
        open_dataset([str(tmp_path / "t")], CorpusConfig(format="lines", min_length=9))


def test_what_is_left_out_is_said_each_time(tmp_path) -> None:
    """Left-out records are reported even from a cached text; provenance holds only their number."""
    (tmp_path / "t").write_text("a:春江花月夜\nno colon\nb:床前明月光\n")
    told: list[list[str]] = [[], []]

    for said in told:
        data = open_dataset([str(tmp_path / "t")], CorpusConfig(format="titled"), say=said.append)

    assert told[0][-1] == told[1][-1]
    assert "1 of 3 records do not have the format's shape and are left out" in told[0][-1]
    assert "t, line 2: no colon in 'no colon'" in told[0][-1]
    assert data.about["misshapen"] == 1
    assert "no colon" not in str(data.about)


def test_released_memory_reads_the_same(owl) -> None:
    """Releasing memory leaves the ids unchanged."""
    data = open_dataset([str(owl)])
    before = np.array(data.ids)

    data.release()

    assert np.array_equal(before, data.ids)
    assert END not in before


def test_a_damaged_cache_is_made_again(tmp_path) -> None:
    """If the cached ids are cut short, the text is encoded anew."""
    text = tmp_path / "text.txt"
    text.write_text("abcdefgh\n" * 100)
    before = open_dataset([str(text)])
    (path,) = (cache_folder() / "datasets").glob(f"{before.digest}*/ids.bin")
    with path.open("r+b") as file:
        file.truncate(100)

    assert open_dataset([str(text)]).size(TRAIN) == before.size(TRAIN)
