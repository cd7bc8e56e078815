"""Translate errors and notes into Chinese, by code, for the page and a Chinese terminal.

`data/zh.json` has two sentences for each code: what is wrong, and what can be done. In a sentence
`{name}` is a value and ⟪name⟫ a setting. Both interfaces read this file; `data/zh-terminal.json`
has the codes that never reach the page. English sentences are written where errors are raised.
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
    """Return (what is wrong, what can be done) in Chinese by code; the second may be empty."""
    folder = files("charbard.language.data")
    found: dict[str, tuple[str, str]] = {}
    for name in _FILES:
        texts = json.loads(folder.joinpath(name).read_text(encoding="utf-8"))
        found |= {code: (said[0], said[1]) for code, said in texts.items()}
    return MappingProxyType(found)


def is_chinese() -> bool:
    """Return whether the user's locale is Chinese."""
    said = next((value for name in _LOCALES if (value := os.environ.get(name))), "")
    return said.startswith("zh")


def in_chinese(error: CharbardError, spell: Spell) -> tuple[str, str]:
    """Return an error's Chinese message and hint, with settings spelled for one interface.

    If the code has no Chinese wording, the English message and hint are returned.

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
    """Return a note, in Chinese if possible, with its settings spelled for one interface."""
    return spelled(_worded(note), spell)


def _worded(value: object) -> str:
    if isinstance(value, Note) and value.code in chinese():
        return _filled(chinese()[value.code][0], value.values)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "、".join(map(_worded, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _filled(text: str, values: Values) -> str:
    """Insert values into a sentence; a missing value becomes empty text."""
    return _VALUE.sub(lambda found: _worded(values.get(found[1], "")), text)
