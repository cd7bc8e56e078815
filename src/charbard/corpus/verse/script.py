"""Convert text to simplified characters, one for one.

Variants are unified, and characters that few fonts have are avoided.
"""

from functools import cache
from typing import TYPE_CHECKING

from charbard.corpus.verse.variants import one_spelling

if TYPE_CHECKING:
    import opencc

__all__ = ["common_spelling", "simplified", "spellings"]

_LAST_COMMON = "\uffff"
"""Last character of Unicode's basic plane; many fonts and terminals lack characters beyond it."""


def simplified(text: str) -> str:
    """Return the text in simplified characters, except where the simplified one is rare in fonts.

    >>> simplified("國破山河在")
    '国破山河在'
    >>> simplified("爐鑪")
    '炉鑪'
    """
    return spellings(text)[1]


def common_spelling(text: str) -> str:
    """Return the text in the spelling of records: simplified, with variants unified.

    >>> common_spelling("劒閣")
    '剑阁'
    """
    return spellings(text)[0]


def spellings(text: str) -> tuple[str, str, str]:
    """Return the results of `common_spelling`, of `simplified`, and of full simplification.

    >>> spellings("劒鑪")
    ('剑炉', '劒鑪', '劒𬬻')
    """
    full: str = _converter().convert(text)
    if len(full) != len(text):
        full = "".join(map(_one, text))
    plain = full
    if not full.isascii() and max(full) > _LAST_COMMON:
        plain = "".join(
            old if new > _LAST_COMMON else new for old, new in zip(text, full, strict=True)
        )
    return one_spelling(plain), plain, full


@cache
def _one(char: str) -> str:
    found: str = _converter().convert(char)
    return found if len(found) == 1 else char


@cache
def _converter() -> "opencc.OpenCC":
    import opencc

    return opencc.OpenCC("t2s")
