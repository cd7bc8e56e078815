"""`charbard export` makes small bundles that contain everything needed for writing."""

import re

import numpy as np
import pytest
from typer.testing import CliRunner

from charbard.bundle import load_bundle, save_bundle
from charbard.cli.app import app
from tests.conftest import random_bundle


def run(*args: object):
    """Run the command line with these arguments."""
    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_export_makes_a_checkpoint_small(tmp_path) -> None:
    """`export` leaves out the training state and rounds the weights to bytes."""
    bundle = random_bundle(hidden_size=40)
    checkpoint = type(bundle)(
        **{
            **bundle.__dict__,
            "extra": {"step": 3},
            "resume": {"momentum": np.ones(5000, np.float32)},
            "provenance": {"steps": 3},
        }
    )
    save_bundle(checkpoint, tmp_path / "c.safetensors")

    done = run("export", tmp_path / "c.safetensors", tmp_path / "small.safetensors")

    small = load_bundle(tmp_path / "small.safetensors", with_resume=True)
    assert done.stdout.strip() == str(tmp_path / "small.safetensors")
    assert (small.extra, dict(small.resume), small.provenance) == ({}, {}, {"steps": 3})
    for name, value in bundle.weights.items():
        np.testing.assert_allclose(small.weights[name], value, atol=np.abs(value).max() / 250)
    size = (tmp_path / "small.safetensors").stat().st_size
    assert size < 0.5 * (tmp_path / "c.safetensors").stat().st_size


def test_export_refuses_what_is_too_large(tmp_path) -> None:
    """A bundle larger than `--most-mb` is refused before anything is written."""
    save_bundle(random_bundle(), tmp_path / "b.safetensors")

    done = run(
        "export", tmp_path / "b.safetensors", tmp_path / "x.safetensors", "--most-mb", "0.001"
    )

    assert "more than 0.001" in str(done.exception)
    assert not (tmp_path / "x.safetensors").exists()


def test_export_lists_the_words_of_the_text(owl, tmp_path) -> None:
    """`export --spelling` lists the words of the training text and refuses any other text."""
    pytest.importorskip("torch")
    other = tmp_path / "other.txt"
    other.write_text("Another text, which the model has never read. " * 9, encoding="utf-8")
    run("train", owl, "--steps", 2, "--hidden-size", 8, "--out", tmp_path / "run", "--quiet")

    done = run("export", tmp_path / "run", tmp_path / "listed.safetensors", "--spelling", owl)
    refused = run("export", tmp_path / "run", tmp_path / "x.safetensors", "--spelling", other)

    listed = load_bundle(tmp_path / "listed.safetensors")
    assert done.exit_code == 0
    assert "owl" in listed.spelling
    assert "another text" in str(refused.exception)


def test_a_training_lists_the_words_of_its_text(owl, tmp_path) -> None:
    """A model trained with `--spelling` lists the words of its text and writes only those words."""
    pytest.importorskip("torch")
    at = tmp_path / "run"
    run("train", owl, "--steps", 2, "--hidden-size", 8, "--out", at, "--quiet", "--spelling")

    done = run("write", at, "--length", 300, "--seed", 1)

    words = set(load_bundle(at / "model.safetensors").spelling)
    written = re.findall("[A-Za-z']+", done.stdout)[:-1]
    assert "owl" in words
    assert written
    bare = {word.strip("'").lower() for word in written} - {""}  # some are quotation marks
    assert bare <= {word.lower() for word in words}
    assert run("write", at, "--length", 300, "--seed", 1, "--any-spelling").stdout != done.stdout
