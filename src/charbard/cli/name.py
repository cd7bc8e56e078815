"""`charbard name`: names with the surname, length, tones and characters that are wished."""

from pathlib import Path
from typing import Annotated

import typer

from charbard.cli.models import MODEL
from charbard.cli.options import given_typed, option
from charbard.cli.wording import tell
from charbard.config import NameOrder

__all__ = ["name"]


def name(
    model: Annotated[Path, typer.Argument(help=MODEL)] = Path("names"),
    surname: Annotated[str | None, option(NameOrder, "surname", "--surname")] = None,
    gender: Annotated[str | None, option(NameOrder, "gender", "--gender")] = None,
    length: Annotated[int | None, option(NameOrder, "length", "--length")] = None,
    given_name: Annotated[str | None, option(NameOrder, "given", "--given")] = None,
    tones: Annotated[str | None, option(NameOrder, "tones", "--tones")] = None,
    like: Annotated[str | None, option(NameOrder, "like", "--like")] = None,
    ban: Annotated[str | None, option(NameOrder, "banned", "--ban")] = None,
    unwanted: Annotated[bool, option(NameOrder, "unwanted", "--unwanted/--no-unwanted")] = True,
    boldness: Annotated[str | None, option(NameOrder, "boldness", "--boldness", "-b")] = None,
    temperature: Annotated[
        float | None, option(NameOrder, "temperature", "--temperature", "-t")
    ] = None,
    min_p: Annotated[float | None, option(NameOrder, "min_p", "--min-p")] = None,
    candidates: Annotated[int | None, option(NameOrder, "candidates", "--candidates", "-n")] = None,
    seed: Annotated[int | None, option(NameOrder, "seed", "--seed")] = None,
    pinyin: Annotated[bool, typer.Option(help="Today's reading behind each name.")] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a name.")] = False,
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
        given_typed(
            surname=surname,
            gender=gender,
            length=length,
            given=given_name,
            tones=tones,
            like=like,
            banned=ban,
            unwanted=unwanted,
            boldness=boldness,
            temperature=temperature,
            min_p=min_p,
            candidates=candidates,
            seed=fresh_seed(seed),
        ),
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
