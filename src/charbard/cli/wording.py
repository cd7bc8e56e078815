"""Spell settings in messages as options of the command that was called."""

import sys
from collections.abc import Mapping
from functools import partial
from typing import Any

import typer

from charbard.errors import CharbardError, Spell, spelled

__all__ = ["as_options", "in_options", "tell", "worded", "worded_note"]

_RENAMED = {"banned": "ban", "from": "sources", "places": "sources", "title": "theme"}
"""Setting -> its option, where the names differ."""
_ANY = "set_"
"""Parameter of `--set`, which accepts every setting of a command."""


def tell(note: str) -> None:
    """Print a note to stderr in the locale's language, with settings spelled for this command."""
    typer.echo(worded_note(note), err=True)


def worded_note(note: str) -> str:
    """Return a note in the locale's language, with settings spelled for this command."""
    from charbard.language import is_chinese, note_in_chinese

    spell = as_options()
    return note_in_chinese(note, spell) if is_chinese() else spelled(note, spell)


def worded(error: CharbardError) -> tuple[str, str]:
    """Return (message, hint) in the locale's language, with settings spelled for this command."""
    from charbard.language import in_chinese, is_chinese

    spell = as_options()
    return in_chinese(error, spell) if is_chinese() else error.said(spell)


def as_options() -> Spell:
    """Return the function that spells a setting for this command."""
    from charbard.cli.app import app

    command: Any = typer.main.get_command(app)
    for word in sys.argv[1:]:
        command = getattr(command, "commands", {}).get(word, command)
    flags = {
        one.name: max(one.opts, key=len)
        for one in command.params
        if one.name and one.opts[0].startswith("-")
    }
    return partial(in_options, flags)


def in_options(flags: Mapping[str, str], name: str, value: str | None) -> str | None:
    """Spell a setting as an option, or else as an assignment for `--set`.

    >>> in_options({"min_count": "--min-count"}, "min_count", "2")
    '--min-count 2'
    >>> in_options({"set_": "--set"}, "decay", "cosine")
    '--set decay=cosine'
    """
    flag = flags.get(name) or flags.get(_RENAMED.get(name, ""))
    if flag is not None:
        return flag if value is None else f"{flag} {value}"
    if _ANY in flags and value is not None:
        return f"{flags[_ANY]} {name}={value}"
    return name if _ANY in flags else None
