"""Options whose default, help and limits are declared by a config class."""

import dataclasses
import inspect
import typing
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, TypeVar

import typer

from charbard.config import default_of, help_of, read_settings
from charbard.config.declare import hints_of
from charbard.errors import OptionError

Command = TypeVar("Command", bound=Callable[..., None])

__all__ = [
    "given",
    "given_typed",
    "merged",
    "of_config",
    "option",
    "parse_assignments",
    "typed",
    "with_settings",
]


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


def with_settings(
    *configs: type,
    leave_out: Collection[str] = (),
    only: Collection[str] | None = None,
    before: str = "",
    flags: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> Callable[[Command], Command]:
    """Decorate a command to accept each setting of some configs as an option, in `**settings`.

    Args:
        configs: Configs that declare the settings.
        leave_out: Settings that get no option.
        only: Settings that get an option; None: all.
        before: Parameter of the command before which these options are inserted; empty: at the end.
        flags: Setting -> its flags, if they are not simply `--setting`.
    """

    declared = {field.name for config in configs for field in dataclasses.fields(config)}
    assert {*leave_out, *(only or ()), *flags} <= declared, "no such setting"

    def decorate(command: Command) -> Command:
        own = inspect.signature(command, eval_str=True)
        kept = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
        more = [
            _parameter(config, field, flags.get(field.name, ()))
            for config in configs
            for field in dataclasses.fields(config)
            if field.metadata and field.name not in leave_out
            if only is None or field.name in only
        ]
        names = [one.name for one in kept]
        at = names.index(before) if before else len(names)
        ordered = (*kept[:at], *more, *kept[at:])
        every = [one.replace(kind=one.KEYWORD_ONLY) for one in ordered]
        command.__signature__ = own.replace(parameters=every)  # type: ignore[attr-defined]
        command.__annotations__ = {one.name: one.annotation for one in every}
        return command

    return decorate


def _parameter(
    config: type, field: "dataclasses.Field[Any]", flags: tuple[str, ...]
) -> inspect.Parameter:
    """Return the command-line option for a setting; a boolean setting becomes a switch."""
    hint, default = hints_of(config)[field.name], None
    if hint is bool:
        default = field.default
        flags = flags or (f"--{field.name.replace('_', '-')}",)
    elif type(None) not in typing.get_args(hint):
        hint = hint | None
    return inspect.Parameter(
        field.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[hint, option(config, field.name, *flags)],
    )


def of_config(config: type, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that the user gave and a config declares; decode texts by `typed`."""
    names = {field.name for field in dataclasses.fields(config)}
    return given_typed(**{name: value for name, value in settings.items() if name in names})


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
    """Return the options that the user gave, with each text decoded by `typed`.

    Not for paths, whose bytes must not change.
    """
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
