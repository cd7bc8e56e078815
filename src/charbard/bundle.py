"""Bundles: a model in one file, with weights, configuration, vocabulary, provenance and digest.

The file is plain `.safetensors` with one JSON document as metadata. It contains neither pickles nor
code, so opening a bundle executes nothing. A checkpoint is a bundle with additional arrays, whose
names begin with `resume.`; loading verifies these arrays, but only the trainer uses them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from charbard.config import ModelConfig, from_dict, to_dict
from charbard.errors import BundleError, CharbardError
from charbard.files import write_atomically
from charbard.rounded import rounded, unrounded
from charbard.vocab import Vocab

__all__ = [
    "FORMAT_VERSION",
    "RESUME",
    "SHIPPED",
    "Bundle",
    "find_bundle",
    "load_bundle",
    "save_bundle",
    "shipped_bundles",
    "snapshots_beside",
]

FORMAT_VERSION = 2
_READ = (1, FORMAT_VERSION)
"""Versions that can be read; version 1 stored only float weights."""
_UNIT = ".unit"
"""Name suffix of the array that holds the scale of each row of an int8 array."""
RESUME = "resume."
"""Prefix of the names of arrays that only a resumed training run reads."""
_MADE_ELSEWHERE = "charbard train did not save it so; see docs/bundle.md for what a bundle holds"
SHIPPED = Path(__file__).parent / "models"
"""Folder of the bundles that ship with the package."""
_KEY = "charbard"
_SNAPSHOTS = "snapshots"

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A trained model, with everything that writing, serving and reporting need."""

    config: ModelConfig
    vocab: Vocab
    weights: Arrays
    """Float32 arrays, with the names and shapes of `config.shapes()`."""
    has_records: bool = False
    """Whether the training text consists of records, each delimited by the end symbol."""
    spelling: tuple[str, ...] = ()
    """Words of the training text, most frequent first; empty if the words were not collected."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Record of the training run: source and digest of the text, settings, time, machine."""
    scores: Mapping[str, float] = field(default_factory=dict)
    """Nats per character, by name of the measure."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """A checkpoint's data for the trainer, such as its position; empty in other bundles."""
    resume: Arrays = field(default_factory=dict)
    """A checkpoint's weights, their EMA, optimizer state and recurrent state, keyed by name without
    the prefix `RESUME`."""
    digest: str = ""
    """Digest of arrays and metadata, 16 hex digits; set by `save_bundle` and `load_bundle`."""

    @property
    def writes_verse(self) -> bool:
        """Whether the training records are poems with a `form` field."""
        return self.has_records and "form" in self.vocab.fields

    @property
    def writes_names(self) -> bool:
        """Whether the training records are names with a `surname` field."""
        return self.has_records and "surname" in self.vocab.fields

    @property
    def kind(self) -> str:
        """The kind of text that the model writes: verse, names or prose."""
        return "verse" if self.writes_verse else "names" if self.writes_names else "prose"

    @property
    def chosen_field(self) -> str | None:
        """The last condition field, if the model learned to predict its value; else None."""
        last = self.vocab.fields[-1:]
        return last[0] if last and self.chooses(last[0]) else None

    def chooses(self, field: str) -> bool:
        """Return whether the model learned to predict this field before a text."""
        written = self.provenance.get("training", {}).get("written_fields", ())
        return field in self.vocab.fields and field in written

    @property
    def listed_values(self) -> Mapping[str, Sequence[str]]:
        """The values of each field that has few distinct values in training, such as dynasties.

        Values are listed most frequent first. Empty if the bundle does not record them.
        """
        listed: Mapping[str, Sequence[str]] = self.provenance.get("values", {})
        return listed


def snapshots_beside(path: Path) -> tuple[Path, ...]:
    """Return the snapshots that a training run saved beside its bundle, oldest first.

    In a folder of several bundles, such as `SHIPPED`, the snapshots of each bundle are in
    `snapshots/NAME`.

    Args:
        path: A bundle, a checkpoint, or a snapshot.
    """
    folder = path.parent
    if _SNAPSHOTS not in (folder.name, folder.parent.name):
        own = folder / _SNAPSHOTS / path.stem
        folder = own if own.is_dir() else folder / _SNAPSHOTS
    return tuple(sorted(folder.glob("step*.safetensors")))


def save_bundle(bundle: Bundle, path: Path, *, as_bytes: bool = False) -> Bundle:
    """Write a bundle atomically: a kill at any moment leaves either the old file or the new one.

    Args:
        bundle: The bundle to write.
        path: Target file, conventionally `*.safetensors`.
        as_bytes: Whether to store matrices as int8, in a quarter of the size. Inference also
            quantises to int8, but the scales may differ in the last bits, so texts may differ from
            those of the unrounded weights. Loading such a bundle and saving it again changes
            nothing.

    Returns:
        The bundle with its digest.

    Raises:
        SaveError: The disk is full, or the path is not writable.
    """
    from safetensors.numpy import save

    arrays: dict[str, NDArray[Any]] = {}
    for name, value in bundle.weights.items():
        if as_bytes and value.ndim == 2:
            arrays[name], arrays[name + _UNIT] = rounded(value)
        else:
            arrays[name] = np.ascontiguousarray(value, dtype=np.float32)
    arrays |= {RESUME + name: np.ascontiguousarray(value) for name, value in bundle.resume.items()}
    document = _document(bundle)
    digest = _digest(document, arrays)
    metadata = {_KEY: json.dumps(document | {"digest": digest}, ensure_ascii=False)}
    write_atomically(path, save(arrays, metadata))
    return replace(bundle, digest=digest)


def load_bundle(path: Path, *, with_resume: bool = False) -> Bundle:
    """Load a bundle and verify its version, digest and shapes.

    Args:
        path: A bundle, a checkpoint, a run's folder, or the name of a bundle that ships with the
            package.
        with_resume: Whether to return the arrays that resuming a training run needs.

    Raises:
        BundleError: The file is missing, truncated, altered, not a bundle, or of an
            unsupported version.
    """
    path = find_bundle(path)
    arrays, metadata = _read(path)
    document = _parse(path, metadata)
    # The digest covers every array, so a checkpoint's arrays are read even if not requested.
    if document.pop("digest", None) != (digest := _digest(document, arrays)):
        raise BundleError(
            f"{str(path)!r} was altered: its content does not match its digest",
            code="bundle.altered",
            values={"path": str(path)},
            hint="copy or download it again, or train it anew",
        )
    try:
        bundle = _from_document(document, digest)
    except (CharbardError, KeyError, TypeError) as error:
        raise BundleError(
            f"{str(path)!r} holds a setting that does not fit: {error}",
            code="bundle.setting",
            values={"path": str(path), "why": str(error)},
            hint=_MADE_ELSEWHERE,
        ) from error
    weights = _floats(
        path, {name: value for name, value in arrays.items() if not name.startswith(RESUME)}
    )
    _check_shapes(path, bundle.config, weights)
    resume = {
        name.removeprefix(RESUME): value
        for name, value in arrays.items()
        if with_resume and name.startswith(RESUME)
    }
    return replace(bundle, weights=weights, resume=resume)


def shipped_bundles() -> dict[str, Path]:
    """Return the bundles that ship with the package, by name."""
    found = sorted(SHIPPED.glob("*.safetensors"))
    return {path.stem: path for path in found}


def find_bundle(named: Path) -> Path:
    """Resolve a user's reference to a model; the resulting path need not exist.

    Args:
        named: A file; a run's folder, which means its best bundle or, without one, its newest
            checkpoint; or, if there is no such file or folder, the name of a shipped bundle.
    """
    if not named.is_dir():
        return named if named.exists() else shipped_bundles().get(str(named), named)
    best = named / "model.safetensors"
    checkpoints = sorted(named.glob("checkpoint_*.safetensors"), key=lambda p: p.stat().st_mtime_ns)
    return best if best.exists() or not checkpoints else checkpoints[-1]


def _document(bundle: Bundle) -> dict[str, Any]:
    spelling = {"spelling": " ".join(bundle.spelling)} if bundle.spelling else {}
    return {
        "version": FORMAT_VERSION,
        "config": to_dict(bundle.config),
        "vocab": {"chars": "".join(bundle.vocab.chars), "fields": list(bundle.vocab.fields)},
        "normalisation": "NFC, line feeds",
        "has_records": bundle.has_records,
        **spelling,
        "provenance": dict(bundle.provenance),
        "scores": dict(bundle.scores),
        "extra": dict(bundle.extra),
    }


def _from_document(document: Mapping[str, Any], digest: str) -> Bundle:
    vocab = Vocab(tuple(document["vocab"]["chars"]), tuple(document["vocab"]["fields"]))
    return Bundle(
        config=from_dict(ModelConfig, document["config"]),
        vocab=vocab,
        weights={},
        has_records=document["has_records"],
        spelling=tuple(str.split(document["spelling"])) if "spelling" in document else (),
        provenance=document["provenance"],
        scores=document["scores"],
        extra=document["extra"],
        digest=digest,
    )


def _digest(document: Mapping[str, Any], arrays: Arrays) -> str:
    """Return a digest of metadata and arrays that does not depend on their order in the file."""
    hasher = blake2b(digest_size=8)
    hasher.update(json.dumps(document, sort_keys=True).encode())
    for name in sorted(arrays):
        value = arrays[name]
        # Type and shape are hashed too, because the same bytes could be a different array.
        hasher.update(f"{name} {value.dtype.str} {value.shape}".encode())
        hasher.update(np.ascontiguousarray(value).reshape(-1).view(np.uint8).data)
    return hasher.hexdigest()


def _read(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        shipped = ", ".join(shipped_bundles())
        raise BundleError(
            f"no model at {str(path)!r}",
            code="bundle.none",
            values={"path": str(path), "known": list(shipped_bundles())},
            hint=f"{f'shipped: {shipped}; ' if shipped else ''}"
            "train one with: charbard train TEXT --minutes 2",
        )
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            return {name: file.get_tensor(name) for name in file.keys()}, metadata  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise BundleError(
            f"{str(path)!r} cannot be read as a bundle: {error}",
            code="bundle.unreadable",
            values={"path": str(path), "why": str(error)},
            hint="it may be cut short or be another kind of file; copy it again or train it anew",
        ) from None


def _parse(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(metadata[_KEY])
        version = document["version"]
    except (KeyError, ValueError, TypeError):
        raise BundleError(
            f"{str(path)!r} is a .safetensors file, but not a charbard bundle",
            code="bundle.foreign",
            values={"path": str(path)},
            hint="bundles are made by: charbard train",
        ) from None
    if version not in _READ:
        raise BundleError(
            f"{str(path)!r} is of bundle version {version}, this charbard reads"
            f" {' and '.join(map(str, _READ))}",
            code="bundle.version",
            values={"path": str(path), "version": str(version), "known": " ".join(map(str, _READ))},
            hint="train it anew, or install the charbard that made it",
        )
    return document


def _floats(path: Path, arrays: Arrays) -> dict[str, NDArray[np.float32]]:
    """Return the weights as float32, dequantising those stored as int8."""
    units = {name for name in arrays if name.endswith(_UNIT)}
    floats = {}
    for name, value in arrays.items():
        if name.endswith(_UNIT):
            continue
        if value.dtype != np.int8:
            floats[name] = value.astype(np.float32)
            continue
        unit = arrays.get(name + _UNIT)
        if unit is None or value.ndim != 2 or unit.shape != value.shape[:1]:
            raise BundleError(
                f"{str(path)!r}: the bytes of {name} have no unit for each row",
                code="bundle.shape",
                values={"path": str(path), "name": name},
                hint=_MADE_ELSEWHERE,
            )
        floats[name] = unrounded(value, unit.astype(np.float32))
        units.discard(name + _UNIT)
    if units:
        raise BundleError(
            f"{str(path)!r} has an unexpected array {min(units)!r}",
            code="bundle.array",
            values={"path": str(path), "name": min(units)},
            hint=_MADE_ELSEWHERE,
        )
    return floats


def _check_shapes(path: Path, config: ModelConfig, weights: Arrays) -> None:
    wanted = config.shapes()
    if odd := sorted(set(wanted) ^ set(weights)):
        kind = "lacks" if odd[0] in wanted else "has an unexpected"
        raise BundleError(
            f"{str(path)!r} {kind} array {odd[0]!r}",
            code="bundle.array",
            values={"path": str(path), "name": odd[0]},
            hint=_MADE_ELSEWHERE,
        )
    for name, shape in wanted.items():
        if weights[name].shape != shape:
            raise BundleError(
                f"{str(path)!r}: {name} has shape {weights[name].shape}, its settings say {shape}",
                code="bundle.shape",
                values={"path": str(path), "name": name},
                hint=_MADE_ELSEWHERE,
            )
