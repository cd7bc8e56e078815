"""Tell the encoding of a file by evidence: what its bytes can be, and what they cannot.

UTF-8 is the only encoding whose characters are hardly ever made by another one, so a text that is
UTF-8 but for a few bytes stays UTF-8. Everything else is left to chardet, and refused if chardet
does not know it either, or names an encoding in which the file cannot be read.
"""

import codecs
import re
from collections import Counter
from itertools import pairwise
from typing import BinaryIO

from charbard.errors import CorpusError
from charbard.text.decode import Flaws, decoded

__all__ = ["detect_encoding"]

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD = 4096
_FEW_BAD, _RARE = 8, 200
"""Fewer bad bytes than this, not one in so many characters, are damage, not an encoding."""
_SURE, _MIXED = 2.0, 0.8
"""UTF-8 characters for each bad byte: legacy texts reach 0.4, so twice is UTF-8 with bad bytes.
In between it is a mixture, of which every reading would be wrong."""
_ISO_2022 = re.compile(rb"\x1b[$(][@-J]")
_PLAIN_RUN = re.compile(rb"([\x00-\x7f]{20})[\x00-\x7f]+([\x00-\x7f]{20})")
"""ASCII tells nothing of an encoding; much of it drowns what tells something."""
_SAMPLE_BYTES = 1 << 16
_PARTS, _PART_BYTES = 4, 1 << 10
_CERTAIN, _FEWEST = 0.9, 12
"""So large a share of so many characters is not common by chance: by chance it is a third."""
_ENOUGH_TO_JUDGE = 10_000
_LEVEL_1 = range(0xB0, 0xD8)
_BIG5_LEVEL_1 = range(0xA4, 0xC7)
_JIS_LEVEL_1 = range(0x88, 0x98)
_NOT_PLAIN = re.compile("[^\t\n\f\r -~]")
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932"}
"""Encodings that are always declared, and rarely kept to: the wider one reads both."""
_HANGUL = re.compile("[\u1100-\u11ff\u3000-\u303f\u3131-\u318e\uac00-\ud7a3]")
_BELONGS = {
    "cp949": (_HANGUL, 0.75),
    "euc_jp": (re.compile("[\u3041-\u30ff]"), 0.1),
    "gb18030": (re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]"), 0.75),
    "utf-16-le": (re.compile("\\s"), 0.01),
    "utf-16-be": (re.compile("\\s"), 0.01),
}
"""What a text in an encoding is made of, and at least in what share."""
_USUAL = re.compile(
    "utf-.*|gb18030|hz|big5.*|cp949|johab|cp932|euc_j.*|iso2022_.*|cp125[0-8]|iso8859-.*"
    "|koi8-.*|cp866|cp874|tis-620"
)
"""What text files are written in; chardet names others when it has nothing better."""
_WESTERN = re.compile("[\u2013\u2014\u2018-\u201e\u2022\u2026\u20ac\u0152\u0153\xa0-\xff]")
_MOSTLY_PLAIN = 5
"""Of so many characters of a Western text at most one is beyond ASCII."""


def detect_encoding(file: BinaryIO, *, name: str) -> str:
    r"""Tell the encoding of a whole file, read piece by piece.

    Args:
        file: Open at its start; read to its end.
        name: What to call it in an error.

    Raises:
        CorpusError: The evidence does not suffice, or it is not text at all.

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
    as_utf8 = _flaws(file, "utf-8")
    is_other = as_utf8.zeros * 20 > as_utf8.chars or _ISO_2022.search(head)
    if not as_utf8.bad and not is_other:
        return "utf-8"
    if 0 < as_utf8.bad < _FEW_BAD and as_utf8.bad * _RARE <= as_utf8.chars:
        return "utf-8"
    if as_utf8.foreign >= _SURE * as_utf8.bad > 0:
        return "utf-8"
    for encoding in ("utf-16-le", "utf-16-be"):
        if _is_common_east_asian(file, encoding):
            return encoding
    return _by_statistics(file, name, as_utf8)


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


def _flaws(file: BinaryIO, encoding: str) -> Flaws:
    """What is wrong with a file if it is read in an encoding."""
    flaws = Flaws()
    file.seek(0)
    for _ in decoded(file, encoding, flaws):
        pass
    return flaws


def _is_common_east_asian(file: BinaryIO, encoding: str) -> bool:
    """Whether nearly all that UTF-16 yields is common in Chinese or Japanese."""
    seen = common = 0
    file.seek(0)
    flaws = Flaws()
    for block in decoded(file, encoding, flaws):
        foreign = _NOT_PLAIN.findall(block) if seen < _ENOUGH_TO_JUDGE else ()
        seen += len(foreign)
        common += sum(map(_is_common, foreign))
    return not flaws.bad and seen >= _FEWEST and common >= _CERTAIN * seen


def _is_common(char: str) -> bool:
    """Punctuation, kana, and the first levels of GB 2312, Big5 and JIS: some 7,000 characters."""
    if "\u3000" <= char <= "\u30ff" or "\uff00" <= char <= "\uffef":
        return True
    return any(
        len(code) == 2 and code[0] in leads
        for code, leads in (
            (char.encode("gb2312", "ignore"), _LEVEL_1),
            (char.encode("big5", "ignore"), _BIG5_LEVEL_1),
            (char.encode("cp932", "ignore"), _JIS_LEVEL_1),
        )
    )


def _by_statistics(file: BinaryIO, name: str, as_utf8: Flaws) -> str:
    hint = "name it, for example --encoding latin-1, or gb18030, big5, shift_jis, cp949, cp1251"
    if as_utf8.foreign > _MIXED * as_utf8.bad > 0:
        raise CorpusError(
            f"{name} is in several encodings at once: {as_utf8.foreign} characters are UTF-8,"
            f" {as_utf8.bad} bytes are not: {'; '.join(as_utf8.named)}",
            hint=f"convert its parts to UTF-8; or {hint}",
        )
    for found in (*_named_by_chardet(file), "gb18030"):
        if _is_proven(file, found):
            return found
    if _is_western(file):
        return "cp1252"
    if as_utf8.controls > _FEW_BAD and as_utf8.zeros:
        raise CorpusError(
            f"{name} is not text: it holds zero bytes",
            hint="give a plain text file, or name its encoding, for example --encoding utf-16-le",
        )
    raise CorpusError(f"cannot tell the encoding of {name}: it is not UTF-8", hint=hint)


def _is_proven(file: BinaryIO, encoding: str) -> bool:
    """Whether hardly a byte does not belong there, and the characters are those it is used for.

    The bytes of GB 2312, CP949 and EUC-JP mostly fit each other: Chinese read as Korean is half
    Hanja, read as Japanese it has no kana.
    """
    if (flaws := _flaws(file, encoding)).bad * 100 > flaws.foreign:
        return False
    if (belongs := _BELONGS.get(encoding)) is None:
        return True
    file.seek(0)
    text = next(decoded(file, encoding, Flaws()), "")
    wanted, share = belongs
    return len(wanted.findall(text)) >= share * max(1, len(_NOT_PLAIN.findall(text)))


def _is_western(file: BinaryIO) -> bool:
    """Whether it is ASCII with some accents or quotation marks, too few for statistics."""
    flaws = _flaws(file, "cp1252")
    if flaws.bad or flaws.controls > _FEW_BAD or flaws.foreign * _MOSTLY_PLAIN > flaws.chars:
        return False
    file.seek(0)
    text = next(decoded(file, "cp1252", Flaws()), "")
    return len(_WESTERN.findall(text)) == len(_NOT_PLAIN.findall(text))


def _named_by_chardet(file: BinaryIO) -> list[str]:
    """What chardet takes the file for, and what it takes parts of it for, most votes first.

    One bad byte rules an encoding out. Among parts it rules it out in one of them.
    """
    import chardet

    sample = _sample(file)
    parts = [sample]
    size = len(sample) // _PARTS
    if size > _PART_BYTES and b"\x00" not in sample:
        cuts = [sample.find(b"\n", size * part) + 1 for part in range(1, _PARTS)]
        parts += [sample[a:b] for a, b in pairwise([0, *cuts, len(sample)])]
    votes = Counter(_usual(one) for part in parts if (one := chardet.detect(part)["encoding"]))
    return [one for one, _ in votes.most_common() if _USUAL.fullmatch(one)]


def _usual(encoding: str) -> str:
    name = codecs.lookup(encoding).name
    return _WIDER.get(name, name)


def _sample(file: BinaryIO) -> bytes:
    """The first bytes beyond ASCII, with what stands near them."""
    file.seek(0)
    kept = b""
    while len(kept) < _SAMPLE_BYTES and (block := file.read(1 << 20)):
        is_whole = b"\x00" in block or _ISO_2022.search(block)
        kept += block if is_whole else _PLAIN_RUN.sub(rb"\1\n\2", block)
    return kept[:_SAMPLE_BYTES]
