"""One file is the model: it survives the round trip, and any change is noticed."""

import json
import os
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charbard.bundle import load_bundle, save_bundle
from charbard.errors import BundleError, SaveError
from tests.conftest import random_bundle


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_round_trip(tmp_path, cell: str) -> None:
    """Everything that was saved comes back."""
    bundle = replace(random_bundle(cell, projection_size=6, tied=True), scores={"nats": 1.25})

    saved = save_bundle(bundle, tmp_path / "m.safetensors")
    loaded = load_bundle(tmp_path / "m.safetensors")

    assert loaded.digest == saved.digest
    assert (loaded.config, loaded.vocab, loaded.scores) == (
        bundle.config,
        bundle.vocab,
        {"nats": 1.25},
    )
    assert all(
        np.array_equal(loaded.weights[name], value) for name, value in bundle.weights.items()
    )


def test_half_precision_is_smaller_and_close(tmp_path) -> None:
    """float16 on disk, float32 in memory."""
    bundle = random_bundle(hidden_size=64)
    save_bundle(bundle, tmp_path / "full")
    save_bundle(bundle, tmp_path / "half", half=True)

    loaded = load_bundle(tmp_path / "half").weights["layer0.weight_hh"]

    assert loaded.dtype == np.float32
    assert np.abs(loaded - bundle.weights["layer0.weight_hh"]).max() < 2e-3
    assert os.path.getsize(tmp_path / "half") < 0.6 * os.path.getsize(tmp_path / "full")


@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
@settings(max_examples=60)
def test_any_changed_byte_is_refused(tmp_path_factory, place: float, flip: int) -> None:
    """Whatever byte is altered, the bundle does not open."""
    path = tmp_path_factory.mktemp("b") / "m.safetensors"
    save_bundle(random_bundle(), path)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= flip
    path.write_bytes(content)

    with pytest.raises(BundleError):
        load_bundle(path)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_truncated_file_is_refused(tmp_path, share: float) -> None:
    """A download that was cut short is noticed."""
    path = tmp_path / "m.safetensors"
    save_bundle(random_bundle(), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])

    with pytest.raises(BundleError, match="cannot be read"):
        load_bundle(path)


def test_missing_and_foreign_files(tmp_path) -> None:
    """No file, and somebody else's file, each get their own message."""
    with pytest.raises(BundleError, match="no model at"):
        load_bundle(tmp_path / "none")
    from safetensors.numpy import save_file

    save_file({"x": np.zeros(3)}, tmp_path / "x.safetensors")
    with pytest.raises(BundleError, match="not a charbard bundle"):
        load_bundle(tmp_path / "x.safetensors")


def test_another_version_is_named(tmp_path) -> None:
    """A bundle of a later version says which one it is."""
    path = tmp_path / "m.safetensors"
    save_bundle(random_bundle(), path)
    _edit_metadata(path, lambda document: document | {"version": 9})

    with pytest.raises(BundleError, match="version 9, this charbard reads 1"):
        load_bundle(path)


def test_an_unwritable_place(tmp_path) -> None:
    """A folder in place of the file is an error, not a traceback."""
    (tmp_path / "m").mkdir()

    with pytest.raises(SaveError, match="cannot write"):
        save_bundle(random_bundle(), tmp_path / "m")


def _edit_metadata(path, change) -> None:
    content = path.read_bytes()
    (size,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + size])
    document = change(json.loads(header["__metadata__"]["charbard"]))
    header["__metadata__"]["charbard"] = json.dumps(document)
    new = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(new)) + new + content[8 + size :])


def test_a_shipped_bundle_is_known_by_name(tmp_path, monkeypatch) -> None:
    """A name opens the bundle that came with the package; a file of that name comes first."""
    shipped, own = random_bundle(), random_bundle("gru")
    monkeypatch.setattr("charbard.bundle.SHIPPED", tmp_path / "models")
    monkeypatch.chdir(tmp_path)
    save_bundle(shipped, tmp_path / "models" / "verse.safetensors")

    assert load_bundle(Path("verse")).config == shipped.config
    with pytest.raises(BundleError, match="no model at 'poet'") as caught:
        load_bundle(Path("poet"))
    assert "shipped: verse" in caught.value.hint
    save_bundle(own, tmp_path / "verse")
    assert load_bundle(Path("verse")).config == own.config
