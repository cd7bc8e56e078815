"""Detect JSON, JSON lines and CSV from a file's content if the user names no format."""

import json
import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from charbard.corpus.table import split_header
from charbard.errors import Note

__all__ = ["format_of"]

_ROWS = 5
_LINE_END = re.compile("\r\n|\r|\n")
"""Line ends that cannot occur inside a JSON string; other line ends of Unicode can."""
_HEAD_BYTES = 1 << 16
_TABLES = (".csv", ".tsv")


def format_of(
    names: Sequence[str], text_field: str, fields: Sequence[str]
) -> tuple[str | None, str]:
    """Return (the format that all files have in common, a message for the user).

    Args:
        names: Files as named by the user.
        text_field: Field or column of the text.
        fields: Other requested fields.

    Returns:
        The format is None for running text, and for a text that resembles records but lacks the
        text field; in that case the message says how to read it as records. The message may be
        empty.
    """
    heads = [_head(Path(name)) for name in names]
    found = {
        _recognised(Path(name), head, (text_field, *fields))
        for name, head in zip(names, heads, strict=True)
    }
    if len(found) != 1:
        return None, ""
    ((format, has),) = found
    if format is None:
        return None, ""
    name = names[0] if len(names) == 1 else f"{len(names)} files"
    if text_field in has or not has:
        return format, Note(
            f"{name}: read as {format} (as plain text: ⟪format=text⟫)",
            "format.read",
            {"name": name, "format": format},
        )
    return None, Note(
        f"{name}: looks like {format}, but is read as plain text: it has no field {text_field!r};"
        f" it has: {', '.join(has[:10])} (choose one: ⟪format={format}⟫ ⟪text_field=NAME⟫)",
        "format.text",
        {"name": name, "format": format, "field": text_field, "known": has[:10]},
    )


def _head(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES).decode("utf-8-sig", "ignore")
    except (OSError, ValueError):
        return ""


def _recognised(path: Path, head: str, wanted: Sequence[str]) -> tuple[str | None, tuple[str, ...]]:
    lines = [line for line in islice(_LINE_END.split(head), 4 * _ROWS) if line.strip()]
    if not lines:
        return None, ()
    rows = [_loaded(line) for line in lines[:_ROWS]]
    if len(lines) > 1 and all(isinstance(row, dict) for row in rows):
        return "jsonl", tuple(rows[0])
    if head.lstrip().startswith("[") and (has := _names_in_list(path)) is not None:
        return "json", has
    first = lines[1] if lines[0].lower().startswith("sep=") and len(lines) > 1 else lines[0]
    _, *columns = split_header(first, wanted)
    signs = (path.suffix.lower() in _TABLES, len(columns) > 1, set(wanted) <= set(columns))
    if sum(signs) > 1:  # at least two signs: file name, several columns, wanted columns
        return "csv", tuple(columns)
    return None, ()


def _names_in_list(path: Path) -> tuple[str, ...] | None:
    """Return the fields of the first record of a JSON list; empty for a list of texts."""
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(data, list) or not data:
        return None
    if all(isinstance(one, str) for one in data):
        return ()
    return tuple(data[0]) if isinstance(data[0], dict) else None


def _loaded(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
