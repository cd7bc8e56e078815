"""A bundle survives saving and loading, and any change to its file is detected."""

import json
import os
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

from charbard.bundle import (
    _digest,
    load_bundle,
    save_bundle,
    shipped_bundles,
    snapshots_beside,
)
from charbard.config import CELLS
from charbard.errors import BundleError, SaveError
from charbard.runtime import ByteModel
from tests.conftest import random_bundle


@pytest.mark.parametrize("cell", CELLS)
def test_round_trip(tmp_path, cell: str) -> None:
    """A loaded bundle equals the bundle that was saved."""
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


def test_bytes_are_smaller_and_lose_nothing_that_writes(tmp_path) -> None:
    """Byte weights are small on disk and float32 in memory; saving again changes nothing."""
    bundle = random_bundle(hidden_size=64, attention=24, projection_size=20)
    save_bundle(bundle, tmp_path / "full")
    saved = save_bundle(bundle, tmp_path / "bytes", as_bytes=True)

    loaded = load_bundle(tmp_path / "bytes")

    assert os.path.getsize(tmp_path / "bytes") < 0.4 * os.path.getsize(tmp_path / "full")
    for name, value in loaded.weights.items():
        assert value.dtype == np.float32
        row = np.abs(bundle.weights[name]).reshape(len(value), -1).max(axis=1)
        error = np.abs(value - bundle.weights[name]).reshape(len(value), -1).max(axis=1)
        assert (error <= 0.502 * row / 127).all()
    ids = np.arange(20)[:, None] % len(bundle.vocab)
    before, after = ByteModel(bundle), ByteModel(loaded)
    assert np.allclose(
        before.read(ids, before.start())[0], after.read(ids, after.start())[0], atol=0.1
    )
    again = save_bundle(loaded, tmp_path / "again", as_bytes=True)
    assert again.digest == saved.digest


def resaved(path: Path, change) -> None:
    """Rewrite a bundle's file with changed arrays and metadata, and with a matching digest."""
    with safe_open(path, "numpy") as file:
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        document = json.loads(file.metadata()["charbard"])
    del document["digest"]
    arrays, document = change(arrays, document)
    metadata = {"charbard": json.dumps(document | {"digest": _digest(document, arrays)})}
    save_file(arrays, path, metadata)


@pytest.mark.parametrize("change", ["no unit", "unit too short", "unit of nothing"])
def test_bytes_without_their_units_are_refused(tmp_path, change: str) -> None:
    """Byte weights are refused if a scale is missing, too short, or belongs to no weights."""

    def changed(arrays, document):
        unit = arrays.pop("embedding.unit")
        if change == "unit too short":
            arrays["embedding.unit"] = unit[:-1]
        elif change == "unit of nothing":
            arrays |= {"embedding.unit": unit, "other.unit": unit}
        return arrays, document

    path = tmp_path / "m.safetensors"
    save_bundle(random_bundle(), path, as_bytes=True)
    resaved(path, changed)

    with pytest.raises(BundleError, match=r"no unit for each row|unexpected array 'other.unit'"):
        load_bundle(path)


def test_an_older_bundle_is_read(tmp_path) -> None:
    """A bundle of version 1, with float16 weights, can be read."""

    def older(arrays, document):
        halves = {name: value.astype(np.float16) for name, value in arrays.items()}
        return halves, document | {"version": 1}

    bundle, path = random_bundle(), tmp_path / "m.safetensors"
    save_bundle(bundle, path)
    resaved(path, older)

    loaded = load_bundle(path)
    assert all(
        np.allclose(loaded.weights[name], value, atol=1e-3)
        for name, value in bundle.weights.items()
    )


@given(place=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
@settings(max_examples=60)
def test_any_changed_byte_is_refused(tmp_path_factory, place: float, flip: int) -> None:
    """`load_bundle` refuses a file in which any single byte was changed."""
    path = tmp_path_factory.mktemp("b") / "m.safetensors"
    save_bundle(random_bundle(), path)
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= flip
    path.write_bytes(content)

    with pytest.raises(BundleError):
        load_bundle(path)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_a_truncated_file_is_refused(tmp_path, share: float) -> None:
    """A file cut short, as by a failed download, is refused."""
    path = tmp_path / "m.safetensors"
    save_bundle(random_bundle(), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])

    with pytest.raises(BundleError, match="cannot be read"):
        load_bundle(path)


def test_missing_and_foreign_files(tmp_path) -> None:
    """A missing file and a file of another kind each give a specific error."""
    with pytest.raises(BundleError, match="no model at"):
        load_bundle(tmp_path / "none")
    from safetensors.numpy import save_file

    save_file({"x": np.zeros(3)}, tmp_path / "x.safetensors")
    with pytest.raises(BundleError, match="not a charbard bundle"):
        load_bundle(tmp_path / "x.safetensors")


def test_another_version_is_named(tmp_path) -> None:
    """The error for a bundle of a later version names that version."""
    path = tmp_path / "m.safetensors"
    save_bundle(random_bundle(), path)
    _edit_metadata(path, lambda document: document | {"version": 9})

    with pytest.raises(BundleError, match="version 9, this charbard reads 1 and 2"):
        load_bundle(path)


def test_an_unwritable_place(tmp_path) -> None:
    """If a folder already has the file's name, `save_bundle` raises a `SaveError`."""
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
    """A bundle that ships with the package opens by its name, unless a file has that name."""
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


def test_the_shipped_verse_model_shows_how_it_learned() -> None:
    """The shipped verse model has ten snapshots of its training run, under 5 MB in all."""
    found = snapshots_beside(shipped_bundles()["verse"])
    steps = [load_bundle(path).provenance["steps"] for path in found]

    assert len(found) == 10
    assert steps == sorted(set(steps))
    assert sum(path.stat().st_size for path in found) < 5e6
    assert snapshots_beside(found[0]) == found
    assert snapshots_beside(shipped_bundles()["names"]) == ()
