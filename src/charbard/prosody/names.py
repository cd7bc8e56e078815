"""Characters that are unsuitable in personal names."""

from functools import cache

from charbard.tables import table_lines

__all__ = ["unwanted_in_names"]


@cache
def unwanted_in_names() -> frozenset[str]:
    """Return the simplified characters that are unsuitable in a personal name.

    >>> "病" in unwanted_in_names(), "月" in unwanted_in_names()
    (True, False)
    """
    return frozenset("".join(table_lines("prosody", "avoid.txt")))
