"""The model argument, shared by the commands."""

import shlex
from pathlib import Path
from typing import Any

import typer

from charbard.errors import BundleError

__all__ = ["MODEL", "model_argument"]

MODEL = "A bundle, a checkpoint, a run's folder, or the name of a model that ships."


def model_argument(setting: str, *, forms: bool = False) -> Any:
    """Declare the model argument of a command that writes.

    If the argument is a text instead, as in `charbard verse 秋夜`, the error suggests the option
    that the user probably meant.

    Args:
        setting: Setting to suggest for a text.
        forms: Whether to suggest `form` for a text that names a form.
    """

    def checked(model: Path) -> Path:
        from charbard.bundle import shipped_bundles

        text = str(model)
        if text in shipped_bundles() or model.exists() or not _is_words(text):
            return model
        meant = "form" if forms and _is_form(text) else setting
        word = shlex.quote(text) if " " in text else text
        known = list(shipped_bundles())
        raise BundleError(
            f"no model at {text!r}",
            code="bundle.text",
            values={"path": text, "word": word, "meant": meant, "known": known},
            hint=f"if it is not a model: ⟪{meant}⟫ {word}; shipped: {', '.join(known)}",
        )

    return typer.Argument(help=MODEL, callback=checked)


def _is_words(text: str) -> bool:
    """Return whether a text is Chinese or has several words, which is rare for a file name."""
    from charbard.prosody.poem import is_han

    return all(is_han(char) or char == " " for char in text) or (" " in text and "/" not in text)


def _is_form(text: str) -> bool:
    from charbard.errors import CharbardError
    from charbard.prosody import form_named

    try:
        form_named(text)
    except CharbardError:
        return False
    return True
