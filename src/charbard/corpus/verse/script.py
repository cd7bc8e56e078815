"""Into simplified characters that every font shows, one character for one."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import opencc

__all__ = ["simplified"]

_LAST_COMMON = "\uffff"
"""Last character of Unicode's basic plane: fonts and terminals fail beyond it."""


def simplified(text: str) -> str:
    """The text in simplified characters; one whose simplified form no font has stays as it is.

    >>> simplified("國破山河在")
    '国破山河在'
    >>> simplified("爐鑪")
    '炉鑪'
    """
    converted: str = _converter().convert(text)
    if len(converted) != len(text):
        converted = "".join(map(_one, text))
    if converted.isascii() or max(converted) <= _LAST_COMMON:
        return converted
    return "".join(
        old if new > _LAST_COMMON else new for old, new in zip(text, converted, strict=True)
    )


@cache
def _one(char: str) -> str:
    found: str = _converter().convert(char)
    return found if len(found) == 1 else char


@cache
def _converter() -> "opencc.OpenCC":
    import opencc

    return opencc.OpenCC("t2s")
