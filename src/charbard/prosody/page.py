"""Parse a page of forms from TOML into `Form` values.

A page builds stanzas from named line types, or spells out the tones of each line:

    [lines]
    "甲" = ["中平中仄中平仄"]              # a line type: one pattern or several

    [[forms]]
    name = "七绝"
    size = { lines = 4 }

    [[forms.variants]]
    name = "平起首句不入韵"
    opening = "甲，乙a。"                # tones or a line type, rhyme key, punctuation
    cycle = "丙，丁a。甲，乙a。"          # repeated up to the size; or stanzas = ["…", "…"]

Variants at the top level of a page apply to all its forms that declare none of their own.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain, cycle, islice
from pathlib import Path
from typing import Any

from charbard.errors import OptionError
from charbard.prosody.form import Form, Line, Variant

__all__ = ["Template", "read_page", "read_page_file"]

MARKS = "，。、；：？！"
_LINE = re.compile(rf"([^a-z{MARKS}\s]+)([a-z]?)([{MARKS}]?)")
_EXAMPLE = "a page is written as docs/prosody.md shows under: Adding a form"
_PAGE_KEYS = {"lines", "forms", "variants"}
_FORM_KEYS = {"name", "kind", "book", "note", "aliases", "meant", "size", "variants", "facts"}
_VARIANT_KEYS = {"name", "opening", "cycle", "stanzas", "facts"}


@dataclass(frozen=True)
class Template:
    """A form as declared on a page, before its number of lines is chosen."""

    name: str
    aliases: tuple[str, ...]
    row: Mapping[str, Any]
    lines: Mapping[str, tuple[str, ...]]
    source: str

    @property
    def kind(self) -> str:
        """Kind of the form, such as 近体诗 or 词; see `Form.kind`."""
        return str(self.row["kind"])

    @property
    def meant(self) -> tuple[str, ...]:
        """Ambiguous names for which this form is only suggested, never selected."""
        return (self.kind, *self.row.get("meant", ()))

    @property
    def sizes(self) -> range | None:
        """Possible numbers of lines; None if the stanzas are fixed."""
        size = self.row.get("size")
        if size is None:
            return None
        least = size.get("min", size["lines"])
        return range(least, size.get("max", size["lines"]) + 1, size.get("step", 1))

    def form(self, lines: int | None = None) -> Form:
        """Build the form with this number of lines, or with its usual number if `lines` is None.

        Raises:
            OptionError: The form cannot have that many lines.
        """
        if lines is None:
            return self._usual
        if lines not in (self.sizes or ()):
            raise OptionError(
                f"{self.name} cannot have {lines} lines",
                code="form.lines",
                values={"form": self.name, "lines": lines},
                hint=self._allowed(),
            )
        return self._made(f"{self.name}{lines}", lines)

    @cached_property
    def _usual(self) -> Form:
        """The form in its usual size, built once because the catalogue indexes it several times."""
        return self._made(self.name, self.row["size"]["lines"] if self.sizes else None)

    def _made(self, name: str, count: int | None) -> Form:
        variants = tuple(self._variant(row, count) for row in self.row["variants"])
        return Form(
            name=name,
            kind=self.kind,
            variants=variants,
            book=self.row.get("book", "pingshui"),
            note=self.row.get("note", ""),
            aliases=self.aliases,
        )

    def _allowed(self) -> str:
        sizes = self.sizes
        if sizes is None:
            return "its stanzas are fixed"
        if len(sizes) == 1:
            return f"it always has {sizes[0]}"
        every = f", in steps of {sizes.step}" if sizes.step > 1 else ""
        return f"from {sizes[0]} to {sizes[-1]}{every}"

    def _variant(self, row: Mapping[str, Any], count: int | None) -> Variant:
        if "stanzas" in row:
            poems = row.get("facts", {}).get("poems", 0)
            return Variant(row["name"], tuple(self._stanzas(row["stanzas"])), poems=poems)
        opening = list(self._parse(row.get("opening", "")))
        endless = cycle(list(self._parse(row["cycle"])))
        lines = tuple(islice(chain(opening, endless), count))
        return Variant(row["name"], (*lines[:-1], replace(lines[-1], ends_stanza=True)))

    def _stanzas(self, stanzas: list[str]) -> Iterator[Line]:
        for stanza in stanzas:
            *lines, last = self._parse(stanza)
            yield from lines
            yield replace(last, ends_stanza=True)

    def _parse(self, text: str) -> Iterator[Line]:
        for tones, rhyme, mark in _LINE.findall(text):
            patterns = self.lines.get(tones) or (tones,)
            if not set("".join(patterns)) <= set("平仄中"):
                raise OptionError(
                    f"{self.source}, {self.name}: no line type {tones!r}",
                    code="page.line",
                    values={"page": self.source, "form": self.name, "line": tones},
                    hint="a line is written in 平, 仄 and 中, or is a name under [lines]",
                )
            yield _line(patterns, rhyme or None, mark)


@cache
def _line(patterns: tuple[str, ...], rhyme: str | None, mark: str) -> Line:
    """Build a line; cached, because nine in ten lines of the tunes repeat an earlier line."""
    return Line(patterns, rhyme, mark)


def read_page(text: str, *, source: str) -> list[Template]:
    """Parse every form on a page.

    Args:
        text: TOML, as shown at the top of this module.
        source: Name of the page, for error messages.

    Raises:
        OptionError: The text is not TOML, has an unknown key, or lacks a required one.
    """
    try:
        page = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OptionError(
            f"{source} is not TOML: {error}",
            code="page.toml",
            values={"page": source, "why": str(error)},
            hint=_EXAMPLE,
        ) from None
    _refuse_unknown(page, _PAGE_KEYS, source)
    if not page.get("forms"):
        raise OptionError(
            f"{source} has no form",
            code="page.empty",
            values={"page": source},
            hint="write [[forms]] and its name below it",
        )
    lines = {name: tuple(patterns) for name, patterns in page.get("lines", {}).items()}
    return [_template(row, page, lines, source) for row in page["forms"]]


def _template(
    row: dict[str, Any],
    page: Mapping[str, Any],
    lines: Mapping[str, tuple[str, ...]],
    source: str,
) -> Template:
    row = {"variants": page.get("variants", []), **row}
    where = f"{source}, {row.get('name', 'a form without a name')}"
    _refuse_unknown(row, _FORM_KEYS, where)
    if missing := {"name", "kind"} - set(row):
        raise OptionError(
            f"{where} lacks {min(missing)!r}",
            code="page.lacks",
            values={"form": where, "name": min(missing)},
            hint=_EXAMPLE,
        )
    if not row["variants"]:
        raise OptionError(
            f"{where} has no variant",
            code="page.variant",
            values={"form": where},
            hint="write [[forms.variants]] below it",
        )
    for variant in row["variants"]:
        _refuse_unknown(variant, _VARIANT_KEYS, where)
        if "name" not in variant or not {"cycle", "stanzas"} & set(variant):
            raise OptionError(
                f"{where}: a variant needs a name, and stanzas or a cycle",
                code="page.stanzas",
                values={"form": where},
                hint=_EXAMPLE,
            )
        if "cycle" in variant and "size" not in row:
            raise OptionError(
                f"{where}: a cycle needs a size",
                code="page.size",
                values={"form": where},
                hint="size = { lines = 4 }",
            )
    return Template(row["name"], tuple(row.get("aliases", ())), row, lines, source)


def _refuse_unknown(table: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise OptionError(
            f"{where} has no field {unknown[0]!r}",
            code="page.field",
            values={"form": where, "name": unknown[0], "known": sorted(known)},
            hint=f"fields: {', '.join(sorted(known))}",
        )


def read_page_file(path: Path) -> list[Template]:
    """Parse every form on a page stored in a user's file.

    Raises:
        OptionError: The file cannot be read, or is not a page of forms.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise OptionError(
            f"cannot read the form page {str(path)!r}: {error}",
            code="page.unreadable",
            values={"page": str(path), "why": str(error)},
            hint=_EXAMPLE,
        ) from None
    return read_page(text, source=path.name)
