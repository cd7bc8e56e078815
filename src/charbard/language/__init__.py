"""Errors and notes in Chinese, from their codes: for the page, and for a Chinese terminal.

`data/zh.json` has, for each code, what is wrong and what can be done, with `{name}` for a value and
⟪name⟫ for a setting. Both doors read it; `data/zh-terminal.json` has what the page does not meet.
The English stands where an error is raised.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from charbard.errors import CharbardError, Note, Spell, Values, spelled

__all__ = ["chinese", "in_chinese", "is_chinese", "note_in_chinese"]

_VALUE = re.compile(r"{(\w+)}")
_FILES = ("zh.json", "zh-terminal.json")
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")


@cache
def chinese() -> Mapping[str, tuple[str, str]]:
    """What is wrong and what can be done, by code; the second is empty where nothing can."""
    folder = files("charbard.language.data")
    found: dict[str, tuple[str, str]] = {}
    for name in _FILES:
        texts = json.loads(folder.joinpath(name).read_text(encoding="utf-8"))
        found |= {code: (said[0], said[1]) for code, said in texts.items()}
    return MappingProxyType(found)


def is_chinese() -> bool:
    """Whether the user's locale is Chinese."""
    said = next((value for name in _LOCALES if (value := os.environ.get(name))), "")
    return said.startswith("zh")


def in_chinese(error: CharbardError, spell: Spell) -> tuple[str, str]:
    """Message and hint of an error, its settings as a door spells them; as raised without Chinese.

    >>> from charbard.errors import OptionError, in_python
    >>> in_chinese(OptionError("…", code="line.full"), in_python)
    ('没有空着的句子', '空着的字写作 _')
    """
    said = chinese().get(error.code)
    if said is None:
        return error.said(spell)
    message, hint = (_filled(text, error.values) for text in said)
    return spelled(message, spell), spelled(hint, spell)


def note_in_chinese(note: str, spell: Spell) -> str:
    """A note, its settings as a door spells them; as it is without Chinese."""
    return spelled(_worded(note), spell)


def _worded(value: object) -> str:
    if isinstance(value, Note) and value.code in chinese():
        return _filled(chinese()[value.code][0], value.values)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(map(_worded, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _filled(text: str, values: Values) -> str:
    """A sentence with its values; a value that it does not name is left out."""
    return _VALUE.sub(lambda found: _worded(values.get(found[1], "")), text)
