"""Options whose default, help and limits are declared by a config class."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from charbard.config import default_of, help_of, read_settings
from charbard.errors import OptionError

__all__ = ["given", "given_typed", "merged", "option", "parse_assignments", "typed"]


def option(config: type, name: str, *flags: str) -> Any:
    """Return a Typer option whose help comes from the config and states the default.

    The option itself has no default: None means that the user did not give it.
    """
    default = default_of(config, name)
    shown = (
        None
        if default in (None, "", ()) or not isinstance(default, int | float | str)
        else (str(default))
    )
    return typer.Option(*flags, help=help_of(config, name), show_default=shown or False)


def typed(text: str) -> str:
    r"""Decode a command-line argument as UTF-8, whatever the locale.

    >>> typed("\udce6\udc98\udca5")
    '春'
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def given(**values: Any) -> dict[str, Any]:
    """Return only the options that the user gave."""
    return {name: value for name, value in values.items() if value is not None}


def given_typed(**values: Any) -> dict[str, Any]:
    """Return `given` with each text `typed`; for everything except paths, whose bytes must not
    change."""
    return {name: _meant(value) for name, value in given(**values).items()}


def _meant(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_meant, value))
    return typed(value) if isinstance(value, str) else value


def merged(config: Path | None, assignments: Iterable[str], **values: Any) -> dict[str, Any]:
    """Merge settings from a file, from `--set` and from options; later ones take precedence."""
    found = read_settings(config) if config is not None else {}
    return found | parse_assignments(assignments) | given(**values)


def parse_assignments(assignments: Iterable[str]) -> dict[str, Any]:
    """Parse `name=value`, with the value as in TOML; a bare word is a string.

    >>> parse_assignments(["clip=0.5", "decay=cosine"])
    {'clip': 0.5, 'decay': 'cosine'}
    """
    import tomllib

    found: dict[str, Any] = {}
    for assignment in map(typed, assignments):
        name, equals, value = assignment.partition("=")
        if not equals:
            raise OptionError(
                f"--set {assignment!r} has no '='",
                code="cli.equals",
                values={"given": f"--set {assignment}"},
                hint="for example: --set clip=0.5",
            )
        try:
            found |= tomllib.loads(f"{name.strip()} = {value}")
        except tomllib.TOMLDecodeError:
            found[name.strip()] = value.strip()
    return found
