"""Turn a source's text into a record's text, or say why it cannot be used."""

import re
import unicodedata
from collections.abc import Iterable

__all__ = [
    "Unusable",
    "cleaned_author",
    "cleaned_text",
    "cleaned_title",
    "joined",
    "regular_marks",
]


class Unusable(Exception):
    """A poem must be left out; the message is the reason under which it is counted."""


_NOTES = re.compile("（[^（）]*）|〖[^〖〗]*〗|〔[^〔〕]*〕|〈[^〈〉]*〉|<[^<>]*>")
"""Innermost bracketed notes, such as variant readings and sources."""
_LACUNA = re.compile(
    "[（〔][^（）〔〕]{0,6}[缺闕泐][^（）〔〕]{0,4}[）〕]|[（〔][上下中前后後]?[缺闕]"
)
"""Note that marks a gap in the text."""
_STAGE = re.compile('[（(［\\[〔][^○]|"')
_LAST_STAGE = re.compile("[（(［\\[][^（）()［］\\[\\]]*[）)］\\]]。?$")
_CHOSEN = re.compile(r"[\[［]([^\[\]［］]{1,4})[\]］]|《([^《》]{1,6})》")
"""Characters that an editor supplied in [], or a tune's name in 《》; both belong to the text."""
_QUOTES = str.maketrans("", "", "「」『』“”\"‘’'*· \u3000\u200b\ufeff\n\t")
_FULL_WIDTH = str.maketrans(",?!:;()", "，？！：；（）")
_MARKS = str.maketrans("；：？！．", "，，。。。")
_TIDY = re.compile("[，。、]*([，。、])")
_PAUSE_AT_END = re.compile("、+(?=[，。])")
_MOJIBAKE = "[\u0370-\u052f\u2500-\u257f\u3041-\u312f\ufe30-\ufe4f\ufffd\uff61-\uffdc]"
_NOT_A_POEM = re.compile(
    "詩題.*首句|^首句|出處：|^[無空佚][正詩]?文?。$|詩[一二三四五六七八九十]+[首句]。$"
)
"""Entries for lost poems in catalogues and indexes."""
_FAULTS = (
    ("an entry without its poem", _NOT_A_POEM),
    ("missing characters (□ ○ ●)", re.compile("[□○●囗■◇◆＿]")),
    ("characters written as parts ({…}, ⿰…)", re.compile("[{}=/|+⿰-⿻]")),
    (
        "brackets that do not close, titles of books",
        re.compile(r"[（）()\[\]［］〔〕〖〗〈〉<>《》]"),
    ),
    ("omissions (…)", re.compile("[…—-]")),
    ("private-use characters", re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")),
    ("mojibake (kana, Cyrillic, �)", re.compile(_MOJIBAKE)),
    ("letters and digits", re.compile("[0-9A-Za-zⅰ-ⅿ０-９Ａ-Ｚａ-ｚ]")),
)
_HAN = re.compile("[\u3007\u3400-\u9fff\U00020000-\U0003ffff]")
_BOOK = re.compile("《.*")
_BEHIND_NAME = re.compile("[0-9]+$| ?[一二三四五六七八九十]+首$")
_NOBODY = re.compile("^(不[詳详]|佚名|[無无]名|缺名|闕名)")
_TEXT = re.compile("[\u3007\u3400-\u9fff\ufa0e-\ufa29\U00020000-\U0003ffff，。、]+")


def cleaned_text(raw: str, *, songs: bool = False) -> str:
    """Return the text without notes, and with only the three punctuation marks of records.

    Args:
        raw: All paragraphs, joined.
        songs: Whether the text is a 曲. Brackets (except at the end) and quotation marks then make
            it unusable, because they mark stage directions and speech.

    Raises:
        Unusable: Part of the text is missing or unreadable.

    >>> cleaned_text("千山鳥飛絕，萬逕（一作徑）人[蹤]滅。")
    '千山鳥飛絕，萬逕人蹤滅。'
    """
    text = unicodedata.normalize("NFC", raw)
    # Gaps are looked for before notes are removed, because only a note shows that a gap is there.
    if _LACUNA.search(text):
        raise Unusable("gaps that a note tells of")
    if songs and _STAGE.search(_LAST_STAGE.sub("", text)):
        raise Unusable("stage directions, speech")
    text = without_notes(text)
    for reason, pattern in _FAULTS:
        if pattern.search(text):
            raise Unusable(reason)
    text = _TIDY.sub(r"\1", text.translate(_MARKS)).lstrip("，。、")
    text = _PAUSE_AT_END.sub("", text)
    if not text:
        raise Unusable("no text")
    if not _TEXT.fullmatch(text):
        raise Unusable("other signs")
    return text if text[-1] in "，。" else text.rstrip("、") + "。"


def without_notes(text: str) -> str:
    """Return the text without quotation marks and bracketed notes.

    Characters that an editor supplied in square brackets, and names in 《》, are kept, without the
    brackets.
    """
    text = text.translate(_FULL_WIDTH)
    # Notes may be nested, and each pass removes only the innermost ones.
    before = None
    while before != text:
        before, text = text, _NOTES.sub("", text)
    return _CHOSEN.sub(r"\1\2", text).translate(_QUOTES)


def cleaned_title(raw: str) -> str:
    """Return a title without notes and with single spaces; empty if it lacks characters."""
    text = unicodedata.normalize("NFC", raw).translate(_FULL_WIDTH)
    before = None
    while before != text:
        before, text = text, _NOTES.sub("", text)
    text = " ".join(_CHOSEN.sub(r"\1\2", text).split())
    # Only missing characters make a title unusable; letters, brackets and dashes are common there.
    readable = not any(pattern.search(text) for _, pattern in _FAULTS[1:3])
    return text if readable else ""


def cleaned_author(raw: str) -> str:
    """Return a poet's name without text that follows it; empty if the poet is anonymous.

    >>> cleaned_author("高明《蔡伯喈琵琶记》"), cleaned_author("无名氏")
    ('高明', '')
    """
    name = _BEHIND_NAME.sub("", cleaned_title(_BOOK.sub("", raw)))
    return "" if _NOBODY.search(name) else name


def joined(paragraphs: Iterable[str]) -> str:
    """Join paragraphs, adding 。 to each paragraph that ends without a mark.

    >>> joined(["山一程，水一程", "风一更，雪一更"])
    '山一程，水一程。风一更，雪一更。'
    """
    return "".join(p + "。" if _HAN.fullmatch(p[-1]) else p for p in paragraphs if p)


def regular_marks(lines: tuple[str, ...]) -> str:
    """Punctuate lines as couplets: ， after the first line and 。 after the second.

    >>> regular_marks(("床前明月光", "疑是地上霜"))
    '床前明月光，疑是地上霜。'
    """
    return "".join(line + "，。"[place % 2] for place, line in enumerate(lines))
