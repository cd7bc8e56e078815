"""An exported bundle is small, whole and writes like the one it came from."""

import numpy as np
from typer.testing import CliRunner

from charbard.bundle import load_bundle, save_bundle
from charbard.cli.app import app
from tests.conftest import random_bundle


def run(*args: object):
    """The command line with these words."""
    return CliRunner().invoke(app, [str(arg) for arg in args])


def test_export_makes_a_checkpoint_small(tmp_path) -> None:
    """What only training needs is left behind; weights are rounded to bytes."""
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
    """Before anything is written."""
    save_bundle(random_bundle(), tmp_path / "b.safetensors")

    done = run(
        "export", tmp_path / "b.safetensors", tmp_path / "x.safetensors", "--most-mb", "0.001"
    )

    assert "more than 0.001" in str(done.exception)
    assert not (tmp_path / "x.safetensors").exists()
