"""Reword pydantic's validation errors for users of the API."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from charbard.errors import Note, facts_of

__all__ = ["explained"]

_KINDS = {
    "string_type": "text",
    "int_type": "an integer",
    "int_from_float": "an integer",
    "int_parsing": "an integer",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
}
"""pydantic's error type -> what the value must be."""
_KIND_NAMES = {
    "text": "str",
    "an integer": "int",
    "a number": "float",
    "true or false": "bool",
    "a list": "tuple",
    "an object": "dict",
}
_LIMITS = {
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "finite_number": "a finite number",
    "literal_error": "{expected}",
    "string_too_long": "of at most {max_length} characters",
    "string_too_short": "of at least {min_length} characters",
    "too_long": "of at most {max_length} entries",
    "too_short": "of at least {min_length} entries",
}
_CONTEXT = ("ge", "gt", "le", "lt", "max_length", "min_length", "expected")
"""Keys under which an error holds the limit that the value violates."""
_LONGEST = 60
_TYPES = ("str", "int", "float", "bool", "none")
_TYPE = re.compile(r"\[|constrained-|function-|^Turn$|^Part$")


def explained(findings: Sequence[Mapping[str, Any]], docs: str) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and a response body that describes the first error.

    Args:
        findings: pydantic's errors, in the order of the fields.
        docs: URL of the page with all settings.
    """
    first = findings[0]
    if first["type"] == "json_invalid":
        hint = str(first.get("ctx", {}).get("error"))
        return 400, _told("the body is not JSON", hint, "body.json")
    if len(first["loc"]) == 1 and first["type"] != "missing":
        hint = "send an object, with the header content-type: application/json"
        return 422, _told("the body is not a JSON object", hint, "body.object")
    # A value of a union type has an error for each member; the one with the longest path is the
    # most specific.
    about_it = [one for one in findings if one["loc"][:2] == first["loc"][:2]]
    depth = max(len(_place(one)) for one in about_it)
    return 422, _wrong([one for one in about_it if len(_place(one)) == depth], docs)


def _told(error: str, hint: str, code: str, **values: object) -> dict[str, Any]:
    return {"error": error, "hint": hint, "code": code, "values": values}


def _wrong(same: Sequence[Mapping[str, Any]], docs: str) -> dict[str, Any]:
    """Describe the error of one value."""
    first = same[0]
    place = ".".join(_place(first)) or "the body"
    hint = f"the settings are at: {docs}"
    if first["type"] == "missing":
        return _told(f"{place} is missing", "it has no default", "body.missing", name=place)
    if first["type"] == "extra_forbidden":
        return _told(f"no setting named {place!r}", hint, "body.extra", name=place)
    wanted = [said for one in same if _place(one) == _place(first) and (said := _wanted(one))]
    shown = _shown(first.get("input"))
    if not wanted:
        said = f"{place}: {_lower(first['msg'])}, got {shown}"
        return _told(said, hint, "body.value", name=place, given=shown)
    said = f"{place} must be {' or '.join(dict.fromkeys(wanted))}, got {shown}"
    ctx = first.get("ctx", {})
    limit = next((str(ctx[key]) for key in _CONTEXT if key in ctx), "")
    code = f"body.{first['type']}" if first["type"] in _LIMITS else "body.kind"
    kinds = [
        facts_of(Note(one, f"kind.{_KIND_NAMES[one]}")) for one in wanted if one in _KIND_NAMES
    ]
    return _told(said, hint, code, name=place, given=shown, limit=limit, kind=kinds)


def _wanted(finding: Mapping[str, Any]) -> str:
    kind = finding["type"]
    return _KINDS.get(kind) or _LIMITS.get(kind, "").format(**finding.get("ctx", {}))


def _place(finding: Mapping[str, Any]) -> list[str]:
    """Return the location in the body, without the names of a schema's types."""
    parts = map(str, finding["loc"][1:])
    return [part for part in parts if part not in _TYPES and not _TYPE.search(part)]


def _shown(value: Any) -> str:
    """Format a value as it was sent."""
    said = json.dumps(value, ensure_ascii=False, default=str)
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _lower(message: str) -> str:
    return message[0].lower() + message[1:]
