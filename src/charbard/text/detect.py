"""Detect the encoding of a file by testing whether its bytes are valid in each candidate.

Text in other encodings hardly ever contains valid UTF-8 sequences, so a text that is UTF-8 except
for a few bytes counts as UTF-8. Byte-order marks and zero bytes reveal UTF-16 and UTF-32. All other
encodings are older than Unicode: see `legacy`.
"""

import codecs
from typing import BinaryIO

from charbard.errors import CorpusError
from charbard.text.decode import FEW_CONTROLS, Flaws, flaws_of
from charbard.text.fitting import common_share
from charbard.text.legacy import ISO_2022, legacy_encoding

__all__ = ["detect_encoding"]

_NAME_IT = "name it, for example ⟪encoding=latin-1⟫, or gb18030, big5, shift_jis, cp949, cp1251"
# UTF-32 must be tried before UTF-16, because its mark begins with the mark of UTF-16.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD = 4096
_FEW_BAD, _RARE = 8, 200
"""Fewer than 8 invalid bytes, with at least 200 characters for each, count as damage and not as
another encoding."""
_SURE, _MIXED = 2.0, 0.8
"""UTF-8 characters per invalid byte: at least 2.0 is damaged UTF-8, because legacy texts reach only
0.4. Between 0.8 and 2.0 a file is a mixture, unless all of it is common text in a legacy
encoding."""
_CERTAIN, _FEWEST = 0.9, 12
"""Share of common characters that cannot be due to chance (chance gives a third), and the minimum
number of characters to judge by."""


def detect_encoding(file: BinaryIO, *, name: str) -> str:
    r"""Detect the encoding of a whole file, read block by block.

    Args:
        file: A file open at its start; it may be read to its end.
        name: Name of the file, for error messages.

    Raises:
        CorpusError: The evidence is insufficient, or the file is not text.

    >>> import io
    >>> detect_encoding(io.BytesIO("床前明月光".encode("gb18030")), name="a poem")
    'gb18030'
    >>> detect_encoding(io.BytesIO("이 몸이 죽고 죽어".encode("cp949")), name="a poem")
    'cp949'
    """
    head = file.read(_HEAD)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding
    if guess := _utf16_by_zeros(head):
        return guess
    as_utf8 = flaws_of(file, "utf-8")
    if _is_utf8(as_utf8, is_other=ISO_2022.search(head) is not None):
        return "utf-8"
    for encoding in ("utf-16-le", "utf-16-be"):
        share, seen = common_share(file, encoding)
        if seen >= _FEWEST and share >= _CERTAIN and not flaws_of(file, encoding).bad:
            return encoding
    found = legacy_encoding(file, name)
    if as_utf8.foreign > _MIXED * as_utf8.bad > 0 and not _is_beyond_doubt(file, found):
        raise CorpusError(
            f"{name} is in several encodings at once: {as_utf8.foreign} characters are UTF-8,"
            f" {as_utf8.bad} bytes are not: {'; '.join(as_utf8.named)}",
            code="encoding.mixed",
            values={"file": name, "foreign": as_utf8.foreign, "bad": as_utf8.bad},
            hint=f"convert its parts to UTF-8; or {_NAME_IT}",
        )
    if found is not None:
        return found
    if as_utf8.controls > FEW_CONTROLS and as_utf8.zeros:
        raise CorpusError(
            f"{name} is not text: it holds zero bytes",
            code="encoding.zeros",
            values={"file": name},
            hint="give a plain text file, or name its encoding, for example ⟪encoding=utf-16-le⟫",
        )
    raise CorpusError(
        f"cannot tell the encoding of {name}: it is not UTF-8",
        code="encoding.hidden",
        values={"file": name},
        hint=_NAME_IT,
    )


def _is_utf8(flaws: Flaws, *, is_other: bool) -> bool:
    """Return whether a text is UTF-8, given its flaws when decoded as UTF-8.

    A character cut off at the start or the end is excused only if the text also has whole
    characters beyond ASCII.
    """
    # ISO-2022 consists of ASCII bytes and would pass as flawless UTF-8; only its escapes reveal it.
    if is_other or flaws.zeros * 20 > flaws.chars:
        return False
    bad = flaws.bad + (0 if flaws.foreign else flaws.cut)
    is_damage = bad < _FEW_BAD and bad * _RARE <= flaws.chars
    return not bad or is_damage or flaws.foreign >= _SURE * bad


def _is_beyond_doubt(file: BinaryIO, found: str | None) -> bool:
    """Return whether a file, in the encoding `found`, is common East Asian text throughout.

    Any valid UTF-8 sequences in it are then due to chance.
    """
    if found is None or flaws_of(file, found).bad:
        return False
    return common_share(file, found)[0] >= _CERTAIN


def _utf16_by_zeros(head: bytes) -> str | None:
    """Recognise Western text in UTF-16, in which every other byte is zero and the rest are
    printable."""
    for encoding, zeros, letters in (
        ("utf-16-le", head[1::2], head[0::2]),
        ("utf-16-be", head[0::2], head[1::2]),
    ):
        printable = sum(byte >= 0x20 or byte in b"\t\n\r" for byte in letters)
        if zeros.count(0) > 0.8 * len(zeros) and printable > 0.9 * len(letters):
            return encoding
    return None
