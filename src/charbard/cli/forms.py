"""`charbard forms`: the verse forms and their requirements."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from charbard.cli.options import typed

__all__ = ["forms"]


def forms(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A form, or a .toml page, to show what it asks; default: list them all."
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option(help="Only forms of this kind, such as 词 or 近体诗.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the verse forms, or show one line by line: ○ level, ● oblique, · free; letters rhyme.

    Example: charbard forms 浣溪沙
    """
    import json as json_format
    from pathlib import Path

    from charbard.prosody import form_named, form_of_page

    if name is not None:
        form = form_of_page(Path(name)) if name.endswith(".toml") else form_named(typed(name))
        if json:
            typer.echo(json_format.dumps(_as_dict(form), ensure_ascii=False, indent=2))
        else:
            _show(form)
        return
    rows = _listed(kind and typed(kind))
    if json:
        typer.echo(json_format.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        others = f"  ({', '.join(row['aliases'])})" if row["aliases"] else ""
        typer.echo(f"{row['name']}\t{row['kind']}\t{row['shape']}\t{row['note']}{others}")


def _listed(kind: str | None) -> list[dict[str, Any]]:
    from charbard.errors import OptionError
    from charbard.prosody.book import fold
    from charbard.prosody.catalogue import templates

    found = list(templates())
    kinds = list(dict.fromkeys(template.kind for template in found))
    plain = "".join(map(fold, kind)) if kind else None
    if plain is not None and plain not in kinds:
        raise OptionError(
            f"no kind of form {kind!r}",
            code="cli.choice",
            values={"given": kind or "", "known": kinds},
            hint=f"choose one of: {', '.join(kinds)}",
        )
    return [
        {
            "name": template.name,
            "kind": template.kind,
            "shape": _shape(template.form().variants[0].lengths),
            "note": template.row.get("note") or _facts(template.row),
            "aliases": list(template.aliases),
            "facts": template.row.get("facts"),
        }
        for template in found
        if plain in (None, template.kind)
    ]


def _shape(lengths: tuple[int, ...]) -> str:
    if len(set(lengths)) == 1:
        return f"{len(lengths)}x{lengths[0]}"
    return " ".join(map(str, lengths))


def _facts(row: Mapping[str, Any]) -> str:
    """Return a tune's numbers of poems and variants as text; empty for other forms."""
    if not (facts := row.get("facts")):
        return ""
    count = len(row["variants"])
    return f"{facts['poems']} poems, {count} variant{'' if count == 1 else 's'}"


def _show(form: Any) -> None:
    from charbard.prosody import book_named

    marks = str.maketrans("平仄中", "○●·")
    others = f" ({', '.join(form.aliases)})" if form.aliases else ""
    typer.echo(f"{form.name}{others}, {form.kind}, {book_named(form.book).name}")
    if form.note:
        typer.echo(form.note)
    for variant in form.variants:
        typer.echo(f"\n{variant.name}")
        for line in variant.lines:
            shown = " or ".join(pattern.translate(marks) for pattern in line.patterns)
            typer.echo(f"{shown}{line.mark}{'  ' + line.rhyme if line.rhyme else ''}")
            if line.ends_stanza and line is not variant.lines[-1]:
                typer.echo("")


def _as_dict(form: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(form)
