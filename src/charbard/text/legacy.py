"""Name the encoding of a file that is not Unicode, or refuse to guess.

chardet weighs every encoding, and a candidate must also fit the file (see `fitting`). If a second
encoding fits nearly as well, neither is chosen: text in one of GB 2312, EUC-JP and Big5 is mostly
valid in the others, and after a wrong guess a model would be trained on nonsense.
"""

import codecs
import re
from collections import Counter
from itertools import pairwise
from typing import BinaryIO

from charbard.errors import CorpusError
from charbard.text.fitting import TWO_BYTES, fits, is_western

__all__ = ["ISO_2022", "legacy_encoding"]

ISO_2022 = re.compile(rb"\x1b[$(][@-J]")
_PLAIN_RUN = re.compile(rb"([\x00-\x7f]{20})[\x00-\x7f]+([\x00-\x7f]{20})")
"""Long run of ASCII, which is no evidence and would outweigh the bytes that are."""
_SAMPLE_BYTES = 1 << 16
_PARTS, _PART_BYTES = 4, 1 << 8
_LEAST = 0.03
"""Weight below which an encoding is ignored, unless chardet prefers it."""
_CLOSE = 0.5
"""Share of the best weight from which another encoding makes the choice ambiguous."""
_WIDER = {
    **{"gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932"},
    **{"big5": "big5hkscs", "cp950": "big5hkscs"},
}
"""Encoding that files declare but rarely keep to -> the superset that is used instead."""
_USUAL = re.compile(
    "utf-.*|gb18030|hz|big5hkscs|cp949|johab|cp932|euc_j.*|iso2022_.*|cp125[0-8]|iso8859-.*"
    "|koi8-[ru]|cp866|cp874|tis-620"
)
"""Encodings that occur in text files; chardet returns others if it has no better guess."""


def legacy_encoding(file: BinaryIO, name: str) -> str | None:
    """Return the encoding that fits a file best; None if none fits.

    Args:
        file: The file, which is read to its end.
        name: Name of the file, for error messages.

    Raises:
        CorpusError: Two encodings fit about equally well.
    """
    preferred, weights = _weighed(file)
    ranked = sorted(weights.items(), key=lambda one: -one[1])
    fitting = [one for one, weight in ranked if one and fits(file, one, weight)]
    candidates = [one for one in preferred if one in fitting]
    considered = [one for one in fitting if weights[one] >= _LEAST]
    candidates += [one for one in considered if one in TWO_BYTES]
    if not candidates and is_western(file):
        better = [one for one in considered if weights.get("cp1252", 0) < _CLOSE * weights[one]]
        return better[0] if better else "cp1252"
    candidates += considered
    if not candidates:
        return None
    best, *_ = candidates
    # Single-byte encodings share most letters, so a wrong choice among them does little harm. A
    # wrong two-byte encoding garbles the whole text.
    near = {one for one in fitting if weights[one] >= _CLOSE * weights[best]} - {best}
    rivals = sorted(near if best in TWO_BYTES else near & set(TWO_BYTES))
    if rivals:
        raise CorpusError(
            f"the encoding of {name} is {best} or {rivals[0]}: its bytes make sense in both",
            code="encoding.either",
            values={"file": name, "one": best, "other": rivals[0]},
            hint=f"name the right one, for example ⟪encoding={best}⟫",
        )
    return best


def _weighed(file: BinaryIO) -> tuple[list[str], dict[str, float]]:
    """Return (the encodings that chardet prefers for a file and its parts, the largest weight of
    each encoding).

    For chardet a single invalid byte rules an encoding out. The parts are therefore judged
    separately, so that a damaged part does not decide for the whole file.
    """
    import chardet

    sample = _sample(file)
    parts = [sample]
    size = len(sample) // _PARTS
    if size > _PART_BYTES and b"\x00" not in sample:
        cuts = [sample.find(b"\n", size * part) + 1 for part in range(1, _PARTS)]
        parts += [sample[a:b] for a, b in pairwise([0, *cuts, len(sample)])]
    preferred = Counter[str]()
    weights: dict[str, float] = {}
    for part in parts:
        preferred[_usual(chardet.detect(part)["encoding"])] += 1
        for found in chardet.detect_all(part, ignore_threshold=True):
            encoding = _usual(found["encoding"])
            weights[encoding] = max(weights.get(encoding, 0), found["confidence"])
    return [one for one, _ in preferred.most_common() if one], weights


def _usual(encoding: str | None) -> str:
    """Return Python's name of an encoding that text files use; empty for any other encoding."""
    name = codecs.lookup(encoding).name if encoding else ""
    name = _WIDER.get(name, name)
    return name if _USUAL.fullmatch(name) else ""


def _sample(file: BinaryIO) -> bytes:
    """Return the first non-ASCII bytes of a file with some ASCII before and after them."""
    file.seek(0)
    kept = b""
    while len(kept) < _SAMPLE_BYTES and (block := file.read(1 << 20)):
        # UTF-16, UTF-32 and ISO-2022 also write other characters with ASCII bytes, so in these the
        # ASCII bytes are evidence.
        is_whole = b"\x00" in block or ISO_2022.search(block)
        kept += block if is_whole else _PLAIN_RUN.sub(rb"\1\n\2", block)
    return kept[:_SAMPLE_BYTES]
