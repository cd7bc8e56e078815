"""Measurements of speed: their figures are related in ways that hold on every machine."""

import json

from typer.testing import CliRunner

from charbard.bundle import save_bundle
from charbard.cli.app import app
from charbard.report import speed
from tests.conftest import random_bundle


def test_paces_and_their_floor() -> None:
    """`chars_per_s` follows from the step time, and `floor_us` never falls with more rows."""
    here = speed.Machine(threads=2, sgemm_gflops=100.0, copy_gb_per_s=10.0, compiled=True)

    one, many = speed.measure(random_bundle(), here, (1, 8), at_least_s=0.01)

    assert many.chars_per_s == 8 / many.step_us * 1e6
    assert 0 < one.floor_us <= many.floor_us


def test_the_command_prints_a_row_for_each_batch_size(tmp_path) -> None:
    """`charbard bench` prints a row for each batch size, or JSON, and refuses a malformed list."""
    save_bundle(random_bundle(), tmp_path / "model.safetensors")
    run = CliRunner().invoke

    plain = run(app, ["bench", str(tmp_path), "--rows", "1,4", "--seconds", "0.01"])
    found = run(app, ["bench", str(tmp_path), "--rows", "2", "--seconds", "0.01", "--json"])

    assert plain.exit_code == 0
    assert len(plain.stdout.splitlines()) == 5
    (pace,) = json.loads(found.stdout)["paces"]
    assert pace["rows"] == 2
    assert "'1,x' is not a list" in str(run(app, ["bench", "--rows", "1,x"]).exception)


def test_the_untrained_network_has_the_verse_models_size() -> None:
    """The network of `verse_sized` takes 3.48 million multiply-adds per character, like `verse`."""
    config = speed.verse_sized().config

    assert round(config.macs_per_char / 1e6, 2) == 3.48
