"""Turning lines, JSON and CSV into records: a text, and the fields it may be conditioned on.

Source of the `titled` and `songs` formats and their filters: tensorflow_poems, char-rnn-writer.
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
from charbard.corpus.misshapen import Misshapen
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
    """One poem, name, song or document."""

    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    """Only those the config asks for; one that is missing here is left open."""
    side: int | None = None
    """`TRAIN`, `VALIDATION` or `TEST`, where the config names a field that says so."""


_Parsed = Record | CorpusError
"""A record without the format's shape is an error that says where and why."""


def read_records(
    inputs: Iterable[Input], config: CorpusConfig, misshapen: Misshapen | None = None
) -> Iterator[Record]:
    """Every record that passes the config's filters, in order.

    With a `split_field` those of no side are left out, with `exclude_lines` those that share a
    line with the list.

    Args:
        inputs: Where they stand.
        config: How they are read.
        misshapen: Counts those without the format's shape, and they are left out; without it the
            first one is an error.

    Raises:
        CorpusError: A file does not have the format's shape; or a record, or most of them.
    """
    parse = _PARSERS[config.format]
    excluded = (
        frozenset(read_list(Path(config.exclude_lines)).tolist()) if config.exclude_lines else ()
    )
    for source in inputs:
        for record in _shaped(parse(source, config), misshapen):
            if _passes(record, config) and not (excluded and holds_line(record.text, excluded)):
                yield record
    if misshapen is not None:
        misshapen.judge()


def _shaped(found: Iterable[_Parsed], misshapen: Misshapen | None) -> Iterator[Record]:
    """The records that have the shape; the others are counted, or the first of them raised."""
    for record in found:
        if isinstance(record, Record):
            if misshapen is not None:
                misshapen.shaped += 1
            yield record
        elif misshapen is None:
            raise record
        else:
            misshapen.add(record)


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
    """One song a line, phrases parted by spaces: each phrase becomes a line of the text."""
    return (Record("\n".join(line.split())) for line in source.lines())


def _json_lines(source: Input, config: CorpusConfig) -> Iterator[_Parsed]:
    for number, line in enumerate(source.lines(), 1):
        if line.strip():
            yield _tried(_from_json_line, line, f"{source.name}, line {number}", config)


def _json(source: Input, config: CorpusConfig) -> Iterator[_Parsed]:
    """A list of objects or texts, read whole: JSON has no pieces. For large data use jsonl."""
    try:
        data = _load("".join(source.pieces()))
    except CorpusError as error:
        raise error.at(source.name) from None
    if not isinstance(data, list):
        raise CorpusError(
            f"{source.name} is not a list of records, but {_kind_of(data)}",
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
    """A record, or an error that names its place."""
    try:
        return parse(raw, config)
    except CorpusError as error:
        return error.at(place)


def _from_titled(line: str, config: CorpusConfig) -> Record:
    """`title:content`, with a half- or full-width colon; the content may hold more of them.

    Spaces between Chinese characters are typesetting and are dropped; between words they stay.
    """
    title, *rest = _COLON.split(line, maxsplit=1)
    if not rest:
        raise CorpusError(
            f"no colon in {line[:40]!r}",
            hint="a line is title:content; for lines without a title use ⟪format=lines⟫",
        )
    content = _SPACES_IN_CHINESE.sub("", rest[0])
    return _with_fields(content, {"title": title.strip()}, config)


def _from_json_line(line: str, config: CorpusConfig) -> Record:
    return _from_object(_load(line), config)


def _from_row(row: Mapping[str | None, Any], config: CorpusConfig) -> Record:
    """A row of CSV. `DictReader` puts cells beyond the columns under None, and None for missing."""
    if None in row or row[config.text_field] is None:
        cells = sum(value is not None for value in row.values()) + len(row.get(None, [None])) - 1
        raise CorpusError(
            f"{cells} cells for {len(row.keys() - {None})} columns",
            hint="a cell that holds commas or line ends stands in double quotes",
        )
    return _with_fields(_joined(row[config.text_field]), row, config)


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CorpusError(
            f"not JSON: {error}",
            hint="jsonl has an object a line; for plain text leave ⟪format⟫ out",
        ) from None


def _from_object(value: Any, config: CorpusConfig) -> Record:
    """A record of JSON; a string is a text without fields."""
    if isinstance(value, str) and not config.fields and config.split_field is None:
        return Record(normalise(value).strip())
    if not isinstance(value, dict) or config.text_field not in value:
        names = ", ".join(list(value)[:10]) if isinstance(value, dict) else repr(value)[:40]
        raise CorpusError(
            f"the record has no field {config.text_field!r}",
            hint=f"it has: {names}; choose with ⟪text_field⟫",
        )
    return _with_fields(_joined(value[config.text_field]), value, config)


def _joined(value: Any) -> str:
    """A text may be kept as a list of its lines, as chinese-poetry's paragraphs are.

    Raises:
        CorpusError: It is an object.
    """
    if value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(map(_joined, value))
    if isinstance(value, dict):
        raise CorpusError(
            f"a text or field is an object: {str(value)[:40]}",
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
