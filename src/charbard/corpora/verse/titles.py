"""Split the headings of 词 and 曲 in poetry-source into tune and title.

A heading is usually a tune, a dot and a title. The dot may be missing (醉桃源画眉鸟), a slash and
the tune's usual name may follow (凤栖梧/蝶恋花), and the title of a set of poems may precede the
tune (题水仙册子十二首望江南).
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from charbard.corpus.verse.script import common_spelling
from charbard.tables import table_lines

__all__ = ["Heading", "ci_heading", "common_tune", "listed_qu", "qu_heading", "tunes_in"]

_DOT = re.compile(r"\s*[·・．]+\s*")
_STROKE = re.compile(r"\s*[/／]\s*")
_NOTE = re.compile("（[^（）]*(?:）|$)|【[^【】]*】")
_COUNT = re.compile("^[一二三四五六七八九十百]+[首阕]|[一二三四五六七八九十百]+[首阕]$")
_PLACE = re.compile("^(其[一二三四五六七八九十百]+)[、，：]?")
_LEAST_USES = 3
"""Number of headings that must begin with a name and a dot for the name to count as a tune."""
_LONGEST, _LEAST_INSIDE = 8, 3
_SPELLINGS = {
    "一翦梅": "一剪梅",
    "浣溪纱": "浣溪沙",
    "浣纱溪": "浣溪沙",
    "摊破浣溪纱": "摊破浣溪沙",
    "减字浣溪纱": "减字浣溪沙",
    "菩萨鬘": "菩萨蛮",
    "卜筭子": "卜算子",
    "六醜": "六丑",
    "六么令": "六幺令",
    "如梦里": "如梦令",
    "桃园忆故人": "桃源忆故人",
    "鹧鹄天": "鹧鸪天",
    "醉花闲": "醉花间",
    "凭栏人": "凭阑人",
    "水仙花": "水仙子",
    "沉醉风东": "沉醉东风",
    "惜馀春慢": "惜余春慢",
    "倾盃": "倾杯",
    "倾盃乐": "倾杯乐",
}
"""Spelling or typo of a tune's name -> its uniform spelling. Alternative names are not listed."""
_NO_TUNES = frozenset(
    ("正宫", "越调", "双调", "黄钟", "杂曲歌辞", "相和歌辞", "子夜四时歌", "出塞", "行路难", "句")
)
"""Beginnings of headings that are not tunes, such as musical keys and chapters of 乐府 books."""


@dataclass(frozen=True)
class Heading:
    """A parsed heading."""

    tune: str
    """The tune; empty if unknown."""
    title: str
    is_plain: bool = True
    """Whether the tune is in a usual position, such as alone or before a dot."""


def common_tune(name: str) -> str:
    """Return a tune's name in its uniform spelling.

    >>> common_tune("一翦梅")
    '一剪梅'
    """
    return _SPELLINGS.get(name, name)


def tunes_in(headings: Iterable[str], known: Iterable[str]) -> frozenset[str]:
    """Return the names of tunes: known names, listed names, and frequent beginnings before a dot.

    Args:
        headings: Headings of the source.
        known: Names from other sources.
    """
    heads = Counter(
        _DOT.split(heading)[0] for heading in map(_plain, headings) if _DOT.search(heading)
    )
    often = {
        name for name, count in heads.items() if count >= _LEAST_USES and not _COUNT.search(name)
    }
    listed = {name for name in known if name.isalpha()}
    return frozenset(
        name
        for name in often | listed | {*_listed("tunes.txt"), *_SPELLINGS}
        if 2 <= len(name) <= _LONGEST and name not in _NO_TUNES
    )


def ci_heading(heading: str, tunes: frozenset[str]) -> Heading:
    """Split the heading of a 词 into tune and title.

    Args:
        heading: The source's heading, in simplified characters.
        tunes: Known tunes.

    >>> ci_heading("青玉案·其二", frozenset({"青玉案"}))
    Heading(tune='青玉案', title='其二', is_plain=True)
    >>> ci_heading("凤栖梧/蝶恋花 秋思", frozenset({"凤栖梧", "蝶恋花"}))
    Heading(tune='蝶恋花', title='秋思', is_plain=True)
    >>> ci_heading("醉桃源画眉鸟", frozenset({"醉桃源"}))
    Heading(tune='醉桃源', title='画眉鸟', is_plain=False)
    """
    text = _plain(heading)
    # The surest sign of a tune comes first, the vaguest last; only the first two count as plain.
    own, stroke, usual = _cut(_STROKE, text)
    if stroke and len(own) <= _LONGEST and (found := _at_start(usual, tunes)):
        return Heading(common_tune(found), _tidy(usual[len(found) :]))
    head, _, rest = _cut(_DOT, text)
    if head in tunes:
        return Heading(common_tune(head), _tidy(rest))
    if found := _at_start(text, tunes):
        return Heading(common_tune(found), _tidy(text[len(found) :]), is_plain=False)
    if inside := _inside(text, tunes):
        found = text[slice(*inside)]
        title = f"{_tidy(text[: inside[0]])} {_tidy(text[inside[1] :])}".strip()
        return Heading(common_tune(found), title, is_plain=False)
    return Heading("", _tidy(text), is_plain=False)


def qu_heading(heading: str, tunes: frozenset[str], keys: Iterable[str]) -> Heading:
    """Split the heading of a 曲 into tune and title, dropping the musical key.

    Args:
        heading: The source's heading, in simplified characters.
        tunes: Known tunes.
        keys: Names of the musical keys (宫调).

    >>> qu_heading("双调·天香引·西湖感旧", frozenset({"天香引"}), ["双调"])
    Heading(tune='天香引', title='西湖感旧', is_plain=True)
    >>> qu_heading("【南吕】四块玉美色", frozenset({"四块玉"}), ["南吕"])
    Heading(tune='四块玉', title='美色', is_plain=True)
    """
    key = "|".join(keys)
    # 1) Replace the brackets around keys and tunes by the dots that other headings have.
    text = re.sub(rf"【({key})】", r"\1·", " ".join(heading.split()))
    text = re.sub(r"【([^【】]*)】", r"·\1·", text).replace(".", "·")
    text = _NOTE.sub("", text)
    # 2) Drop the key, whether it is a separate part or directly before the tune.
    parts = [part for part in _DOT.split(text) if part and part not in keys]
    parts = [re.sub(rf"^[南北]?(?:{key})(?=.)", "", part) for part in parts]
    # 3) Look for a tune at the start of a part, then anywhere; else take the text after a key.
    for place, part in enumerate(parts):
        if found := _at_start(part, tunes):
            rest = [*parts[:place], part[len(found) :], *parts[place + 1 :]]
            return Heading(common_tune(found), _tidy(" ".join(filter(None, rest))))
    whole = " ".join(parts)
    after = re.search(rf"(?:{key})(.+)$", whole)  # a set's title, the key, the tune
    if inside := _inside(whole, tunes):
        before = re.sub(rf"[南北]?(?:{key})(?:入双调)?$", "", whole[: inside[0]])
        title = f"{_tidy(before)} {_tidy(whole[inside[1] :])}".strip()
        return Heading(common_tune(whole[slice(*inside)]), title, is_plain=False)
    if after and len(after[1]) <= _LONGEST:
        return Heading(common_tune(after[1]), _tidy(whole[: after.start()]), is_plain=False)
    return Heading("", _tidy(whole), is_plain=False)


def _plain(heading: str) -> str:
    return _NOTE.sub("", " ".join(common_spelling(heading).split())).strip()


def _tidy(title: str) -> str:
    """Return a title without dots, slashes or counts of poems, and with a space after its number
    in a set.

    >>> _tidy("·其三立春日雪")
    '其三 立春日雪'
    """
    text = " ".join(_DOT.sub(" ", title).replace("/", " ").split()).strip("，。、：")
    text = _PLACE.sub(r"\1 ", _COUNT.sub("", text).strip()).strip()
    return " ".join(text.split())


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, str, str]:
    match = pattern.search(text)
    if match is None:
        return text, "", ""
    return text[: match.start()], match[0], text[match.end() :]


def _at_start(text: str, tunes: frozenset[str]) -> str:
    """Return the longest tune at the start of a text; empty if there is none."""
    # Longer names come first, because one name may begin another: 卜算子 and 卜算子慢.
    for length in range(min(len(text), _LONGEST), 1, -1):
        if text[:length] in tunes:
            return text[:length]
    return ""


def _inside(text: str, tunes: frozenset[str]) -> tuple[int, int] | None:
    """Return (start, end) of the longest tune inside a text, after the title of a set."""
    found = [
        (length, start)
        for start in range(1, len(text))
        for length in range(_LEAST_INSIDE, _LONGEST + 1)
        # A slice past the end is shorter than `length` and would be recorded with a wrong length.
        if text[start : start + length] in tunes and len(text) >= start + length
    ]
    if not found:
        return None
    length, start = max(found)
    return start, start + length


def listed_qu() -> frozenset[str]:
    """Load the package's list of tunes of 曲."""
    return _listed("tunes_qu.txt")


@cache
def _listed(table: str) -> frozenset[str]:
    return frozenset(name for row in table_lines("corpora", table) for name in row.split())
