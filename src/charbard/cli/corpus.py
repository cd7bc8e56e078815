"""`charbard corpus`: the named corpora."""

import json as json_format
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from charbard.corpus.registry import BuiltCorpus

__all__ = ["corpus"]

corpus = typer.Typer(
    help="Get the corpora that have a name. Example: charbard corpus build verse",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Argument(help="A corpus; see: charbard corpus list")]
From = Annotated[
    list[Path] | None,
    typer.Option(
        "--from",
        help="Archive, unpacked package or clone that you have, instead of fetching; repeatable.",
        show_default=False,
    ),
]


@corpus.command("list")
def list_corpora() -> None:
    """List every corpus with its sources and whether it is built.

    Example: charbard corpus list
    """
    from charbard.corpora.fetch import downloaded
    from charbard.corpora.recipes import RECIPES
    from charbard.corpus.registry import CORPORA, built

    for name, one in CORPORA.items():
        sources = RECIPES[name].sources
        have = all(map(downloaded, sources))
        state = "built" if built(name) else "fetched" if have else "not fetched"
        typer.echo(f"{name:12} {state:12} {one.summary}")
        for source in sources:
            typer.echo(f"{'':25} {source.label}, {source.size_mb:.1f} MB; {source.licence}")


@corpus.command()
def fetch(name: Name) -> None:
    """Download a corpus's sources once, and verify their pinned digests.

    Example: charbard corpus fetch verse
    """
    from charbard.corpora.fetch import fetch as fetch_source
    from charbard.corpora.recipes import RECIPES
    from charbard.corpus.registry import named

    for source in RECIPES[named(name).name].sources:
        typer.echo(fetch_source(source, say=_say))


@corpus.command()
def build(
    name: Name,
    sources: From = None,
    exclude_lines: Annotated[
        Path | None,
        typer.Option(
            help="Hold out poems that share a line with this list of digests, too.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Clean a corpus and store it where `charbard train` finds it by name.

    Example: charbard corpus build verse
    """
    from charbard.corpora.build import build as build_corpus

    done = build_corpus(name, sources=sources or (), exclude_lines=exclude_lines, say=_say)
    typer.echo(done.path)
    own = done.about["name"]
    _say(f"train on it: charbard train {own} --minutes 5; see: charbard corpus info {own}")


@corpus.command()
def info(
    name: Name,
    json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Show a built corpus's sources, licence, digests and counts, and what cleaning left out.

    Example: charbard corpus info verse
    """
    from charbard.corpus.registry import required

    found = required(name)
    if json:
        typer.echo(json_format.dumps(dict(found.about), ensure_ascii=False))
        return
    _show(found)


@corpus.command()
def trace(
    text: Annotated[str, typer.Argument(help="A poem or a line, in either script.")],
    name: Annotated[str, typer.Option("--in", help="A corpus of verse.")] = "verse",
) -> None:
    """Find every span of four or more characters that a poem shares with a corpus, and its source.

    Example: charbard corpus trace "床前明月光，疑是地上霜。"
    """
    from charbard.novelty.trace import index_of
    from charbard.novelty.trace import trace as spans_of

    for span in spans_of(text, index_of(name)):
        assert span.source is not None, "there is an index"
        source = span.source
        typer.echo(
            f"{span.text}  {span.count}  {source.dynasty}"
            f" {source.author}《{source.title}》 {source.number}: {source.line}"
        )


def _show(found: "BuiltCorpus") -> None:
    about = found.about
    typer.echo(f"{about['name']}: {found.path}")
    typer.echo(f"{about['bytes'] / 1e6:.1f} MB, sha256 {about['sha256']}")
    for source in about["sources"]:
        typer.echo(
            f"from {source['package']}; licence: {source['licence']}\n     {source['origin']}"
        )
    for key, value in about.items():
        if isinstance(value, int) and key != "bytes":
            typer.echo(f"{key}: {value}")
    if "splits" in about:
        typer.echo("splits: " + ", ".join(f"{n} {name}" for name, n in about["splits"].items()))
    for group, counts in about.get("cleaning", {}).items():
        typer.echo(f"\n{group}")
        for what, count in counts.items():
            typer.echo(f"  {count:8}  {what}")


def _say(message: str) -> None:
    typer.echo(message, err=True)
