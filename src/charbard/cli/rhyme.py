"""`charbard rhyme`: the readings of characters, and the characters that rhyme with them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charbard.cli.options import given_typed

if TYPE_CHECKING:
    from charbard.prosody.book import Reading

__all__ = ["rhyme"]


def rhyme(
    chars: Annotated[
        str, typer.Argument(help="One character or several; or a rhyme with --name, such as 东.")
    ],
    book: Annotated[str, typer.Option(help="平水韵, 词林正韵 or 中华新韵.")] = "pingshui",
    tone: Annotated[str | None, typer.Option(help="Only 平 (level) or 仄 (oblique).")] = None,
    name: Annotated[bool, typer.Option("--name", help="CHARS is a rhyme's name.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Characters to list a rhyme.")] = 60,
    every: Annotated[
        bool, typer.Option("--all", help="Also readings that verse hardly ever uses.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a rhyme.")] = False,
) -> None:
    """Show the tones and rhymes of a character, and what rhymes with it, commonest in verse first.

    Example: charbard rhyme 来 --limit 20
    """
    import json as json_format

    from charbard.prosody.book import USUAL

    asked = given_typed(chars=chars, book_name=book, tone=tone)
    rows = _rows(**asked, name=name, least=0 if every else USUAL)
    for row in rows:
        row["chars"] = row["chars"][:limit]
        if json:
            typer.echo(json_format.dumps(row, ensure_ascii=False))
        else:
            head = f"{row['char']}  " if row["char"] else ""
            typer.echo(f"{head}{row['tone']} {row['label']} ({row['count']}): {row['chars']}")


def _rows(
    chars: str, book_name: str, tone: str | None = None, *, name: bool, least: float
) -> list[dict[str, Any]]:
    from charbard.errors import OptionError
    from charbard.prosody.book import book_named, chars_of, rhyme_label

    if tone not in (None, "平", "仄"):
        raise OptionError(
            f"no tone {tone!r}",
            code="cli.choice",
            values={"given": tone, "known": ["平", "仄"]},
            hint="choose 平 (level) or 仄 (oblique)",
        )
    book = book_named(book_name).key
    wanted = _of_rhyme(chars, book) if name else _of_chars(chars, book, least=least)
    rows = []
    for char, reading in wanted:
        rhyming = chars_of(reading, book=book, least=least)
        if rhyming and tone in (None, reading.tone):
            rows.append(
                {
                    "char": char,
                    "book": book,
                    "tone": reading.tone,
                    "rhyme": reading.rhyme,
                    "label": rhyme_label(reading.rhyme, book=book),
                    "count": len(rhyming),
                    "chars": "".join(rhyming),
                }
            )
    return rows


def _of_rhyme(name: str, book: str) -> Iterator[tuple[str, "Reading"]]:
    """Yield the level and oblique readings of a named rhyme, each with an empty character."""
    from charbard.prosody.book import Reading
    from charbard.prosody.rhyme_name import rhyme_named

    plain = rhyme_named(name, book=book)
    yield from (("", Reading(tone, plain)) for tone in "平仄")


def _of_chars(chars: str, book: str, *, least: float) -> Iterator[tuple[str, "Reading"]]:
    """Yield each character with each of its readings; report characters without one on stderr.

    Raises:
        OptionError: No character has a reading.
    """
    from charbard.errors import OptionError
    from charbard.prosody.book import book_named, readings_of

    if not any(readings_of(char, book=book, least=least) for char in chars):
        raise OptionError(
            f"{chars!r} has no character of {book_named(book).name}",
            code="rhyme.chars",
            values={"chars": chars, "book": book_named(book).name},
            hint="give one or several, for example: charbard rhyme 东",
        )
    for char in chars:
        found = sorted(readings_of(char, book=book, least=least))
        if not found:
            typer.echo(f"{char}: not in {book_named(book).name}", err=True)
        yield from ((char, reading) for reading in reversed(found))
