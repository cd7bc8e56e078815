"""`charbard name`: names with a requested surname, length, tones and characters."""

from pathlib import Path
from typing import Annotated, Any

import typer

from charbard.cli.models import model_argument
from charbard.cli.options import of_config, with_settings
from charbard.cli.wording import tell
from charbard.config import NameOrder

__all__ = ["name"]


@with_settings(
    NameOrder,
    flags={
        "banned": ("--ban",),
        "unwanted": ("--unwanted/--no-unwanted",),
        "boldness": ("--boldness", "-b"),
        "temperature": ("--temperature", "-t"),
        "candidates": ("--candidates", "-n"),
    },
)
def name(
    model: Annotated[Path, model_argument("surname")] = Path("names"),
    pinyin: Annotated[bool, typer.Option(help="Today's reading behind each name.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a name.")] = False,
    **settings: Any,
) -> None:
    """Write names.

    Example: charbard name --surname 李 --given 子_ --tones 仄平
    """
    from charbard.cli.layout import pinyin_of
    from charbard.cli.verse import show_json
    from charbard.config import from_dict
    from charbard.writer import VerseWriter, fresh_seed, names

    order = from_dict(
        NameOrder,
        of_config(NameOrder, settings) | {"seed": fresh_seed(settings["seed"])},
    )
    found = names(VerseWriter.open(model), order)
    for poem in found:
        if json:
            show_json(poem)
        else:
            typer.echo(
                f"{poem.text}  {pinyin_of(poem.text, order.surname.strip())}"
                if pinyin
                else poem.text
            )
    for note in dict.fromkeys(note for poem in found for note in poem.notes):
        tell(note)
    typer.echo(f"seed {order.seed}", err=True)
