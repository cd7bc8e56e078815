"""The models that are open, by name. Opening is slow and happens once; looking one up is free."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from charbard.errors import NotFoundError, OptionError
from charbard.writer import Writer

__all__ = ["Library"]


class Library:
    """Writers by name; the first one is the one that is meant when none is named."""

    def __init__(self, writers: Iterable[tuple[str, Writer]] = ()) -> None:
        self._writers = dict(writers)

    @classmethod
    def open(cls, paths: Iterable[Path]) -> "Library":
        """Open bundles under the name of their file, or of their folder if that says more.

        Raises:
            BundleError: One is missing, truncated, altered or of another version.
            OptionError: Two have the same name.
        """
        library = cls()
        for path in paths:
            name = path.parent.name if path.stem == "model" and path.parent.name else path.stem
            if name in library._writers:
                raise OptionError(f"two models are named {name!r}", hint="rename one of the files")
            library.add(name, Writer.open(path))
        return library

    def add(self, name: str, writer: Writer) -> None:
        """Put a model under a name, in place of the one that had it."""
        self._writers[name] = writer

    def remove(self, name: str) -> None:
        """Forget a model."""
        self._writers.pop(name, None)

    def __iter__(self) -> Iterator[tuple[str, Writer]]:
        return iter(tuple(self._writers.items()))

    def __len__(self) -> int:
        return len(self._writers)

    def find(self, name: str | None) -> tuple[str, Writer]:
        """A model by name or digest; the first one if none is named.

        Raises:
            NotFoundError: There is none of this name.
        """
        for known, writer in self:
            if name is None or name in (known, writer.bundle.digest):
                return known, writer
        known_names = ", ".join(known for known, _ in self) or "none"
        raise NotFoundError(f"no model named {name!r}", hint=f"open here: {known_names}")
