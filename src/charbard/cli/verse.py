"""`charbard verse`: poems guaranteed to keep their form."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from charbard.cli.models import model_argument
from charbard.cli.options import given_typed, of_config, option, with_settings
from charbard.cli.wording import tell
from charbard.config import VerseOrder

if TYPE_CHECKING:
    from charbard.writer.verse.poem import Poem

__all__ = ["show", "show_json", "verse"]


@with_settings(
    VerseOrder,
    leave_out=("candidates",),
    flags={
        "form": ("--form", "-f"),
        "template": ("--fill",),
        "banned": ("--ban",),
        "novel": ("--novel/--no-novel",),
        "titled": ("--titled/--untitled",),
        "boldness": ("--boldness", "-b"),
        "temperature": ("--temperature", "-t"),
        "guidance": ("--guidance", "-g"),
    },
)
def verse(
    model: Annotated[Path, model_argument("theme", forms=True)] = Path("verse"),
    lock: Annotated[
        list[str] | None, typer.Option(help="A character at a place, as line.place=char: 2.3=花.")
    ] = None,
    ban_at: Annotated[
        list[str] | None, typer.Option(help="Characters a place must not have: 2.3=花月.")
    ] = None,
    candidates: Annotated[int | None, option(VerseOrder, "candidates", "--candidates", "-n")] = 1,
    traditional: Annotated[bool, typer.Option(help="Show it in traditional characters.")] = False,
    pinyin: Annotated[bool, typer.Option(help="Today's readings above each line.")] = False,
    tones: Annotated[
        bool, typer.Option(help="○ level, ● oblique, ◐ both below each line.")
    ] = False,
    layout: Annotated[str, typer.Option(help="horizontal or vertical.")] = "horizontal",
    scores: Annotated[bool, typer.Option(help="Say how each candidate was ranked.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a poem.")] = False,
    **settings: Any,
) -> None:
    """Write poems that are guaranteed to keep their form.

    Example: charbard verse --form 七绝 --acrostic 春夏秋冬 --seed 7
    """
    from charbard.cli.layout import check_layout
    from charbard.config import from_dict
    from charbard.writer import VerseWriter, fresh_seed

    check_layout(layout, pinyin=pinyin, tones=tones)
    order = from_dict(
        VerseOrder,
        of_config(VerseOrder, settings)
        | given_typed(
            candidates=candidates,
            locks=tuple(lock or ()),
            bans=tuple(ban_at or ()),
            seed=fresh_seed(settings["seed"]),
        ),
    )
    poems = VerseWriter.open(model).verse(order)
    for number, poem in enumerate(poems):
        if json:
            show_json(poem)
            continue
        if number:
            typer.echo("")
        if poem.theme != order.theme:  # it was drawn at random, so show it
            show_theme(poem, traditional=traditional)
        show(poem, traditional=traditional, pinyin=pinyin, tones=tones, layout=layout)
        if scores:
            show_score(poem)
    for note in dict.fromkeys(note for poem in poems for note in poem.notes):
        tell(note)
    typer.echo(f"seed {order.seed}", err=True)


def show_theme(poem: "Poem", *, traditional: bool) -> None:
    """Print the theme of a poem as its title."""
    from charbard.prosody.script import to_traditional

    typer.echo(f"《{to_traditional(poem.theme) if traditional else poem.theme}》")


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
