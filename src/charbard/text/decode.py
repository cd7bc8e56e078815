"""Decode bytes block by block and record each byte that is invalid in the encoding.

A file is decoded once to find its flaws (`read_as`) and again to get its text (`pieces`). Both use
the same decoder, so the report always matches the text.
"""

import codecs
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from charbard.errors import CorpusError, Note
from charbard.text.normal import DROPPED

__all__ = [
    "FEW_CONTROLS",
    "Flaws",
    "Reading",
    "check_encoding",
    "decoded",
    "flaws_of",
    "pieces",
    "read_as",
]

PIECE_CHARS = 1 << 20
_MOST_NAMED = 3
"""Maximum number of invalid bytes whose location is reported; further ones are only counted."""
# No code point below this one combines with the code point before it, so text may be cut there.
_FIRST_COMBINING = "\u0300"
_CONTROLS = "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f"
FEW_CONTROLS, _CONTROL_SHARE = 8, 200
"""A file is binary if it has more than 8 control codes, and more than one in 200 characters."""
_HANDLER = "charbard-note"
# A `codecs` error handler is global and receives only the error, so this thread-local variable
# tells it in which `Flaws` to record the error.
_current = threading.local()


def check_encoding(name: str) -> str:
    """Return the encoding if Python knows it.

    Raises:
        CorpusError: Python does not know the encoding.

    >>> check_encoding("gb18030")
    'gb18030'
    """
    try:
        "a".encode(name)
    except (LookupError, UnicodeError):  # Python also has codecs that are not for text
        raise CorpusError(
            f"no encoding named {name!r}",
            code="encoding.unknown",
            values={"encoding": name},
            hint="for example: utf-8, gb18030, utf-16, cp1252, big5, cp949, shift_jis, koi8-r",
        ) from None
    return name


@dataclass
class Flaws:
    """The invalid bytes that a decoder has found, and its position."""

    bad: int = 0
    """Number of invalid bytes."""
    named: list[str] = field(default_factory=list)
    """Locations of the first few invalid bytes, in words."""
    cut: int = 0
    """Number of bytes of characters that are cut off at the start and the end of the file."""
    zeros: int = 0
    controls: int = 0
    chars: int = 0
    foreign: int = 0
    """Number of decoded characters beyond ASCII."""
    line: int = 1
    """Line number of the next character."""
    column: int = 0
    """Number of bytes of that line that are already decoded."""
    offset: int = 0
    """Offset in the file of the next byte to decode."""
    at_end: bool = False

    def note(self, error: UnicodeDecodeError) -> tuple[str, int]:
        """Record invalid bytes; return their replacement and the index at which to resume
        decoding."""
        content, start, size = error.object, error.start, error.end - error.start
        # A byte 10xxxxxx continues a character of UTF-8. Up to three such bytes at the very start
        # of the file are the rest of a character that was cut off.
        starts_cut = self.offset + start == self.cut < 3 and content[start] & 0xC0 == 0x80
        if self.at_end or (starts_cut and error.encoding.startswith("utf-8")):
            self.cut += size
            return "", error.end
        if len(self.named) < _MOST_NAMED:
            before = content[:start].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            line = self.line + before.count(b"\n")
            column = start - (content[:start].rfind(b"\n") + 1) + 1
            column += self.column if line == self.line else 0
            found = content[start : error.end].hex(" ")
            self.named.append(f"line {line}, byte {column} ({found})")
        self.bad += size
        return "\ufffd", error.end


def _note(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    flaws: Flaws = _current.flaws
    return flaws.note(error)


codecs.register_error(_HANDLER, _note)


def decoded(file: BinaryIO, encoding: str, flaws: Flaws) -> Iterator[str]:
    """Yield the raw text of a file block by block, recording invalid bytes in `flaws`.

    Args:
        file: A file open at its start; it is read to its end.
        encoding: An encoding that `check_encoding` accepts.
        flaws: Updated while decoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)(_HANDLER)
    fed = 0
    while True:
        block = file.read(PIECE_CHARS)
        # If the last block ended inside a character, the decoder still holds its first bytes, so
        # the next error may be before this block.
        pending = decoder.getstate()[0]
        flaws.offset, flaws.at_end = fed - len(pending), not block
        _current.flaws = flaws
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeError:  # UTF-16 or UTF-32 without a byte-order mark: the location is unknown
            flaws.bad += len(block)
            return
        fed += len(block)
        _count(flaws, text, len(pending) + len(block) - len(decoder.getstate()[0]))
        if text:
            yield text
        if not block:
            return


def _count(flaws: Flaws, text: str, size: int) -> None:
    flaws.chars += len(text)
    if not text.isascii():
        plain = len(text.encode("ascii", "ignore"))
        flaws.foreign += len(text) - plain - text.count("\ufffd")
    flaws.zeros += text.count("\x00")
    flaws.controls += sum(map(text.count, _CONTROLS))
    # If there are no line feeds, carriage returns end the lines, as on old Macs.
    lines = text.count("\n") or text.count("\r")
    flaws.line += lines
    rest = text[max(text.rfind("\n"), text.rfind("\r")) + 1 :].encode("utf-8", "replace")
    flaws.column = len(rest) if lines else flaws.column + size


def flaws_of(file: BinaryIO, encoding: str) -> Flaws:
    """Decode a whole file and return its flaws."""
    flaws = Flaws()
    file.seek(0)
    for _ in decoded(file, encoding, flaws):
        pass
    return flaws


@dataclass(frozen=True)
class Reading:
    """The result of reading a file in an encoding."""

    encoding: str
    notes: tuple[Note, ...] = ()
    """Assumptions and repairs to report to the user."""


def read_as(
    file: BinaryIO, encoding: str, *, name: str, refuse: bool = False, guessed: bool = False
) -> Reading:
    """Check that a file can be read in an encoding, and note what has to be repaired.

    Args:
        file: A file open at its start; it is read to its end.
        encoding: The encoding.
        name: Name of the file, for messages.
        refuse: Whether to raise an error on an invalid byte instead of replacing it.
        guessed: Whether the encoding was detected; a note then names it, unless it is UTF-8.

    Raises:
        CorpusError: The file is not text, has too many invalid bytes, or has any invalid byte and
            `refuse` is set.
    """
    flaws = Flaws()
    for _ in decoded(file, encoding, flaws):
        pass
    if flaws.controls > FEW_CONTROLS and flaws.controls > flaws.chars // _CONTROL_SHARE:
        raise CorpusError(
            f"{name} is not text: {flaws.controls} of its {flaws.chars} characters are control"
            " codes",
            code="encoding.controls",
            values={"file": name, "controls": flaws.controls, "chars": flaws.chars},
            hint="give a plain text file; UTF-16 without a mark must be named, for example"
            " ⟪encoding=utf-16-le⟫",
        )
    where = "; ".join(flaws.named)
    if flaws.bad and (refuse or flaws.bad > max(flaws.foreign, flaws.chars // 100)):
        raise CorpusError(
            f"{name} is not {encoding}: {flaws.bad} bytes do not belong there"
            + (f", {where}" if where else ""),
            hint="name the encoding, for example ⟪encoding=gb18030⟫"
            + ("; or let such bytes be replaced: ⟪bad_bytes=replace⟫" if refuse else ""),
            code="encoding.wrong",
            values={"file": name, "encoding": encoding, "bad": flaws.bad},
        )
    return Reading(encoding, tuple(_notes(flaws, encoding, name, where, guessed)))


def _notes(flaws: Flaws, encoding: str, name: str, where: str, guessed: bool) -> Iterator[Note]:
    if guessed and encoding not in ("utf-8", "utf-8-sig"):
        text = f"{name}: read as {encoding} (another: ⟪encoding⟫)"
        yield Note(text, "text.guessed", {"file": name, "encoding": encoding})
    if flaws.bad:
        more = f" and {flaws.bad - len(flaws.named)} more" if flaws.bad > len(flaws.named) else ""
        yield Note(
            f"{name}: {_bytes(flaws.bad)} not {encoding} and read as \ufffd: {where}{more}"
            " (to refuse such a file: ⟪bad_bytes=refuse⟫)",
            "text.replaced",
            {"file": name, "encoding": encoding, "bad": flaws.bad},
        )
    if flaws.cut:
        yield Note(
            f"{name}: cut in the middle of a character: {_bytes(flaws.cut, verb=False)} left out",
            "text.cut",
            {"file": name, "bytes": flaws.cut},
        )
    if flaws.zeros:
        text = f"{name}: zero characters left out: {flaws.zeros}"
        yield Note(text, "text.zeros", {"file": name, "count": flaws.zeros})


def _bytes(count: int, *, verb: bool = True) -> str:
    said = "1 byte" if count == 1 else f"{count} bytes"
    return f"{said} {'is' if count == 1 else 'are'}" if verb else said


def pieces(file: BinaryIO, encoding: str, *, name: str) -> Iterator[str]:
    r"""Yield a file's normalised text in pieces of about a million characters.

    The joined pieces equal `normalise` of the whole text, and memory use does not grow with the
    file. Invalid bytes become the replacement character; `read_as` reports them.

    >>> import io
    >>> "".join(pieces(io.BytesIO(b"a\r\nb"), "utf-8", name="two lines"))
    'a\nb'
    """
    held = ""
    for raw in decoded(file, encoding, Flaws()):
        held += raw
        cut = _safe_cut(held)
        if cut:
            yield _clean(held[:cut])
            held = held[cut:]
    if held:
        yield _clean(held)


def _safe_cut(text: str) -> int:
    """Return the last index at which the text can be cut without separating a letter from its
    accents; 0 if more text is needed first."""
    if (line_end := text.rfind("\n")) >= 0:
        return line_end + 1
    if len(text) < PIECE_CHARS:
        return 0
    for place in range(len(text) - 1, 0, -1):
        if text[place - 1] == "\r":  # a line feed may follow
            continue
        # U+3099 is the first combining mark of kana. Neither the characters before it in the block
        # nor ideographs compose with the character before them.
        if text[place] < _FIRST_COMBINING or "\u3000" < text[place] < "\u3099":
            return place
        if "\u4e00" <= text[place] <= "\u9fff":
            return place
    return len(text)


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.translate(DROPPED) if "\x00" in text or "\ufeff" in text else text
    return unicodedata.normalize("NFC", text)
