"""Generate docs/commands.md from the command line."""

from typing import Any

from generated import DOCS, main, table
from typer.main import get_command

from charbard.cli.app import app

_INTRO = """\
# Commands

Made from the code by `scripts/write_commands.py`; do not edit. The same is shown by
`charbard --help` and `charbard COMMAND --help`.

Results go to standard output, everything else to standard error, so a pipe gets the text and
nothing else. The exit code is 0 for success, 1 for an error that the message explains, 2 for a
wrong call, 130 for an interruption. `charbard --debug COMMAND …` shows a traceback with an error.
What a setting does in detail is in [settings](options.md).
"""


def page() -> str:
    return "\n".join([_INTRO, *_sections("charbard", get_command(app))])


def _sections(name: str, command: Any) -> list[str]:
    """Return one Markdown section for each command, including the commands of groups."""
    children = getattr(command, "commands", None)
    if children is None:
        return [_section(name, command)]
    return [part for child in children for part in _sections(f"{name} {child}", children[child])]


def _section(name: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join([name, "[OPTIONS]", *(_usage(argument) for argument in arguments)])
    about, example = _parted(command.help)
    parts = [f"## {name}", about, f"```text\n{usage}\n```"]
    if arguments:
        rows = [(f"`{p.name.upper()}`", p.help or "") for p in arguments]
        parts.append(table(("argument", "meaning"), rows))
    if options:
        settings = [(_spelled(p), _value(p), p.help or "") for p in options]
        parts.append(table(("option", "default", "meaning"), settings))
    if example:
        parts.append(f"```sh norun\n{example}\n```")
    return "\n\n".join(parts) + "\n"


def _usage(argument: Any) -> str:
    name: str = argument.name.upper()
    return name + ("..." if argument.nargs == -1 else "")


def _parted(text: str) -> tuple[str, str]:
    """Split a command's help into its description and its examples."""
    about, _, example = (text or "").partition("Example:")
    return " ".join(about.split()), "\n".join(line.strip() for line in example.strip().splitlines())


def _spelled(option: Any) -> str:
    """Return an option's names as Markdown, without the names that turn a switch off."""
    return " ".join(f"`{flag}`" for flag in option.opts)


def _value(option: Any) -> str:
    """Return an option's default and whether it may be repeated; empty for a switch."""
    if option.is_flag:
        return ""
    shown = option.show_default if isinstance(option.show_default, str) else option.default
    default = f"`{shown}`" if isinstance(shown, str | int | float) else ""
    return ", ".join(part for part in (default, "repeatable" if option.multiple else "") if part)


if __name__ == "__main__":
    main(DOCS / "commands.md", page())
