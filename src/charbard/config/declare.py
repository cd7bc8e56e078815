"""Declare settings, check them, and convert them to and from plain dictionaries.

A config is a frozen dataclass whose fields are made with `setting`. `check` validates every value
when the object is built, so the rest of the code trusts its input.
"""

import dataclasses
import math
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from charbard.errors import Note, OptionError

__all__ = [
    "check",
    "default_of",
    "from_dict",
    "help_of",
    "hints_of",
    "read_settings",
    "refuse_unknown",
    "setting",
    "to_dict",
]

T = TypeVar("T")
_NAMES = {bool: "true or false", int: "an integer", float: "a number", str: "text", tuple: "a list"}
_RENAMED = {"repetition_penalty": "frequency_penalty"}
"""Old name of a setting -> its current name, for the hint of an error."""
_SHAPE_OF_FILE = "a config file has lines such as: hidden_size = 512"


def setting(
    default: Any,
    help: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Declare a field of a config: its default, its help, and the range or choices it allows.

    Args:
        default: Default value; `dataclasses.MISSING` makes the field required.
        help: Meaning of the setting. It becomes CLI help, API documentation and the hint of errors.
        minimum: Smallest allowed value.
        maximum: Largest allowed value.
        choices: The allowed values; empty allows any.
    """
    metadata = {"help": help, "minimum": minimum, "maximum": maximum, "choices": choices}
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def check(config: Any) -> None:
    """Validate every field against its declaration. Call it from `__post_init__`.

    Raises:
        OptionError: A value has the wrong type, is out of range, or is not among the choices.
    """
    kind: type = type(config)
    for field, hint in _declared(kind):
        value = getattr(config, field.name)
        if value is field.default:  # the usual case, so checked first; every default is valid
            continue
        if value is not None:
            if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
                value = value.item()  # a number or string of NumPy
                object.__setattr__(config, field.name, value)
            _check_type(field, value, hint)
            _check_range(field, value)
        elif type(None) not in typing.get_args(hint):
            meaning = str(field.metadata.get("help", ""))
            raise OptionError(
                f"⟪{field.name}⟫ must have a value",
                code="setting.empty",
                values={"name": field.name},
                hint=meaning,
            )


@cache
def _declared(config: type) -> "tuple[tuple[dataclasses.Field[Any], Any], ...]":
    """Return each field of a config with its type."""
    hints = hints_of(config)
    return tuple((field, hints[field.name]) for field in dataclasses.fields(config))


def hints_of(config: type) -> Mapping[str, Any]:
    """Return the type of each field. Cached, because resolving types takes longer than checking."""
    return _hints_of(config)  # mypy rejects calling a cached function with type[T]


@cache
def _hints_of(config: type) -> Mapping[str, Any]:
    return types.MappingProxyType(typing.get_type_hints(config))


def _check_type(field: "dataclasses.Field[Any]", value: object, hint: Any) -> None:
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    plain = {typing.get_origin(kind) or kind for kind in kinds}
    if float in plain and isinstance(value, int) and not isinstance(value, bool):
        return
    if (isinstance(value, bool) and bool not in plain) or not isinstance(value, tuple(plain)):
        found = (one for one in plain if one is not type(None))
        names = sorted(Note(_NAMES.get(one, one.__name__), f"kind.{one.__name__}") for one in found)
        wanted = " or ".join(names)
        meaning = str(field.metadata.get("help", ""))
        raise OptionError(
            f"⟪{field.name}⟫ must be {wanted}, got {value!r}",
            code="setting.kind",
            values={"name": field.name, "kind": names, "given": repr(value)},
            hint=meaning,
        )


def _check_range(field: "dataclasses.Field[Any]", value: Any) -> None:
    """Check the declared range and choices. The hint of a range error is the field's help."""
    limits = field.metadata
    hint = str(limits.get("help", ""))
    if isinstance(value, float) and not math.isfinite(value):
        raise OptionError(
            f"⟪{field.name}⟫ must be a finite number, got {value}",
            code="setting.finite",
            values={"name": field.name, "given": str(value)},
            hint=hint,
        )
    if (low := limits.get("minimum")) is not None and value < low:
        raise OptionError(
            f"⟪{field.name}⟫ must be at least {low}, got {value}",
            code="setting.least",
            values={"name": field.name, "least": low, "given": value},
            hint=hint,
        )
    if (high := limits.get("maximum")) is not None and value > high:
        raise OptionError(
            f"⟪{field.name}⟫ must be at most {high}, got {value}",
            code="setting.most",
            values={"name": field.name, "most": high, "given": value},
            hint=hint,
        )
    if (choices := limits.get("choices")) and value not in choices:
        raise OptionError(
            f"⟪{field.name}⟫ has no choice {value!r}",
            code="setting.choice",
            values={
                "name": field.name,
                "given": str(value),
                "known": [choice for choice in choices if choice],
            },
            hint=f"choose one of: {', '.join(choice or 'nothing' for choice in choices)}",
        )


def default_of(config: type, name: str) -> Any:
    """Return the declared default of a field."""
    return _field(config, name).default


def help_of(config: type, name: str) -> str:
    """Return the declared help of a field."""
    return str(_field(config, name).metadata["help"])


def _field(config: type, name: str) -> "dataclasses.Field[Any]":
    return next(field for field in dataclasses.fields(config) if field.name == name)


def from_dict(cls: type[T], data: Mapping[str, Any]) -> T:
    """Build a config from plain values.

    Raises:
        OptionError: A name is unknown, or a value is not allowed.
    """
    refuse_unknown(data, cls)
    hints = hints_of(cls)
    return cls(**{name: _from_json(value, hints[name]) for name, value in data.items()})


def refuse_unknown(names: Iterable[str], *configs: type) -> None:
    """Raise unless every name is a field of one of the configs.

    Raises:
        OptionError: A name is unknown; the hint suggests the nearest ones.
    """
    known = [field.name for config in configs for field in dataclasses.fields(config)]
    for name in names:
        if name not in known:
            near = [_RENAMED[name]] if name in _RENAMED else get_close_matches(name, known, n=3)
            some = "did you mean" if near else "some that there are"
            hint = f"{some}: {', '.join(near or known[:10])}"
            raise OptionError(
                f"no setting named {name!r}",
                code="setting.unknown",
                values={"name": name, "known": near or known[:10]},
                hint=hint,
            )


def _from_json(value: Any, hint: Any) -> Any:
    """Convert a JSON or TOML list to a tuple if the field requires a tuple."""
    wants_tuple = tuple in {typing.get_origin(kind) for kind in (hint, *typing.get_args(hint))}
    return tuple(value) if wants_tuple and isinstance(value, list) else value


def to_dict(config: Any) -> dict[str, Any]:
    """Return a config as plain values, in the order of its fields, ready for JSON."""
    return dataclasses.asdict(config)


def read_settings(path: Path) -> dict[str, Any]:
    """Read a TOML file of settings. Tables only group settings; their names have no meaning.

    Raises:
        OptionError: The file is missing, unreadable or not TOML.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise OptionError(
            f"no config file {str(path)!r}",
            code="config.none",
            values={"path": str(path)},
            hint=_SHAPE_OF_FILE,
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise OptionError(
            f"cannot read config file {str(path)!r}: {why}",
            code="config.unreadable",
            values={"path": str(path), "why": str(why)},
            hint=_SHAPE_OF_FILE,
        ) from None
    flat: dict[str, Any] = {}
    for name, value in table.items():
        flat.update(value if isinstance(value, dict) else {name: value})
    return flat
