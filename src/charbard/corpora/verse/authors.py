"""Poets' names in a uniform spelling, and the poets whose work is still under copyright."""

import csv
import re
from collections.abc import Iterator
from functools import cache

from charbard.tables import table_lines

__all__ = ["LAST_FREE_YEAR", "died_later", "one_name"]

LAST_FREE_YEAR = 1955
"""Poets who died after this year are left out, because seventy years have not yet passed."""
_NAME = re.compile("[\u3007\u3400-\u9fff]+")
_COURT = re.compile("等?奉[诏敕](?:作|撰)$|等撰$")


def one_name(author: str) -> str:
    """Return a poet's name in the spelling of the records; empty for an anonymous, collective or
    damaged name.

    >>> one_name("王哲"), one_name("李?媖"), one_name("两汉乐府"), one_name("牛弘等奉诏作")
    ('王喆', '', '', '牛弘')
    """
    name = _COURT.sub("", author)
    name = _one_spelling().get(name, name)
    return name if _NAME.fullmatch(name) else ""


@cache
def died_later() -> dict[str, str]:
    """Return the year of death, or `unknown`, of each poet in the Qing part who died, or may have
    died, after `LAST_FREE_YEAR`."""
    return {name: year for name, year, *_ in _rows("late_poets.tsv")}


@cache
def _one_spelling() -> dict[str, str]:
    """Load the map from other spellings of names to the spelling of the records; a name that is not
    a person's maps to an empty string."""
    return {other: name for other, name, *_ in _rows("poets.tsv")}


def _rows(name: str) -> Iterator[list[str]]:
    """Yield the rows of a table shipped with the package."""
    return csv.reader(table_lines("corpora", name), delimiter="\t")
