"""`charbard verse`: poems that are certain to keep their form."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from charbard.cli.models import MODEL
from charbard.cli.options import given_typed, option
from charbard.cli.wording import tell
from charbard.config import VerseOrder

if TYPE_CHECKING:
    from charbard.writer.verse.poem import Poem

__all__ = ["show", "show_json", "verse"]


def verse(
    model: Annotated[Path, typer.Argument(help=MODEL)] = Path("verse"),
    form: Annotated[str | None, option(VerseOrder, "form", "--form", "-f")] = None,
    theme: Annotated[str | None, option(VerseOrder, "theme", "--theme")] = None,
    words: Annotated[str | None, option(VerseOrder, "words", "--words")] = None,
    opening: Annotated[str | None, option(VerseOrder, "opening", "--opening")] = None,
    acrostic: Annotated[str | None, option(VerseOrder, "acrostic", "--acrostic")] = None,
    acrostic_at: Annotated[str | None, option(VerseOrder, "acrostic_at", "--acrostic-at")] = None,
    fill: Annotated[str | None, option(VerseOrder, "template", "--fill")] = None,
    lock: Annotated[
        list[str] | None, typer.Option(help="A character at a place, as line.place=char: 2.3=花.")
    ] = None,
    ban_at: Annotated[
        list[str] | None, typer.Option(help="Characters a place must not have: 2.3=花月.")
    ] = None,
    ban: Annotated[str | None, option(VerseOrder, "banned", "--ban")] = None,
    rhyme: Annotated[str | None, option(VerseOrder, "rhyme", "--rhyme")] = None,
    book: Annotated[str | None, option(VerseOrder, "book", "--book")] = None,
    variant: Annotated[str | None, option(VerseOrder, "variant", "--variant")] = None,
    dynasty: Annotated[str | None, option(VerseOrder, "dynasty", "--dynasty")] = None,
    author: Annotated[str | None, option(VerseOrder, "author", "--author")] = None,
    commonest: Annotated[int | None, option(VerseOrder, "commonest", "--commonest")] = None,
    novel: Annotated[bool, option(VerseOrder, "novel", "--novel/--no-novel")] = True,
    repeats: Annotated[str | None, option(VerseOrder, "repeats", "--repeats")] = None,
    boldness: Annotated[str | None, option(VerseOrder, "boldness", "--boldness", "-b")] = None,
    temperature: Annotated[
        float | None, option(VerseOrder, "temperature", "--temperature", "-t")
    ] = None,
    candidates: Annotated[int | None, option(VerseOrder, "candidates", "--candidates", "-n")] = 1,
    drafts: Annotated[int | None, option(VerseOrder, "drafts", "--drafts")] = None,
    guidance: Annotated[float | None, option(VerseOrder, "guidance", "--guidance", "-g")] = None,
    min_p: Annotated[float | None, option(VerseOrder, "min_p", "--min-p")] = None,
    seed: Annotated[int | None, option(VerseOrder, "seed", "--seed")] = None,
    traditional: Annotated[bool, typer.Option(help="Show it in traditional characters.")] = False,
    pinyin: Annotated[bool, typer.Option(help="Today's readings above each line.")] = False,
    tones: Annotated[
        bool, typer.Option(help="○ level, ● oblique, ◐ both below each line.")
    ] = False,
    layout: Annotated[str, typer.Option(help="horizontal or vertical.")] = "horizontal",
    scores: Annotated[bool, typer.Option(help="Say how each candidate was ranked.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a poem.")] = False,
) -> None:
    """Write poems that keep their form for certain.

    Example: charbard verse --form 七绝 --acrostic 春夏秋冬 --seed 7
    """
    from charbard.config import from_dict
    from charbard.writer import VerseWriter, fresh_seed

    order = from_dict(
        VerseOrder,
        given_typed(
            form=form,
            theme=theme,
            words=words,
            opening=opening,
            acrostic=acrostic,
            acrostic_at=acrostic_at,
            template=fill,
            locks=tuple(lock or ()),
            bans=tuple(ban_at or ()),
            banned=ban,
            rhyme=rhyme,
            book=book,
            variant=variant,
            dynasty=dynasty,
            author=author,
            commonest=commonest,
            novel=novel,
            repeats=repeats,
            boldness=boldness,
            temperature=temperature,
            candidates=candidates,
            drafts=drafts,
            guidance=guidance,
            min_p=min_p,
            seed=fresh_seed(seed),
        ),
    )
    poems = VerseWriter.open(model).verse(order)
    for number, poem in enumerate(poems):
        if json:
            show_json(poem)
            continue
        if number:
            typer.echo("")
        show(poem, traditional=traditional, pinyin=pinyin, tones=tones, layout=layout)
        if scores:
            show_score(poem)
    for note in dict.fromkeys(note for poem in poems for note in poem.notes):
        tell(note)
    typer.echo(f"seed {order.seed}", err=True)


def show(poem: "Poem", *, traditional: bool, pinyin: bool, tones: bool, layout: str) -> None:
    """Print a poem in the requested layout."""
    from charbard.cli.layout import laid_out
    from charbard.prosody.script import to_traditional

    lines = [to_traditional(line) for line in poem.lines] if traditional else poem.lines
    text = laid_out(
        lines,
        poem.marks,
        stanza_ends=poem.stanza_ends,
        book=poem.book,
        pinyin=pinyin,
        tones=tones,
        layout=layout,
    )
    typer.echo(text)


def show_json(poem: "Poem") -> None:
    """Print a poem as one JSON object."""
    import json

    typer.echo(json.dumps(poem.to_dict(), ensure_ascii=False))


def show_score(poem: "Poem") -> None:
    """Print the score by which a candidate was ranked."""
    from charbard.prosody.book import rhyme_label

    parts = [f"{name} {value:.3f}" for name, value in poem.score.to_dict().items() if value]
    rhymes = " ".join(rhyme_label(rhyme, book=poem.book) if rhyme else "?" for rhyme in poem.rhymes)
    typer.echo(f"{'/'.join(poem.variants)} {rhymes}  {'  '.join(parts)}", err=True)
