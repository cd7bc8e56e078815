"""Generate docs/options.md from the declarations in `charbard.config`."""

import dataclasses
from typing import Any, get_args, get_type_hints

from generated import DOCS, main, table

from charbard.cli.serve import serve
from charbard.cli.train import train
from charbard.cli.write import write
from charbard.config import (
    CorpusConfig,
    ModelConfig,
    SampleOptions,
    StudioConfig,
    TextOrder,
    TrainConfig,
)

_INTRO = """\
# Settings

Made from the code by `scripts/write_options.py`; do not edit.

Every setting of charbard is declared once, in `charbard.config`: its default, what it may be, and
what it does. The same names are used in Python (`charbard.fit(…, hidden_size=256)`), in a TOML file
(`--config my.toml`) and after `--set` (`--set hidden_size=256`). Those with an option of their own
show it; all others are reached by `--config` and `--set`.

A TOML file may group settings in tables. The tables' names mean nothing:

```toml
[network]
cell = "gru"
hidden_size = 256

[training]
steps = 2000
dropout_output = 0.3
```

The later wins: `--config`, then `--set`, then the options proper. An unknown name or a value that
is not allowed is an error that names what is allowed. With `--minutes`, what is not given is chosen
from the text, the time and the machine, and the defaults below do not apply; see
[training](training.md).
"""
_PARTS: tuple[tuple[str, str, type, Any], ...] = (
    ("Reading the text", "`charbard train`, `CorpusConfig` in Python.", CorpusConfig, train),
    ("The network", "`charbard train`, keywords of `charbard.fit`.", ModelConfig, train),
    ("Training", "`charbard train`, keywords of `charbard.fit`.", TrainConfig, train),
    ("What to write", "`charbard write`, `TextOrder` in Python.", TextOrder, write),
    ("How to choose characters", "`charbard write`, `SampleOptions`.", SampleOptions, write),
    ("The studio", "`charbard serve`, `StudioConfig`.", StudioConfig, serve),
)


def page() -> str:
    return "\n".join([_INTRO, *(_part(*part) for part in _PARTS)])


def _part(title: str, where: str, config: type, command: Any) -> str:
    flags = _flags(command)
    rows = [
        (
            f"`{field.name}`",
            flags.get(field.name, flags.get(_SPELLED.get(field.name, ""), "")),
            _default(field),
            _allowed(field, get_type_hints(config)[field.name]),
            field.metadata.get("help") or _HELP[field.name],
        )
        for field in dataclasses.fields(config)
        if field.name not in _LEFT_OUT
    ]
    head = ("setting", "option", "default", "allowed", "meaning")
    return f"## {title}\n\n{where}\n\n{table(head, rows)}\n"


_LEFT_OUT = {"vocab_size", "options"}
"""Omitted settings: `vocab_size` follows from the text, and `options` has its own table."""
_SPELLED = {"banned": "ban", "fields": "field"}
"""Settings whose option has a different name."""
_HELP = {
    "fields": "Conditions by name, for models trained with fields; those not named are left open.",
    "stop": "Stop when one of these has been written; it is left out of the text.",
}
"""Help for dataclass fields that are not declared by `setting`."""


def _flags(command: Any) -> dict[str, str]:
    """Map each parameter to its option, if it has one."""
    from typer import Typer
    from typer.main import get_command

    app = Typer()
    app.command()(command)
    return {
        parameter.name: " ".join(f"`{flag}`" for flag in parameter.opts)
        for parameter in get_command(app).params
        if parameter.name and parameter.param_type_name == "option"
    }


def _default(field: "dataclasses.Field[Any]") -> str:
    value = field.default
    if value is None:
        return "none"
    if value in ("", ()):
        return "nothing"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _allowed(field: "dataclasses.Field[Any]", hint: Any) -> str:
    limits = field.metadata
    if choices := limits.get("choices"):
        return ", ".join(f"`{choice}`" for choice in choices)
    low, high = limits.get("minimum"), limits.get("maximum")
    kinds = {kind for kind in (hint, *get_args(hint)) if kind in (int, float, bool, str)}
    kind = "integer" if int in kinds else "number"
    if bool in kinds:
        return "`true`, `false`"
    if low is None:  # no setting has only an upper limit
        return "text" if kinds == {str} and hint in (str, str | None) else "list"
    return (
        f"{kind}, {_number(low)} to {_number(high)}"
        if high is not None
        else (f"{kind}, at least {_number(low)}")
    )


def _number(value: float) -> str:
    return f"{value:g}" if abs(value) < 1e6 else f"{value:,.0f}"


if __name__ == "__main__":
    main(DOCS / "options.md", page())
