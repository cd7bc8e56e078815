"""Look up a form by name in the pages that ship with charbard and in the user's own pages.

Pages are read once, on first use; the long page of tunes is read only if no earlier page has the
requested name. The user's pages are the .toml files in the folder named by the environment variable
CHARBARD_FORMS.
"""

import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path

from charbard.errors import OptionError
from charbard.prosody.book import fold
from charbard.prosody.form import Form
from charbard.prosody.page import Template, read_page, read_page_file
from charbard.prosody.template import form_of_lengths, is_lengths

__all__ = ["form_named", "form_of_page", "forms", "templates"]

_PAGES = ("wuyan", "qiyan", "guti", "duilian", "siyan", "xingming", "geci", "ci", "qu")
_MEANT = 6
"""Maximum number of forms suggested for an ambiguous name."""
_SIZED = re.compile(r"(.+?)[-·]?(\d+)")


def forms() -> tuple[Form, ...]:
    """Return every form in its usual size."""
    return tuple(template.form() for template in templates())


def form_named(name: str, lines: int | None = None) -> Form:
    """Return the form of this name, in either script.

    Args:
        name: Any name of a form, optionally followed by a number of lines (五排12); or line lengths
            such as 7a,5,7a,5a. Never a path, because names may come from untrusted users.
        lines: Number of lines, for a form of variable length.

    Raises:
        OptionError: There is no such form, or it cannot have that many lines.

    >>> form_named("七绝").variants[0].name
    '平起首句不入韵'
    >>> len(form_named("五言排律12").variants[0].lines)
    12
    """
    if is_lengths(name):
        return form_of_lengths(name)
    return _known(name, lines, _folder())


def form_of_page(path: Path, lines: int | None = None) -> Form:
    """Load the first form of a page stored in a file.

    Raises:
        OptionError: The file cannot be read, or is not a page of forms.
    """
    return read_page_file(path)[0].form(lines)


@cache
def _known(name: str, lines: int | None, folder: str | None) -> Form:
    if (template := _find(name)) is not None:
        return template.form(lines)
    if (sized := _SIZED.fullmatch(name)) and (template := _find(sized[1])) is not None:
        return template.form(int(sized[2]))
    raise _unknown(name)


def templates() -> Iterator[Template]:
    """Yield every form as its page declares it, in the order of the pages; the user's pages are
    last."""
    for page in _PAGES:
        yield from _page(page)
    yield from _user_pages(_folder())


def _find(name: str) -> Template | None:
    plain = _plain(name)
    return next((each for each in templates() if plain in (each.name, *each.aliases)), None)


def _folder() -> str | None:
    return os.environ.get("CHARBARD_FORMS") or None


@cache
def _user_pages(folder: str | None) -> tuple[Template, ...]:
    if folder is None:
        return ()
    if not Path(folder).is_dir():
        raise OptionError(
            f"CHARBARD_FORMS is {folder!r}, which is no folder",
            code="page.folder",
            values={"folder": folder},
            hint="name a folder of .toml pages, or unset it",
        )
    return tuple(
        template
        for path in sorted(Path(folder).glob("*.toml"))
        for template in read_page_file(path)
    )


def _unknown(name: str) -> OptionError:
    plain = _plain(name)
    near = [each.name for each in templates() if plain in each.meant][:_MEANT]
    if not near:
        known = [known for each in templates() for known in (each.name, *each.aliases)]
        near = get_close_matches(plain, known, n=3, cutoff=0.3)
    guess = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    return OptionError(
        f"no form named {name!r}",
        hint=f"{guess}charbard forms lists them, and so does api/forms",
        code="form.near" if near else "form.unknown",
        values={"form": name, "near": near},
    )


def _plain(name: str) -> str:
    return "".join(map(fold, name.strip()))


@cache
def _page(name: str) -> tuple[Template, ...]:
    text = files("charbard.prosody.data").joinpath("forms", f"{name}.toml").read_text("utf-8")
    return tuple(read_page(text, source=f"{name}.toml"))
