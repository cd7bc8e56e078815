"""Finding a form by its name: the pages that come with charbard, or a page of the user's.

Pages are read on first use, the long one of tunes only when no other holds the name.
"""

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

__all__ = ["form_named", "forms", "template_named", "templates"]

_PAGES = ("wuyan", "qiyan", "guti", "duilian", "siyan", "xingming", "geci", "ci")
_SIZED = re.compile(r"(.+?)[-·]?(\d+)")


def forms() -> tuple[Form, ...]:
    """Every form that comes with charbard, each in its usual size."""
    return tuple(template.form() for template in templates())


@cache
def form_named(name: str, lines: int | None = None) -> Form:
    """The form of this name, in either script.

    Args:
        name: A name or other name of a form; a number behind it is its number of lines (五排12);
            or line lengths such as 7a,5,7a,5a; or the path of a page, ending in .toml, whose first
            form is meant.
        lines: Number of lines, for a form that leaves it open.

    Raises:
        OptionError: There is no such form, or it cannot have that many lines.

    >>> form_named("七绝").variants[0].name
    '平起首句不入韵'
    >>> len(form_named("五言排律12").variants[0].lines)
    12
    """
    if name.endswith(".toml"):
        return read_page_file(Path(name))[0].form(lines)
    if is_lengths(name):
        return form_of_lengths(name)
    if (template := _find(name)) is not None:
        return template.form(lines)
    if (sized := _SIZED.fullmatch(name)) and (template := _find(sized[1])) is not None:
        return template.form(int(sized[2]))
    raise _unknown(name)


def template_named(name: str) -> Template:
    """The form of this name as its page has it.

    Raises:
        OptionError: There is no such form.
    """
    if (template := _find(name)) is None:
        raise _unknown(name)
    return template


def templates() -> Iterator[Template]:
    """Every form that comes with charbard as its page has it, in the order of the pages."""
    for page in _PAGES:
        yield from _page(page)


def _find(name: str) -> Template | None:
    plain = _plain(name)
    for page in _PAGES:
        for template in _page(page):
            if plain in (template.name, *template.aliases):
                return template
    return None


def _unknown(name: str) -> OptionError:
    known = [known for each in templates() for known in (each.name, *each.aliases)]
    near = get_close_matches(_plain(name), known, n=3, cutoff=0.3)
    guess = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
    return OptionError(f"no form named {name!r}", hint=f"{guess}list them with: charbard forms")


def _plain(name: str) -> str:
    return "".join(map(fold, name.strip()))


@cache
def _page(name: str) -> tuple[Template, ...]:
    text = files("charbard.prosody.data").joinpath("forms", f"{name}.toml").read_text("utf-8")
    return tuple(read_page(text, source=f"{name}.toml"))
