"""Parse lines, JSON and CSV into records: a text, and the fields that may condition it.

Source:
    The `titled` and `songs` formats and their filters: tensorflow_poems, char-rnn-writer.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from charbard.config import CorpusConfig
from charbard.corpus.heldout import holds_line, read_list
from charbard.corpus.inputs import Input
from charbard.corpus.malformed import MalformedCount
from charbard.corpus.split import SIDES
from charbard.corpus.table import rows_of
from charbard.errors import CorpusError
from charbard.text import normalise

__all__ = ["Record", "read_records"]

_CHINESE = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
_SPACES_IN_CHINESE = re.compile(f"(?<={_CHINESE}) +| +(?={_CHINESE})")
_COLON = re.compile("[:：]")


@dataclass(frozen=True)
class Record:
    """A record of a text, such as a poem, a name, a song or a document."""

    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    """Values of the fields that the config names; a missing or empty field has no entry."""
    side: int | None = None
    """`TRAIN`, `VALIDATION` or `TEST`, if the config names a field for the split; else None."""


_Parsed = Record | CorpusError
"""A parsed record, or an error that says where and how a record is malformed."""


def read_records(
    inputs: Iterable[Input], config: CorpusConfig, malformed: MalformedCount | None = None
) -> Iterator[Record]:
    """Yield every record that passes the config's filters, in order.

    `split_field` leaves out records that belong to no split; `exclude_lines` leaves out records
    that share a line with the list.

    Args:
        inputs: Files to read.
        config: Settings for reading the files.
        malformed: Counter of malformed records, which are left out; None: the first malformed
            record raises.

    Raises:
        CorpusError: A file is malformed; or most records are, or any record if `malformed` is None.
    """
    parse = _PARSERS[config.format]
    excluded = (
        frozenset(read_list(Path(config.exclude_lines)).tolist()) if config.exclude_lines else ()
    )
    for source in inputs:
        for record in _shaped(parse(source, config), malformed):
            if _passes(record, config) and not (excluded and holds_line(record.text, excluded)):
                yield record
    if malformed is not None:
        malformed.judge()


def _shaped(found: Iterable[_Parsed], malformed: MalformedCount | None) -> Iterator[Record]:
    """Yield the well-formed records; count malformed records or, without a counter, raise."""
    for record in found:
        if isinstance(record, Record):
            if malformed is not None:
                malformed.shaped += 1
            yield record
        elif malformed is None:
            raise record
        else:
            malformed.add(record)


def _passes(record: Record, config: CorpusConfig) -> bool:
    text = record.text
    if config.split_field is not None and record.side is None:
        return False
    if not config.min_length <= len(text) <= (config.max_length or len(text)):
        return False
    return not any(char in text for char in config.drop_containing)


def _lines(source: Input, config: CorpusConfig) -> Iterator[_Parsed]:
    return (Record(line.strip()) for line in source.lines())


def _titled(source: Input, config: CorpusConfig) -> Iterator[_Parsed]:
    for number, line in enumerate(source.lines(), 1):
        if line.strip():
            yield _tried(_from_titled, line, f"{source.name}, line {number}", config)


def _songs(source: Input, config: CorpusConfig) -> Iterator[_Parsed]:
    """Parse one song from each line; phrases are separated by spaces, and each becomes a line."""
    return (Record("\n".join(line.split())) for line in source.lines())


def _json_lines(source: Input, config: CorpusConfig) -> Iterator[_Parsed]:
    for number, line in enumerate(source.lines(), 1):
        if line.strip():
            yield _tried(_from_json_line, line, f"{source.name}, line {number}", config)


def _json(source: Input, config: CorpusConfig) -> Iterator[_Parsed]:
    """Parse a JSON list of objects or texts, as a whole because JSON cannot be streamed.

    For large data, use jsonl.
    """
    try:
        data = _load("".join(source.pieces()))
    except CorpusError as error:
        raise error.at(source.name) from None
    if not isinstance(data, list):
        raise CorpusError(
            f"{source.name} is not a list of records, but {_kind_of(data)}",
            code="records.list",
            values={"name": source.name},
            hint="for one object a line use ⟪format=jsonl⟫",
        )
    for number, value in enumerate(data, 1):
        yield _tried(_from_object, value, f"{source.name}, record {number}", config)


def _kind_of(data: Any) -> str:
    return "one object" if isinstance(data, dict) else "one value"


def _csv(source: Input, config: CorpusConfig) -> Iterator[_Parsed]:
    wanted = (config.text_field, *config.fields)
    rows = rows_of(source.lines(), wanted, name=source.name, delimiter=config.delimiter)
    for number, row in rows:
        yield _tried(_from_row, row, f"{source.name}, line {number}", config)


def _tried(
    parse: Callable[[Any, CorpusConfig], Record], raw: Any, place: str, config: CorpusConfig
) -> _Parsed:
    """Parse a record, or return an error that names its location."""
    try:
        return parse(raw, config)
    except CorpusError as error:
        return error.at(place)


def _from_titled(line: str, config: CorpusConfig) -> Record:
    """Parse `title:content`, with a half- or full-width colon; the content may contain colons.

    Spaces next to Chinese characters are typographic and are dropped; other spaces stay.
    """
    title, *rest = _COLON.split(line, maxsplit=1)
    if not rest:
        raise CorpusError(
            f"no colon in {line[:40]!r}",
            code="records.colon",
            values={"line": line[:40]},
            hint="a line is title:content; for lines without a title use ⟪format=lines⟫",
        )
    content = _SPACES_IN_CHINESE.sub("", rest[0])
    return _with_fields(content, {"title": title.strip()}, config)


def _from_json_line(line: str, config: CorpusConfig) -> Record:
    return _from_object(_load(line), config)


def _from_row(row: Mapping[str | None, Any], config: CorpusConfig) -> Record:
    """Parse a row of CSV, in which surplus cells have the key None and missing cells are None."""
    if None in row or row[config.text_field] is None:
        cells = sum(value is not None for value in row.values()) + len(row.get(None, [None])) - 1
        raise CorpusError(
            f"{cells} cells for {len(row.keys() - {None})} columns",
            code="records.cells",
            values={"cells": cells, "columns": len(row.keys() - {None})},
            hint="a cell that holds commas or line ends stands in double quotes",
        )
    return _with_fields(_joined(row[config.text_field]), row, config)


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CorpusError(
            f"not JSON: {error}",
            code="records.json",
            values={"why": str(error)},
            hint="jsonl has an object a line; for plain text leave ⟪format⟫ out",
        ) from None


def _from_object(value: Any, config: CorpusConfig) -> Record:
    """Parse a record from a JSON value; a string is a text without fields."""
    if isinstance(value, str) and not config.fields and config.split_field is None:
        return Record(normalise(value).strip())
    if not isinstance(value, dict) or config.text_field not in value:
        names = ", ".join(list(value)[:10]) if isinstance(value, dict) else repr(value)[:40]
        raise CorpusError(
            f"the record has no field {config.text_field!r}",
            code="records.field",
            values={"field": config.text_field, "known": names},
            hint=f"it has: {names}; choose with ⟪text_field⟫",
        )
    return _with_fields(_joined(value[config.text_field]), value, config)


def _joined(value: Any) -> str:
    """Return a value as text; a list, such as the paragraphs in chinese-poetry, becomes lines.

    Raises:
        CorpusError: The value is a JSON object.
    """
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(map(_joined, value))
    if isinstance(value, dict):
        raise CorpusError(
            f"a text or field is an object: {str(value)[:40]}",
            code="records.object",
            values={"value": str(value)[:40]},
            hint="choose a field that holds text with ⟪text_field⟫ and ⟪fields⟫",
        )
    return normalise(str(value))


def _with_fields(text: str, row: Mapping[Any, Any], config: CorpusConfig) -> Record:
    values = {name: _joined(row.get(name)).strip() for name in config.fields}
    chosen = {name: value for name, value in values.items() if value}
    side = None if config.split_field is None else SIDES.get(str(row.get(config.split_field)))
    return Record(text.strip(), chosen, side)


_PARSERS = {
    "lines": _lines,
    "titled": _titled,
    "songs": _songs,
    "json": _json,
    "jsonl": _json_lines,
    "csv": _csv,
}
