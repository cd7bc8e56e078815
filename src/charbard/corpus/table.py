"""Read the rows of a delimited table: detect its delimiter, and locate an unclosed quote."""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from charbard.errors import CorpusError

__all__ = ["DELIMITERS", "named_delimiter", "rows_of", "split_header"]

DELIMITERS = (",", ";", "\t", "|")
"""Delimiters of cells, the most usual one first."""
_NAMES = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}
_DECLARED = "sep="
"""Start of a line before the header in which spreadsheets declare the delimiter."""


def named_delimiter(given: str) -> str:
    r"""Return the delimiter that a user names by a word, an escape or the character itself.

    >>> named_delimiter("tab"), named_delimiter("\\t"), named_delimiter(";")
    ('\t', '\t', ';')
    """
    return _NAMES.get(given, given)


def split_header(header: str, wanted: Iterable[str], given: str | None = None) -> tuple[str, ...]:
    """Return the delimiter and the names of the columns.

    Args:
        header: The first line.
        wanted: Required column names.
        given: The user's delimiter, if any.
    """
    tried = [named_delimiter(given)] if given else DELIMITERS
    found = [(mark, _cells(header, mark)) for mark in tried]
    for mark, columns in found:
        if set(wanted) <= set(columns):
            return (mark, *columns)
    # No delimiter yields the wanted columns: the most columns make the most helpful error.
    mark, columns = max(found, key=lambda one: len(one[1]))
    return (mark, *columns)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:
        return []


def rows_of(
    lines: Iterator[str], wanted: Sequence[str], *, name: str, delimiter: str | None
) -> Iterator[tuple[int, Mapping[str | None, Any]]]:
    """Yield (number of the line on which the row ends, row by column names) for each row.

    Args:
        lines: The table's lines, without their ends.
        wanted: Required columns.
        name: Name of the table in errors.
        delimiter: Cell delimiter; None detects it.

    Raises:
        CorpusError: A column is missing, or a quote is never closed.
    """
    csv.field_size_limit(sys.maxsize)  # a cell may contain a novel
    first, before = next(lines, ""), 1
    if first.lower().startswith(_DECLARED):
        delimiter = delimiter or first[len(_DECLARED) :].strip(" \r") or None
        first, before = next(lines, ""), 2
    mark, *columns = split_header(first, wanted, delimiter)
    _check_columns(columns, wanted, name)
    opened = before
    rows = csv.reader((line + "\n" for line in lines), delimiter=mark, strict=True)
    while True:
        opened = before + rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            raise _not_csv(name, opened, str(error)) from None
        if row is None:
            return
        if row:
            yield before + rows.line_num, _named(columns, row)


def _named(columns: Sequence[str], row: list[str]) -> dict[str | None, Any]:
    """Return a row as `csv.DictReader` does: surplus cells have the key None, missing cells are
    None."""
    cells: dict[str | None, Any] = dict.fromkeys(columns)
    cells.update(zip(columns, row, strict=False))
    if len(row) > len(columns):
        cells[None] = row[len(columns) :]
    return cells


def _check_columns(columns: Sequence[str], wanted: Sequence[str], name: str) -> None:
    for one in wanted:
        if one not in columns:
            raise CorpusError(
                f"{name} has no column {one!r}",
                code="csv.column",
                values={"name": name, "column": one, "known": columns[:10]},
                hint=f"columns: {', '.join(columns[:10])}; choose with ⟪text_field⟫ and ⟪fields⟫,"
                " or say what parts them with ⟪delimiter⟫",
            )


def _not_csv(name: str, opened: int, why: str) -> CorpusError:
    if "unexpected end" in why:
        return CorpusError(
            f"{name}, line {opened}: a quote opens here and is never closed",
            code="csv.quote",
            values={"name": name, "line": opened},
            hint='close it with "; a quote within a cell is written twice: ""',
        )
    return CorpusError(
        f"{name}, line {opened}: not CSV: {why}",
        code="csv.unreadable",
        values={"name": name, "line": opened, "why": why},
        hint="a cell that holds a quote stands in double quotes, and the quote within it is written"
        " twice; for plain lines of text use ⟪format=lines⟫",
    )
