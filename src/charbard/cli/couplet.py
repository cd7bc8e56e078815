"""`charbard couplet`: the second line of a couplet for a given first line, or the reverse."""

from pathlib import Path
from typing import Annotated, Any

import typer

from charbard.cli.models import MODEL
from charbard.cli.options import given_typed, of_config, with_settings
from charbard.cli.wording import tell
from charbard.config import CoupletOrder

__all__ = ["couplet"]


@with_settings(
    CoupletOrder,
    leave_out=("first",),
    flags={
        "banned": ("--ban",),
        "boldness": ("--boldness", "-b"),
        "temperature": ("--temperature", "-t"),
        "candidates": ("--candidates", "-n"),
    },
)
def couplet(
    first: Annotated[
        str, typer.Argument(help="The first line; marks part its phrases.", show_default=False)
    ] = "",
    model: Annotated[Path, typer.Argument(help=MODEL)] = Path("verse"),
    traditional: Annotated[bool, typer.Option(help="Show it in traditional characters.")] = False,
    pinyin: Annotated[bool, typer.Option(help="Today's readings above each line.")] = False,
    tones: Annotated[
        bool, typer.Option(help="○ level, ● oblique, ◐ both below each line.")
    ] = False,
    layout: Annotated[str, typer.Option(help="horizontal or vertical.")] = "horizontal",
    json: Annotated[bool, typer.Option("--json", help="One JSON object a couplet.")] = False,
    **settings: Any,
) -> None:
    """Write the second line for a first, or the reverse; --heading adds the four characters above.

    Punctuation divides the given line into phrases, which are answered one by one.

    Example: charbard couplet 春风又绿江南岸 --heading
    """
    import json as json_format

    from charbard.cli.layout import check_layout
    from charbard.cli.verse import show
    from charbard.config import from_dict
    from charbard.writer import VerseWriter, couplets, fresh_seed

    check_layout(layout, pinyin=pinyin, tones=tones)
    order = from_dict(
        CoupletOrder,
        of_config(CoupletOrder, settings)
        | given_typed(first=first, seed=fresh_seed(settings["seed"])),
    )
    made = couplets(VerseWriter.open(model), order)
    for number, (poem, above) in enumerate(made):
        if json:
            row = {**poem.to_dict(), "heading": above}
            typer.echo(json_format.dumps(row, ensure_ascii=False))
            continue
        if number:
            typer.echo("")
        if above is not None:
            typer.echo(f"【{above}】")
        show(poem, traditional=traditional, pinyin=pinyin, tones=tones, layout=layout)
    for note in dict.fromkeys(note for poem, _ in made for note in poem.notes):
        tell(note)
    typer.echo(f"seed {order.seed}", err=True)
