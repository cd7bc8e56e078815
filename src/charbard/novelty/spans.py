"""Find spans of four characters or more in a corpus of verse, through an index on disk.

Every four consecutive characters inside a line form a gram, which is encoded as a number. The
sorted numbers and their positions in the text are memory-mapped. Longer spans are found by
comparing the characters after these positions. Spans never cross the end of a line.

Shape letters: T characters of all lines (each line ends in a 0), G grams, P poems, L lines.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charbard.corpus.verse.poem import lines_of
from charbard.corpus.verse.variants import one_spelling
from charbard.errors import CorpusError
from charbard.files import write_folder_atomically

__all__ = ["GRAM", "SourceLine", "Span", "SpanIndex", "has_spans", "open_spans"]

GRAM = 4
"""Length of the shortest span that can be found, in characters."""
_BITS = 16
_MAPPED = ("text_T", "grams_G", "places_G")
_READ = ("chars", "line_starts_L", "poem_of_L", "offsets_P")
"""Arrays that are read into memory because access is random; 25 MB for the verse corpus."""


@dataclass(frozen=True)
class SourceLine:
    """A line of the corpus."""

    title: str
    author: str
    dynasty: str
    number: int
    """1-based number of the line in the poem."""
    line: str


@dataclass(frozen=True)
class Span:
    """A stretch of a line that occurs in the corpus."""

    line: int
    """Index of the queried line."""
    start: int
    end: int
    """Index after the last character of the stretch; `start` is the index of the first."""
    count: int
    """Number of occurrences in the corpus."""
    source: SourceLine
    """The first occurrence, in the order of the records."""


@dataclass(frozen=True)
class SpanIndex:
    """The index of one records file."""

    records: Path
    chars: NDArray[np.uint32]
    """Sorted code points; the id of a character is its index in this array plus one."""
    text_T: NDArray[np.uint16]
    grams_G: NDArray[np.uint64]
    places_G: NDArray[np.uint32]
    line_starts_L: NDArray[np.uint32]
    poem_of_L: NDArray[np.uint32]
    offsets_P: NDArray[np.int64]

    def spans(self, lines: Sequence[str]) -> tuple[Span, ...]:
        """Return the stretches of the lines that occur in the corpus, except those inside a longer
        one.

        Args:
            lines: Simplified lines without marks; see `lines_of`.
        """
        return tuple(
            Span(number, start, end, len(places), self._source(places.min()))
            for number, line in enumerate(lines)
            for start, end, places in self._stretches(line)
        )

    def lengths(self, lines: Sequence[str]) -> tuple[tuple[int, ...], ...]:
        """Return, for each character of each line, the length of the longest stretch around it that
        occurs in the corpus; 0 if none does."""
        found = [[0] * len(line) for line in lines]
        for number, line in enumerate(lines):
            for start, end, _ in self._stretches(line):
                for place in range(start, end):
                    found[number][place] = max(found[number][place], end - start)
        return tuple(map(tuple, found))

    def _stretches(self, line: str) -> Iterator[tuple[int, int, NDArray[np.uint32]]]:
        """Yield (start, end, positions in the corpus) of each stretch of a line that occurs in the
        corpus, except those inside a longer one."""
        ids = _ids_of(_codes(one_spelling(line)), self.chars)
        keys = _keys(ids)
        firsts = np.searchsorted(self.grams_G, keys, "left")
        lasts = np.searchsorted(self.grams_G, keys, "right")
        reached = 0  # a stretch that ends no further than an earlier one is inside it
        for start in np.flatnonzero((lasts > firsts) & (keys > 0)):
            places = self.places_G[firsts[start] : lasts[start]]
            end = int(start) + GRAM
            # Extend all occurrences at once, and keep those whose next character agrees.
            while end < len(ids) and ids[end]:
                # The cast is needed because `start` is an int64 and would widen the array. The
                # index never passes the end of the text, because its final 0 matches nothing.
                longer = places[self.text_T[places + np.uint32(end - start)] == ids[end]]
                if not len(longer):
                    break
                places, end = longer, end + 1
            if end > reached:
                yield int(start), end, places
                reached = end

    def _source(self, place: np.uint32) -> SourceLine:
        # `place` has the type of the array: otherwise searchsorted would first convert the array.
        number = int(np.searchsorted(self.line_starts_L, place, "right")) - 1
        poem = self.poem_of_L[number]
        first = int(np.searchsorted(self.poem_of_L, poem, "left"))
        with self.records.open("rb") as file:
            file.seek(int(self.offsets_P[poem]))
            record = json.loads(file.readline())
        return SourceLine(
            title=record.get("title", ""),
            author=record.get("author", ""),
            dynasty=record["dynasty"],
            number=number - first + 1,
            line=lines_of(record["text"])[number - first],
        )


def has_spans(records: Path) -> bool:
    """Return whether the index of a records file exists."""
    return _folder(records).is_dir()


def open_spans(records: Path) -> SpanIndex:
    """Open the index of a records file, building it beside the file on first use.

    Raises:
        CorpusError: The records or the index cannot be read.
        SaveError: The index cannot be written.
    """
    folder = _folder(records)
    if not has_spans(records):
        write_folder_atomically(folder, lambda place: _build(records, place))
    try:
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in _MAPPED}
        arrays |= {name: np.load(folder / f"{name}.npy") for name in _READ}
    except (OSError, ValueError) as error:
        raise CorpusError(
            f"cannot read the index {str(folder)!r}: {error}",
            code="index.unreadable",
            values={"path": str(folder), "why": str(error)},
            hint="remove that folder; it is made again when it is needed",
        ) from None
    return SpanIndex(records, **{name: np.asarray(array) for name, array in arrays.items()})


def _folder(records: Path) -> Path:
    return records.parent / "spans"


def _build(records: Path, folder: Path) -> None:
    lines: list[str] = []
    poem_of: list[int] = []
    offsets = [0]
    try:
        with records.open("rb") as file:
            for poem, raw in enumerate(file):
                found = lines_of(json.loads(raw)["text"])
                lines += found
                poem_of += [poem] * len(found)
                offsets.append(offsets[-1] + len(raw))
    except OSError as error:
        raise CorpusError(
            f"cannot read {str(records)!r}: {error.strerror}",
            code="verse.unreadable",
            values={"path": str(records), "why": str(error.strerror)},
            hint="charbard corpus build verse",
        ) from None
    # Line feeds get the id 0, so that no gram crosses the end of a line.
    codes_T = _codes("\n".join(lines) + "\n")
    chars = np.unique(codes_T)
    chars = chars[chars != ord("\n")]
    text_T = _ids_of(codes_T, chars)
    keys_T = _keys(text_T)
    places = np.flatnonzero(keys_T).astype(np.uint32)
    # The sort is stable, so that the positions of equal grams stay in the order of the records.
    order = np.argsort(keys_T[places], kind="stable")
    starts = np.flatnonzero(text_T == 0)[:-1] + 1
    arrays = {
        "chars": chars,
        "text_T": text_T,
        "grams_G": keys_T[places][order],
        "places_G": places[order],
        "line_starts_L": np.concatenate([[0], starts]).astype(np.uint32),
        "poem_of_L": np.array(poem_of, np.uint32),
        "offsets_P": np.array(offsets[:-1], np.int64),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


def _ids_of(codes: NDArray[np.uint32], chars: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """Return the ids of characters: the index in `chars` plus 1, or 0 for other characters."""
    places = np.searchsorted(chars, codes)
    known = np.take(chars, places, mode="clip") == codes
    return np.where(known, places + 1, 0).astype(np.uint16)


def _keys(ids: NDArray[np.uint16]) -> NDArray[np.uint64]:
    """Return, for each position, the key of the gram that begins there; 0 if the gram contains a
    0."""
    count = max(0, len(ids) - GRAM + 1)
    keys, whole = np.zeros(count, np.uint64), np.ones(count, np.bool_)
    for shift in range(GRAM):
        part = ids[shift : shift + count]
        # Four ids of 16 bits fill the 64 bits exactly.
        keys = (keys << np.uint64(_BITS)) | part.astype(np.uint64)
        whole &= part > 0
    keys[~whole] = 0
    return keys
