"""Datasets: a text as ids in a memory-mapped file, which is the trainer's input.

A text is encoded once and cached under a digest of its content and of the settings for reading it.
A changed text or setting makes a new entry; without changes, opening costs only a look-up. The
memory needed does not grow with the text.
"""

import json
import mmap
import shutil
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from charbard.config import CorpusConfig, to_dict
from charbard.corpus.heldout import read_list
from charbard.corpus.inputs import Input, find_inputs
from charbard.corpus.malformed import MalformedCount
from charbard.corpus.records import Record, read_records
from charbard.corpus.split import TEST, TRAIN, VALIDATION, Clusters
from charbard.errors import CorpusError, Note, facts_of, note_of
from charbard.files import cache_folder, readable, write_folder_atomically
from charbard.vocab import END, UNKNOWN, Vocab, count_chars

__all__ = ["Dataset", "open_dataset"]

_LAYOUT = 3
"""Version of the layout of cached files; it is part of the digest that names their folder."""
_MOST_NAMES = 20
_CHECK_FILTERS = "check the text, and the filters: ⟪min_length⟫, ⟪max_length⟫, ⟪drop_containing⟫"
Ids = NDArray[np.uint16 | np.uint32]


class RecordIds(NamedTuple):
    """The ids of one record, as views into the dataset."""

    fields: dict[str, Ids]
    """Ids of the marker and the characters of each field that the record has."""
    text_marker: Ids
    """Id of the text marker; empty if the vocabulary has no fields."""
    text: Ids
    """Ids of the text's characters, then `END`."""


@dataclass(frozen=True)
class Dataset:
    """Ids on disk, with the boundaries and splits of their records.

    The ids of a record are the ids of `Vocab.opening` without the leading `END`, then the text,
    then `END`. The ids of running text are only its characters.
    """

    mapped: mmap.mmap
    """The file of all ids, with 2 bytes for each id, or 4 if there are more than 65,536 symbols."""
    vocab: Vocab
    config: CorpusConfig
    bounds: NDArray[np.int64]
    """Record i spans ids bounds[i] to bounds[i + 1]; in running text, so does split i."""
    sides: NDArray[np.uint8]
    """`TRAIN`, `VALIDATION` or `TEST` for each record, or for each split of running text."""
    field_sizes: NDArray[np.int32]
    """Number of ids of each field with its marker, (records, fields); 0 for a missing field."""
    digest: str
    """Digest of the text's content and of the settings for reading it, 16 hex digits."""
    about: dict[str, Any]
    """Names, encodings and counts, for provenance and for reporting assumptions to the user."""

    @property
    def has_records(self) -> bool:
        """Whether the text consists of records, each with a beginning and an end."""
        return self.config.has_records

    @cached_property
    def ids(self) -> Ids:
        """All ids, paged in from disk on access."""
        ids: Ids = np.frombuffer(self.mapped, _dtype(self.vocab))
        return ids

    def release(self) -> None:
        """Release the pages read so far; the system reads them again on demand."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self.mapped.madvise(mmap.MADV_DONTNEED)

    def stream(self, side: int) -> Ids:
        """Return the ids of one split of running text."""
        return self.ids[self.bounds[side] : self.bounds[side + 1]]

    def records(self, side: int) -> NDArray[np.int64]:
        """Return the indices of the records of one split."""
        return np.flatnonzero(self.sides == side)

    def record(self, index: int) -> RecordIds:
        """Return the ids of one record, divided into fields and text."""
        place, fields = int(self.bounds[index]), dict[str, Ids]()
        for name, size in zip(self.vocab.fields, self.field_sizes[index].tolist(), strict=True):
            if size:
                fields[name] = self.ids[place : place + size]
            place += size
        start = place + (self.vocab.text_marker is not None)
        return RecordIds(
            fields, self.ids[place:start], self.ids[start : int(self.bounds[index + 1])]
        )

    def size(self, side: int) -> int:
        """Return the number of ids in one split."""
        return int(np.diff(self.bounds)[self.sides == side].sum())


def open_dataset(
    names: Sequence[str],
    config: CorpusConfig | None = None,
    *,
    vocab: Vocab | None = None,
    grow: bool = False,
    say: Callable[[str], None] = lambda message: None,
    warn: Callable[[str], None] | None = None,
) -> Dataset:
    """Encode a text, or open its cached encoding.

    Args:
        names: Files, folders, patterns, `-`, or corpora by name.
        config: Settings for reading the text.
        vocab: Vocabulary to encode with; characters that it lacks become unknown.
        grow: Whether to append the characters and fields that `vocab` lacks instead.
        say: Called with progress messages.
        warn: Called with assumptions about the text and repairs to it; None: `say` is called.

    Raises:
        CorpusError: The text cannot be read, or contains nothing to learn from.
        SaveError: The cache cannot be written.
    """
    config = config or CorpusConfig()
    if vocab is not None:
        _check_fields(vocab.fields, config.fields, grow=grow)
    inputs = find_inputs(names, encoding=config.encoding, bad_bytes=config.bad_bytes)
    warn = warn or say
    for source in inputs:
        for note in source.notes:
            warn(note)
    digest = _digest(inputs, config)
    # Ids depend on the vocabulary, so the same text has an entry for each vocabulary.
    symbols = "" if vocab is None else f"-{_hex(f'{grow} {vocab.symbols}'.encode())}"
    folder = cache_folder() / "datasets" / (digest + symbols)
    was_there = folder.is_dir()
    if not _is_whole(folder):
        size = f"{sum(source.size for source in inputs) / 1000:,.0f}"
        say(Note(f"encoding {size} kB of text", "text.encoding", {"size": size}))
        known = vocab if vocab and not grow else _vocabulary(inputs, config, vocab)
        if was_there:  # incomplete, so damaged: folders are written atomically
            shutil.rmtree(folder, ignore_errors=True)
        write_folder_atomically(folder, lambda place: _build(place, inputs, config, known))
    return _open(folder, config, digest, warn)


def _check_fields(known: tuple[str, ...], asked: tuple[str, ...], *, grow: bool) -> None:
    if known == asked or (grow and known and set(known) < set(asked)):
        return
    names = ", ".join(asked) or "no fields"
    if not known:
        raise CorpusError(
            f"the model was trained without fields, and the text has {names}",
            code="grow.fieldless",
            values={"given": names},
            hint="leave out ⟪fields⟫, or train a new model without ⟪init_from⟫",
        )
    raise CorpusError(
        f"the model is conditioned on {', '.join(known)}, the text on {names}",
        code="grow.fields",
        values={"known": known, "fields": ",".join(known), "given": names},
        hint=f"use ⟪fields={','.join(known)}⟫",
    )


def _digest(inputs: Iterable[Input], config: CorpusConfig) -> str:
    settings = to_dict(config)
    if config.exclude_lines is not None:  # hash the list's content, not its path
        settings["exclude_lines"] = _hex(read_list(Path(config.exclude_lines)).tobytes())
    how = json.dumps([_LAYOUT, settings]).encode()
    return _hex(how + b"".join(source.digest + source.encoding.encode() for source in inputs))


def _hex(content: bytes) -> str:
    return blake2b(content, digest_size=8).hexdigest()


def _is_whole(folder: Path) -> bool:
    """Return whether a cached entry exists and its file of ids has full length.

    The length is checked here because the file is mapped without being read.
    """
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        wanted: int = about["ids"] * about["bytes_per_id"]
        return (folder / "ids.bin").stat().st_size == wanted
    except (OSError, ValueError, KeyError):
        return False


def _open(folder: Path, config: CorpusConfig, digest: str, say: Callable[[str], None]) -> Dataset:
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    if note := about.pop("note", None):
        say(note_of(note))
    vocab = Vocab(tuple(about.pop("chars")), tuple(about.pop("fields")))
    with (folder / "ids.bin").open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return Dataset(
        mapped=mapped,
        vocab=vocab,
        config=config,
        bounds=np.load(folder / "bounds.npy"),
        sides=np.load(folder / "sides.npy"),
        field_sizes=np.load(folder / "field_sizes.npy"),
        digest=digest,
        about=about,
    )


def _dtype(vocab: Vocab) -> type[np.uint16] | type[np.uint32]:
    return np.uint16 if len(vocab) <= 1 << 16 else np.uint32


def _build(folder: Path, inputs: tuple[Input, ...], config: CorpusConfig, vocab: Vocab) -> None:
    with (folder / "ids.bin").open("wb") as file:
        write = _write_records if config.has_records else _write_stream
        parts = write(file, inputs, config, vocab)
    if not parts.bounds[-1]:
        raise CorpusError(
            "the text holds nothing to learn from", code="text.nothing", hint=_CHECK_FILTERS
        )
    np.save(folder / "bounds.npy", parts.bounds)
    np.save(folder / "sides.npy", parts.sides)
    np.save(folder / "field_sizes.npy", parts.field_sizes)
    about = {
        "chars": "".join(vocab.chars),
        "fields": vocab.fields,
        "names": [readable(Path(source.name).name) for source in inputs[:_MOST_NAMES]],
        "files": len(inputs),
        "encodings": sorted({source.encoding for source in inputs}),
        "bytes": sum(source.size for source in inputs),
        "ids": int(parts.bounds[-1]),
        "bytes_per_id": np.dtype(_dtype(vocab)).itemsize,
        "records": len(parts.sides) if config.has_records else None,
        "unknown": parts.unknown,
        "misshapen": parts.malformed.count,
        "note": facts_of(parts.malformed.note()) if parts.malformed.count else None,
    }
    (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")


def _vocabulary(inputs: tuple[Input, ...], config: CorpusConfig, keep: Vocab | None) -> Vocab:
    counts = count_chars(_texts(inputs, config))
    if not counts:
        raise CorpusError(
            "the text holds nothing to learn from", code="text.nothing", hint=_CHECK_FILTERS
        )
    fresh = Vocab.from_counts(counts, min_count=config.min_count, fields=config.fields)
    if keep is None:
        return fresh
    more = tuple(char for char in fresh.chars if char not in keep)
    return Vocab(keep.chars + more, config.fields)


def _texts(inputs: Iterable[Input], config: CorpusConfig) -> Iterator[str]:
    """Yield all text that will be encoded, fields included."""
    if config.has_records:
        for record in read_records(inputs, config, MalformedCount()):
            yield record.text
            yield from record.fields.values()
    else:
        for source in inputs:
            yield from source.pieces()


@dataclass(frozen=True)
class _Parts:
    """Record boundaries and splits of the ids just written, with counts of unknown characters and
    malformed records; arrays have the same meaning as in `Dataset`."""

    bounds: NDArray[np.int64]
    sides: NDArray[np.uint8]
    field_sizes: NDArray[np.int32]
    unknown: int
    malformed: MalformedCount = field(default_factory=MalformedCount)


def _write_stream(
    file: BinaryIO, inputs: Iterable[Input], config: CorpusConfig, vocab: Vocab
) -> _Parts:
    """Write running text, split by position into training, validation and test."""
    size = unknown = 0
    for text in _texts(inputs, config):
        ids = vocab.encode(text)
        unknown += int((ids == UNKNOWN).sum())
        size += len(ids)
        file.write(ids.astype(_dtype(vocab)).tobytes())
    train = int(size * (1 - config.validation - config.test))
    # Counted from the end, so that rounding never makes the test part too long.
    test = size - int(size * config.test)
    sides = np.array([TRAIN, VALIDATION, TEST], np.uint8)
    return _Parts(np.array([0, train, test, size]), sides, np.zeros((3, 0), np.int32), unknown)


def _write_records(
    file: BinaryIO, inputs: Iterable[Input], config: CorpusConfig, vocab: Vocab
) -> _Parts:
    clusters, bounds, field_sizes, unknown = Clusters(), array("q", [0]), array("i"), 0
    given_sides, malformed = array("B"), MalformedCount()
    for record in read_records(inputs, config, malformed):
        sizes = [len(record.fields[f]) + 1 if f in record.fields else 0 for f in config.fields]
        ids = _encode_record(record, vocab)
        unknown += int((ids == UNKNOWN).sum())
        bounds.append(bounds[-1] + len(ids))
        field_sizes.extend(sizes)
        if record.side is None:
            clusters.add(record.text)
        else:
            given_sides.append(record.side)
        file.write(ids.astype(_dtype(vocab)).tobytes())
    return _Parts(
        np.frombuffer(bounds, np.int64),
        np.frombuffer(given_sides, np.uint8)
        if given_sides
        else clusters.sides(validation=config.validation, test=config.test),
        np.frombuffer(field_sizes, np.int32).reshape(len(bounds) - 1, len(config.fields)),
        unknown,
        malformed,
    )


def _encode_record(record: Record, vocab: Vocab) -> NDArray[np.int32]:
    # The END that opens a record is the END that closes the record before it, so it is left out.
    opening = vocab.opening(has_records=True, fields=record.fields)[1:]
    return np.concatenate([opening, vocab.encode(record.text), [END]]).astype(np.int32)
