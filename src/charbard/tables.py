"""Read tables that ship with the package: text files in which lines that begin with # are comments.

The meaning of the columns is left to the callers.
"""

from importlib.resources import files

__all__ = ["table_lines"]


def table_lines(room: str, name: str) -> list[str]:
    """Return the rows of a table, without comments or blank lines.

    Args:
        room: Package under `charbard` whose `data` folder holds the file, such as `prosody`.
        name: Name of the file.

    >>> len(table_lines("prosody", "rhymes.tsv")) > 0
    True
    """
    text = files(f"charbard.{room}.data").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
