"""The models that are open, by name. Opening is slow and happens once; looking one up is free."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from charbard.bundle import Bundle, find_bundle, snapshots_beside
from charbard.config import TextOrder, VerseOrder
from charbard.errors import NotFoundError, OptionError
from charbard.prosody.script import to_traditional
from charbard.runtime import Engine, Load, without_units
from charbard.writer import VerseWriter, Writer
from charbard.writer.verse.display import pinyin_of

__all__ = ["Library", "Opened"]

_ROWS = 256
_QUEUE = 4096
"""Above what the studio lets in at once: it refuses before the engine has to."""


@dataclass(frozen=True, eq=False)
class Opened:
    """One model, with the engine that everybody's requests share."""

    name: str
    writer: Writer
    path: Path | None = None
    """Where it lies, if it was opened from a file."""

    @property
    def bundle(self) -> Bundle:
        """What the model was made from."""
        return self.writer.bundle

    def snapshots(self) -> tuple[Path, ...]:
        """What was kept while it was trained, the first one first."""
        return () if self.path is None else snapshots_beside(self.path)

    @cached_property
    def engine(self) -> Engine:
        """Started when the first text is asked for."""
        return Engine(self.writer.network, rows=_ROWS, queue=_QUEUE)

    @property
    def is_started(self) -> bool:
        """Whether anything was asked for yet."""
        return "engine" in self.__dict__

    @cached_property
    def verse(self) -> VerseWriter:
        """For poems; what it runs joins the shared engine."""
        return VerseWriter(self.bundle, self.writer.network, self.engine.run)

    def without(self, units: Sequence[tuple[int, int]]) -> NDArray[np.float32] | None:
        """What switches units off, each a layer and a number in it; None if there are none.

        Raises:
            OptionError: The network has no such unit.
        """
        return without_units(self.bundle.config, units) if units else None

    @property
    def writes_verse(self) -> bool:
        """See `Bundle.writes_verse`."""
        return self.bundle.writes_verse

    @property
    def writes_names(self) -> bool:
        """See `Bundle.writes_names`."""
        return self.bundle.writes_names

    @property
    def kind(self) -> str:
        """See `Bundle.kind`."""
        return self.bundle.kind

    @cached_property
    def script(self) -> str:
        """What most of the letters it knows are: han, latin or other."""
        letters = [char for char in self.bundle.vocab.chars if char.isalpha()]
        latin = sum(char < "\u0250" for char in letters)
        han = sum("\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in letters)
        most, name = max((latin, "latin"), (han, "han"))
        return name if 2 * most > len(letters) else "other"

    def warm(self) -> None:
        """Do what the first request would have to wait for."""
        if self.writes_verse:
            (poem,) = self.verse.verse(VerseOrder(candidates=1, drafts=1))
            to_traditional(poem.text)
            pinyin_of(poem.text)
        else:
            next(self.writer.texts(TextOrder(length=1)))

    def close(self) -> None:
        """Stop its engine, if it was started."""
        if self.is_started:
            self.engine.stop()


class Library:
    """Open models by name; the first one is the one that is meant when none is named."""

    def __init__(self, writers: Iterable[tuple[str, Writer]] = ()) -> None:
        self._opened: dict[str, Opened] = {}
        for name, writer in writers:
            self.add(Opened(name, writer))

    @classmethod
    def open(cls, paths: Iterable[Path]) -> "Library":
        """Open bundles under the name of their file, or of their folder if that says more.

        Raises:
            BundleError: One is missing, truncated, altered or of another version.
            OptionError: Two have the same name.
        """
        library = cls()
        for path in map(find_bundle, paths):
            name = path.resolve().parent.name if path.stem == "model" else path.stem
            if name in library._opened:
                raise OptionError(
                    f"two models are named {name!r}",
                    code="model.twice",
                    values={"model": name},
                    hint="rename one of the files",
                )
            library.add(Opened(name, Writer.open(path), path))
        return library

    def add(self, opened: Opened) -> None:
        """Put a model under its name, in place of the one that had it."""
        self.remove(opened.name)
        self._opened[opened.name] = opened

    def remove(self, name: str) -> None:
        """Forget a model."""
        if (opened := self._opened.pop(name, None)) is not None:
            opened.close()

    def close(self) -> None:
        """Stop every engine."""
        for opened in self:
            opened.close()

    def loads(self) -> list[Load]:
        """How busy each engine is that was started."""
        return [opened.engine.load() for opened in self if opened.is_started]

    def __iter__(self) -> Iterator[Opened]:
        return iter(tuple(self._opened.values()))

    def __len__(self) -> int:
        return len(self._opened)

    def find(self, name: str | None, *, verse: bool = False) -> Opened:
        """A model by name or digest; the first one that can, if none is named.

        Args:
            name: Name or digest.
            verse: Whether it must write verse.

        Raises:
            NotFoundError: There is none of this name.
            OptionError: The one that is named does not write verse.
        """
        for opened in self:
            if name in (opened.name, opened.bundle.digest):
                if verse and not opened.writes_verse:
                    raise OptionError(
                        f"model {name!r} does not write verse",
                        code="model.verse",
                        values={"model": name},
                        hint=self._known(),
                    )
                return opened
            if name is None and (opened.writes_verse or not verse):
                return opened
        if name is None:
            raise NotFoundError(
                "no model is open that can do this", code="model.none", hint=self._known()
            )
        raise NotFoundError(
            f"no model named {name!r}",
            code="model.unknown",
            values={"model": name},
            hint=self._known(),
        )

    def for_names(self, name: str | None) -> Opened:
        """A model that writes names, or else verse; errors as in `find`."""
        if name is None:
            name = next((opened.name for opened in self if opened.writes_names), None)
        opened = self.find(name, verse=name is None)
        return opened if opened.writes_names else self.find(opened.name, verse=True)

    def _known(self) -> str:
        return "open here: " + (", ".join(opened.name for opened in self) or "none")
