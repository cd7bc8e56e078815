"""Defects of tensorflow_poems and char-rnn-writer that must not come back.

Each test rules out a crash, a silent fault or a loss of data that occurred in one of them.
"""

import subprocess
import sys

import numpy as np
import pytest

from charbard.bundle import save_bundle
from charbard.config import TextOrder
from charbard.runtime.sampling import draw, weigh
from charbard.writer import Writer
from tests.cli.conftest import environment
from tests.conftest import random_bundle


@pytest.fixture(scope="module")
def writer() -> Writer:
    return Writer(random_bundle(has_records=True))


def test_an_unknown_first_character_is_no_key_error(writer) -> None:
    """An unknown first character of a prompt is skipped, and a note says so."""
    order = TextOrder(prime="猫", seed=1)

    assert next(writer.texts(order)).prime == ""
    assert writer.notes(order) == ["猫 skipped: the model has never seen it"]


def test_a_prime_may_have_many_characters(writer) -> None:
    """A prompt is read character by character, not looked up as a single symbol."""
    assert str(writer.write("春江花月夜", seed=1)).startswith("春江花月夜")


@pytest.mark.parametrize("u", [0.0, 0.5, 1 - 2**-53, 1.0])
@pytest.mark.parametrize("size", [3, 7000])
def test_a_draw_is_never_past_the_last_symbol(u: float, size: int) -> None:
    """Despite rounding, a draw never returns a barred symbol or an index past the last symbol."""
    scores = np.zeros(size, np.float32)
    scores[-1] = -np.inf

    assert 0 <= draw(weigh(scores)[None], np.array([u]))[0] < size - 1


def test_no_hidden_cap_cuts_a_text(writer) -> None:
    """A text ends where the model ends it or at the requested length, not at 24 characters."""
    longest = max(len(text.text) for text in writer.texts(TextOrder(samples=200, seed=1)))

    assert longest > 24
    assert len(writer.write(length=5, seed=3).text) <= 5


@pytest.mark.torch
def test_writing_never_reads_the_training_text(tmp_path) -> None:
    """A model writes the same after its training text has been changed or deleted."""
    pytest.importorskip("torch")
    import charbard

    text = tmp_path / "text.txt"
    text.write_text("abc abc.\n" * 100)
    small = {"hidden_size": 8, "embedding_size": 4, "batch_size": 2, "seq_length": 8, "steps": 3}
    model = charbard.fit(text, out=tmp_path / "run", **small, threads=1).model
    before = str(charbard.load(model).write("abc", seed=5))
    text.write_text("zyx 123!\n" * 100)
    changed = str(charbard.load(model).write("abc", seed=5))
    text.unlink()

    assert before == changed == str(charbard.load(model).write("abc", seed=5))


def test_bytes_of_a_foreign_locale_are_understood(tmp_path) -> None:
    """In an ASCII locale, a prompt that arrives as surrogates is read as UTF-8."""
    path = tmp_path / "model.safetensors"
    save_bundle(random_bundle(), path)
    done = subprocess.run(
        [sys.executable, "-m", "charbard", "write", path, "-n", "3", "-p", "春".encode()],
        env=environment(LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"),
        capture_output=True,
        check=True,
    )

    assert done.stdout.decode().startswith("春")
