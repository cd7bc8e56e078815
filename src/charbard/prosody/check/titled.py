"""Find the forms that a title names: 声声慢·寻寻觅觅, 七律·长征, 【越调】天净沙 秋思,
调寄浣溪沙."""

import re
from functools import cache

from charbard.prosody.book import fold
from charbard.prosody.catalogue import form_named, templates
from charbard.prosody.form import Form

__all__ = ["forms_in_title"]

_WORD = re.compile(r"[\u3400-\u9fff]+")
_SET_TO = ("调寄", "寄调", "词牌", "曲牌", "右调")
_LONGEST, _SURE = 8, 3
"""Length of the longest name of a tune, and the length below which a name (西河, 南浦) counts only
as a whole word."""


def forms_in_title(title: str) -> list[Form]:
    """List the forms that a title names, in order of occurrence; short names only as whole words.

    >>> [form.name for form in forms_in_title("声声慢·秋情 李清照")]
    ['声声慢']
    >>> forms_in_title("南浦别 白居易")
    []
    """
    names = _names()
    found: dict[str, None] = {}
    for word in _WORD.findall("".join(map(fold, title))):
        for mark in _SET_TO:
            word = word.rpartition(mark)[2]
        if word in names:
            found[names[word]] = None
        for start in range(len(word)):
            # One name may begin another, so the longest one comes first, and shorter names at the
            # same place do not count.
            for length in range(min(_LONGEST, len(word) - start), _SURE - 1, -1):
                if (name := names.get(word[start : start + length])) is not None:
                    found[name] = None
                    break
    return [form_named(name) for name in found]


@cache
def _names() -> dict[str, str]:
    """Map all names of the forms of 词, 曲 and 近体诗 to the form's main name."""
    return {
        name: template.name
        for template in templates()
        if template.kind in ("词", "曲", "近体诗")
        for name in (template.name, *template.aliases)
    }
