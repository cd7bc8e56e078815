"""Every setting of an order is available in each interface, or is listed here with a reason."""

import dataclasses
import inspect
from typing import Any

import pytest

from charbard.cli.couplet import couplet
from charbard.cli.name import name
from charbard.cli.verse import verse
from charbard.cli.wording import _RENAMED
from charbard.cli.write import write
from charbard.config import CoupletOrder, NameOrder, SampleOptions, TextOrder, VerseOrder
from charbard.web import schemas

CALLED = {
    "fields": "field",
    "template": "fill",
    "locks": "lock",
    "bans": "ban_at",
    **_RENAMED,
}
"""Settings whose command-line parameter has a different name."""
DOORS: list[tuple[type, Any, type, dict[str, str]]] = [
    (SampleOptions, write, schemas.ProseBody, {}),
    (
        TextOrder,
        write,
        schemas.ProseBody,
        {"options": "a group: each of its settings is an option of its own"},
    ),
    (VerseOrder, verse, schemas.VerseBody, {}),
    (CoupletOrder, couplet, schemas.CoupletBody, {}),
    (NameOrder, name, schemas.NamesBody, {}),
]


@pytest.mark.parametrize(("order", "command", "body", "left_out"), DOORS)
def test_every_setting_reaches_the_command_and_the_body(order, command, body, left_out) -> None:
    """Every setting is an option and a key of the request body, or is listed as left out."""
    settings = {field.name for field in dataclasses.fields(order)} - set(left_out)
    options = set(inspect.signature(command).parameters)

    assert [one for one in settings if not {one, CALLED.get(one)} & options] == []
    assert settings - set(body.model_fields) == set()


@pytest.mark.parametrize(("order", "command", "body", "left_out"), DOORS)
def test_a_body_has_the_declared_defaults_and_limits(order, command, body, left_out) -> None:
    """A request body has the defaults, limits and help texts that the order declares."""
    for field in dataclasses.fields(order):
        if not field.metadata or field.name in {*left_out, "seed"}:
            continue
        declared = body.model_fields[field.name]
        limits = {type(one).__name__: one for one in declared.metadata}
        assert declared.default == field.default, field.name
        assert declared.description == field.metadata["help"]
        assert getattr(limits.get("Ge"), "ge", None) == field.metadata["minimum"]
        assert getattr(limits.get("Le"), "le", None) == field.metadata["maximum"]
