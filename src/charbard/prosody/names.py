"""What a name should not hold."""

from functools import cache

from charbard.prosody.book import table_lines

__all__ = ["unwanted_in_names"]


@cache
def unwanted_in_names() -> frozenset[str]:
    """Characters, simplified, that no one wants in a name.

    >>> "病" in unwanted_in_names(), "月" in unwanted_in_names()
    (True, False)
    """
    return frozenset("".join(table_lines("avoid.txt")))
