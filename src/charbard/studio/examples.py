"""Example texts for the workshop, made from files of the package."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import charbard
from charbard.errors import NotFoundError
from charbard.tables import table_lines

__all__ = ["EXAMPLES", "example"]


def _code() -> str:
    """Return the source of this package, module by module."""
    paths = sorted(Path(charbard.__file__).parent.rglob("*.py"))
    return "\n\n".join(path.read_text(encoding="utf-8").strip() for path in paths) + "\n"


def _words() -> str:
    """Return the words of classical verse, one per line."""
    words = (line.partition("\t")[0] for line in table_lines("corpus", "words.tsv"))
    return "\n".join(words) + "\n"


EXAMPLES: Mapping[str, Callable[[], str]] = MappingProxyType({"words": _words, "code": _code})
"""Builder of each text, by the name under which the page offers it."""


def example(name: str) -> str:
    """Return an example text by name.

    Raises:
        NotFoundError: There is no such text.
    """
    if name not in EXAMPLES:
        raise NotFoundError(
            f"no example named {name[:40]!r}",
            hint=f"choose one of: {', '.join(EXAMPLES)}",
            code="example.none",
            values={"name": name[:40], "known": list(EXAMPLES)},
        )
    return EXAMPLES[name]()
