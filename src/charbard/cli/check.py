"""`charbard check`: check whether a poem keeps its form (格律检测)."""

import os
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from charbard.cli.options import given_typed, typed
from charbard.cli.texts import ENCODING, piped, read_text
from charbard.cli.wording import as_options

__all__ = ["check"]


def check(
    text: Annotated[
        str | None, typer.Argument(help="The poem, in any script; - for standard input.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="Read the poem from a file.")] = None,
    encoding: Annotated[str | None, ENCODING] = None,
    form: Annotated[
        str | None,
        typer.Option(help="Form (see: charbard forms), or a .toml page. Default: recognised."),
    ] = None,
    like: Annotated[str | None, typer.Option(help="Check against the form of this poem.")] = None,
    variant: Annotated[str | None, typer.Option(help="Variant, such as 平起首句入韵.")] = None,
    book: Annotated[
        str | None, typer.Option(help="Rhyme book: 平水韵, 词林正韵 or 中华新韵.")
    ] = None,
    rhyme: Annotated[
        str | None, typer.Option(help="Rhyme it must have, such as 东 or 上平一东.")
    ] = None,
    output: Annotated[str, typer.Option("--as", help="text, table (tab-separated) or json.")] = (
        "text"
    ),
    each_line: Annotated[
        bool, typer.Option("--each-line", help="Every row is a poem; one row of result each.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 unless every poem surely keeps its form.")
    ] = False,
) -> None:
    """Check a poem: show its form, every broken rule with its place, and what would be right there.

    Title, author and preface may precede it. If no form fits, only tones and rhymes are shown.

    Example: charbard check "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"
    """
    from charbard.errors import OptionError
    from charbard.prosody import form_of_page, form_of_text
    from charbard.prosody.check import check as check_text

    if output not in ("text", "table", "json"):
        raise OptionError(
            f"no output {output!r}",
            code="cli.choice",
            values={"given": output, "known": ["text", "table", "json"]},
            hint="choose one of: text, table, json",
        )
    if form and like:
        raise OptionError(
            "both --form and --like are given",
            code="cli.both",
            values={"known": ["--form", "--like"]},
            hint="give one of them",
        )
    options = given_typed(variant=variant, book=book, rhyme=rhyme)
    wanted: Any = form and typed(form)
    if like:
        wanted = form_of_text(typed(like), book=options.get("book", "pingshui"))
    elif form and form.endswith(".toml"):
        wanted = form_of_page(Path(form))
    given = _read(text, file, encoding)
    if each_line:
        kept = _check_rows(given, wanted, options, output)
    else:
        report = check_text(given, wanted, **options)
        _show(report, output)
        kept = report.is_kept
    if strict and not kept:
        raise typer.Exit(1)


def _read(text: str | None, file: Path | None, encoding: str | None) -> str:
    from charbard.errors import OptionError

    if (text is None) == (file is None):
        raise OptionError(
            "give a poem, or --file, and not both", code="cli.poem", hint="charbard check --help"
        )
    if file is not None:
        return read_text(file, encoding)
    if text == "-":
        return piped(encoding)
    poem = typed(text or "")
    if poem.isascii() and os.path.isfile(poem):
        raise OptionError(
            f"{poem!r} is a file, not a poem",
            code="cli.file",
            values={"path": poem},
            hint=f"read it with: charbard check --file {poem}",
        )
    return poem


def _show(report: Any, output: str) -> None:
    import json

    from charbard.prosody.check.render import as_table, as_text

    if output == "json":
        typer.echo(json.dumps(report.as_dict(), ensure_ascii=False, indent=2))
    else:
        typer.echo(as_table(report) if output == "table" else as_text(report))


def _check_rows(rows: str, form: Any, options: dict[str, Any], output: str) -> bool:
    """Print a result for each non-blank row, and totals to stderr; return whether all rows pass."""
    from charbard.errors import OptionError
    from charbard.prosody.check import check as check_text

    count = Counter[str]()
    for number, poem in enumerate(rows.splitlines(), 1):
        if not poem.strip():
            continue
        try:
            report = check_text(poem, form, **options)
        except OptionError as error:
            count["unread"] += 1
            said, hint = error.said(as_options())
            _say_row(output, number, poem, dict(error=said, hint=hint), said)
            continue
        count[report.verdict] += 1
        count["strict"] += report.is_strict
        _say_row(output, number, poem, report.as_dict(), _in_a_row(report))
    poems = count.total() - count["strict"]
    if not poems:
        raise OptionError("no poem in the text", code="cli.empty", hint="give a poem a row")
    others = ", ".join(f"{count[key]} {words}" for key, words in _OTHERS.items() if count[key])
    typer.echo(
        f"{count['kept']} of {poems} keep their form, {count['strict']} without rescue"
        + (f"; {others}" if others else ""),
        err=True,
    )
    return count["kept"] == poems


_OTHERS = {
    "unknown": "of no known form",
    "unjudged": "that cannot be judged",
    "unread": "without a Chinese character",
}


def _in_a_row(report: Any) -> str:
    """Return the form, variant and findings of a report in one row, separated by tabs."""
    from charbard.prosody.check import RULES
    from charbard.prosody.check.render import verdict_words

    rules = ", ".join(f"{RULES[v.rule].name} {v.line}" for v in report.violations)
    return f"{report.form or ''}\t{report.variant}\t{rules or verdict_words(report)}"


def _say_row(output: str, number: int, poem: str, data: dict[str, Any], words: str) -> None:
    import json

    if output == "json":
        typer.echo(json.dumps({"row": number, **data}, ensure_ascii=False))
    else:
        cells = words if "\t" in words else f"\t\t{words}"
        typer.echo(f"{number}\t{cells}\t{poem.strip()}")
