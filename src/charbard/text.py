"""From bytes to normalised text: encodings, line ends, Unicode form, variants of a character.

Knows nothing of files' meaning: records, verse and vocabularies come later.
"""

import codecs
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, BinaryIO

from charbard.errors import CorpusError

if TYPE_CHECKING:
    import opencc

__all__ = ["check_encoding", "detect_encoding", "normalise", "pieces", "variants"]

PIECE_CHARS = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Below this letters do not compose with what stands before them, so text may be cut there.
_FIRST_COMBINING = "\u0300"
_NOT_PLAIN = re.compile("[^\t\n\f\r -~]")
_LEVEL_1 = range(0xB0, 0xD8)
_BIG5_LEVEL_1 = range(0xA4, 0xC7)
_CERTAIN, _FEWEST = 0.9, 8
"""So large a share of so many characters is not common by chance: by chance it is a third."""
_ENOUGH_TO_JUDGE = 10_000
_SURROGATE = re.compile("[\ud800-\udfff]")


def normalise(text: str) -> str:
    r"""NFC, with every line end as a line feed.

    A pair of surrogates, as JSON may hold, becomes its character; a lone one, which no encoding
    can carry, the replacement character.

    >>> normalise("e\u0301\r\nx\r")
    'é\nx\n'
    >>> normalise("\ud83e\udd89\ud83e") == "\U0001f989\ufffd"
    True
    """
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def check_encoding(name: str) -> str:
    """The encoding, if Python knows it.

    Raises:
        CorpusError: It does not.

    >>> check_encoding("gb18030")
    'gb18030'
    """
    try:
        "a".encode(name)
    except (LookupError, UnicodeError):  # Python has codecs that are not for text, too
        raise CorpusError(
            f"no encoding named {name!r}", hint="for example: utf-8, gb18030, utf-16, latin-1, big5"
        ) from None
    return name


def detect_encoding(file: BinaryIO, *, name: str) -> str:
    r"""Which of UTF-8, UTF-16, UTF-32 or GB18030 a whole file is, read piece by piece.

    UTF-16 and UTF-32 are known by their byte-order mark. Without one UTF-16 is known by the zero
    bytes that Western text has at every other place, or if nine tenths of what it yields beyond
    ASCII is common in Chinese. GB18030 accepts much that is not Chinese, so it counts only if half
    of that is.

    Args:
        file: Open at its start; read to its end.
        name: What to call it in an error.

    Raises:
        CorpusError: It is none of these, or not text at all.

    >>> detect_encoding(io.BytesIO("床前明月光".encode("gb18030")), name="a poem")
    'gb18030'
    """
    head = file.read(4096)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if guess := _utf16_by_zeros(head):
        return guess
    if b"\x00" not in head and _decodes(file, "utf-8"):
        return "utf-8"
    for encoding in ("utf-16-le", "utf-16-be"):
        share, seen = _share_of(_is_common_in_either_script, file, encoding)
        if share >= _CERTAIN and seen >= _FEWEST:
            return encoding
    if b"\x00" in head:
        raise CorpusError(
            f"{name} is not text: it holds zero bytes",
            hint="give a plain text file, or name its encoding, for example --encoding utf-16-le",
        )
    if _share_of(_is_common_chinese, file, "gb18030")[0] >= 0.5:
        return "gb18030"
    raise CorpusError(
        f"cannot tell the encoding of {name}: it is not UTF-8, UTF-16 or GB18030",
        hint="name it with --encoding, for example --encoding latin-1 or --encoding big5",
    )


def _utf16_by_zeros(head: bytes) -> str | None:
    """UTF-16 of Western text: a zero at every other place, printable bytes at the others."""
    for encoding, zeros, letters in (
        ("utf-16-le", head[1::2], head[0::2]),
        ("utf-16-be", head[0::2], head[1::2]),
    ):
        printable = sum(byte >= 0x20 or byte in b"\t\n\r" for byte in letters)
        if zeros.count(0) > 0.8 * len(zeros) and printable > 0.9 * len(letters):
            return encoding
    return None


def _decodes(file: BinaryIO, encoding: str) -> bool:
    file.seek(0)
    try:
        for _ in _blocks(file, encoding):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _share_of(is_common: Callable[[str], bool], file: BinaryIO, encoding: str) -> tuple[float, int]:
    """The share of what is not plain ASCII that is common, and how much that is.

    Both are 0 if not all of the file decodes.
    """
    seen = common = 0
    file.seek(0)
    try:
        for block in _blocks(file, encoding):
            foreign = _NOT_PLAIN.findall(block) if seen < _ENOUGH_TO_JUDGE else ()
            seen += len(foreign)
            common += sum(map(is_common, foreign))
    except UnicodeDecodeError:
        return 0.0, 0
    return common / max(1, seen), seen


def _is_common_in_either_script(char: str) -> bool:
    """Common in simplified Chinese, or one of the 5,401 characters of Big5's first level."""
    code = char.encode("big5", "ignore")
    return _is_common_chinese(char) or (len(code) == 2 and code[0] in _BIG5_LEVEL_1)


def _is_common_chinese(char: str) -> bool:
    """Punctuation and the 3,755 characters of GB 2312's first level.

    An accented letter of a Western encoding and the letter behind it look like a rare character.
    """
    code = char.encode("gb18030")
    return (
        len(code) == 2 and code[1] > 0xA0 and (code[0] in range(0xA1, 0xAA) or code[0] in _LEVEL_1)
    )


def _blocks(file: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    while block := file.read(PIECE_CHARS):
        yield decoder.decode(block)
    decoder.decode(b"", final=True)


def pieces(file: BinaryIO, encoding: str, *, name: str) -> Iterator[str]:
    r"""A file's text, normalised, in pieces of about a million characters.

    Joined, the pieces are `normalise` of the whole; memory does not grow with the file.

    Raises:
        CorpusError: A byte does not belong to the encoding, or the text holds control characters
            as only binary files do.

    >>> "".join(pieces(io.BytesIO(b"a\r\nb"), "utf-8", name="two lines"))
    'a\nb'
    """
    held = ""
    for raw in _decoded(file, encoding, name):
        held += raw
        cut = _safe_cut(held)
        if cut:
            yield _clean(held[:cut], name)
            held = held[cut:]
    if held:
        yield _clean(held, name)


def _decoded(file: BinaryIO, encoding: str, name: str) -> Iterator[str]:
    reader = io.TextIOWrapper(file, encoding=encoding, newline=None)
    try:
        while raw := reader.read(PIECE_CHARS):
            yield raw
    except UnicodeError as error:  # without bytes, if the byte-order mark is missing
        why = str(error)
        if isinstance(error, UnicodeDecodeError):
            why = f"it holds the bytes {error.object[error.start : error.start + 4].hex(' ')}"
        raise CorpusError(
            f"{name} is not {encoding}: {why}",
            hint="name the encoding with --encoding, for example --encoding gb18030",
        ) from None
    finally:
        reader.detach()


def _safe_cut(text: str) -> int:
    """Where text can be cut without parting a letter from its accents; 0 if nowhere."""
    if (line_end := text.rfind("\n")) >= 0:
        return line_end + 1
    if len(text) < PIECE_CHARS:
        return 0
    for place in range(len(text) - 1, 0, -1):
        if text[place] < _FIRST_COMBINING or "\u3000" < text[place] < "\u3099":
            return place
        if "\u4e00" <= text[place] <= "\u9fff":
            return place
    return len(text)


def _clean(text: str, name: str) -> str:
    controls = sum(text.count(char) for char in "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f")
    if controls > 8 and controls > len(text) // 200:
        raise CorpusError(
            f"{name} is not text: {controls} of its first {len(text)} characters are control codes",
            hint="give a plain text file",
        )
    return unicodedata.normalize("NFC", text)


def variants(char: str) -> Iterator[str]:
    """Other ways to write a character, nearest first.

    Width and compatibility, then script, then case, then without its accents.

    >>> list(variants("Ａ"))
    ['A', 'a', 'ａ']
    >>> next(variants("馬"))
    '马'
    """
    seen = {char}
    candidates = [unicodedata.normalize("NFKC", char), _full_width(char)]
    candidates += [_converter(scheme).convert(char) for scheme in ("t2s", "s2t", "t2tw", "jp2t")]
    candidates += [form for known in tuple(candidates) for form in (known.lower(), known.upper())]
    parts = unicodedata.normalize("NFD", char)
    if all(map(unicodedata.combining, parts[1:])):
        candidates += [parts[0], parts[0].lower()]
    for candidate in candidates:
        if len(candidate) == 1 and candidate not in seen:
            seen.add(candidate)
            yield candidate


def _full_width(char: str) -> str:
    return chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char


@cache
def _converter(scheme: str) -> "opencc.OpenCC":
    import opencc

    return opencc.OpenCC(scheme)
