"""`charbard serve`: the studio, a page and an API."""

from pathlib import Path
from typing import Annotated

import typer

from charbard.cli.options import given, option, parse_assignments
from charbard.config import StudioConfig

__all__ = ["serve"]


def serve(
    models: Annotated[
        list[Path] | None,
        typer.Argument(help="Bundles or folders of runs; none: those that ship."),
    ] = None,
    host: Annotated[str | None, option(StudioConfig, "host")] = None,
    port: Annotated[int | None, option(StudioConfig, "port", "--port", "-p")] = None,
    prefix: Annotated[str | None, option(StudioConfig, "prefix")] = None,
    token: Annotated[
        str | None, typer.Option(envvar="CHARBARD_TOKEN", help="Bearer token of the API.")
    ] = None,
    blocked: Annotated[
        Path | None, typer.Option(help="File of words that are never shown, one a line.")
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Encoding of the file of --blocked; none: detect it.")
    ] = None,
    behind_proxy: Annotated[bool, option(StudioConfig, "behind_proxy", "--behind-proxy")] = False,
    workshop: Annotated[bool, option(StudioConfig, "workshop", "--workshop")] = False,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="Any other setting, as name=value.")
    ] = None,
    browser: Annotated[bool, typer.Option("--open", help="Open the page in a browser.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No access log.")] = False,
) -> None:
    """Serve the studio: a page to write in, and an API.

    Example: charbard serve runs/my --port 8080
    """
    from charbard.bundle import shipped_bundles
    from charbard.config import from_dict
    from charbard.errors import BundleError
    from charbard.extras import need
    from charbard.web import Library, create_app
    from charbard.web.serve import run

    settings = parse_assignments(set_ or []) | given(
        host=host,
        port=port,
        prefix=prefix,
        token=token,
        blocked=None if blocked is None else _words(blocked, encoding),
        behind_proxy=behind_proxy or None,
        workshop=workshop or None,
    )
    config = from_dict(StudioConfig, settings)
    if config.workshop:
        need("the workshop", "torch", "matplotlib", extra="train")
    paths = models or sorted(shipped_bundles().values(), key=lambda path: path.stem != "verse")
    if not paths:
        raise BundleError(
            "no model came with this installation",
            code="bundle.shipped",
            hint="name one: charbard serve runs/my; train it with: charbard train TEXT --minutes 2",
        )
    library = Library.open(paths)
    for opened in library:
        opened.warm()
    app = create_app(library, config)
    run(app, config, open_browser=browser, log=not quiet)


def _words(path: Path, encoding: str | None) -> tuple[str, ...]:
    from charbard.cli.texts import read_text

    return tuple(line.strip() for line in read_text(path, encoding).splitlines() if line.strip())
