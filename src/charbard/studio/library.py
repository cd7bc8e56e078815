"""Registry of loaded models. Loading is slow and happens once; looking one up is cheap."""

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

__all__ = ["Library", "ServedModel"]

_ROWS = 256
_QUEUE = 4096
"""Length of an engine's queue: longer than the studio's, so that the studio refuses first."""


@dataclass(frozen=True, eq=False)
class ServedModel:
    """A loaded model with an engine that all requests share."""

    name: str
    writer: Writer
    path: Path | None = None
    """Path of the bundle; None if it was not loaded from a file."""

    @property
    def bundle(self) -> Bundle:
        """The model's bundle."""
        return self.writer.bundle

    def snapshots(self) -> tuple[Path, ...]:
        """Return the snapshots that were saved during the training run, the oldest first."""
        return () if self.path is None else snapshots_beside(self.path)

    @cached_property
    def engine(self) -> Engine:
        """The engine, which is started on first use."""
        return Engine(self.writer.network, rows=_ROWS, queue=_QUEUE)

    @property
    def is_started(self) -> bool:
        """Whether the engine was started."""
        # `cached_property` keeps its value in `__dict__`; reading `engine` would start the engine.
        return "engine" in self.__dict__

    @cached_property
    def verse(self) -> VerseWriter:
        """The writer of verse, which uses the shared engine."""
        return VerseWriter(self.bundle, self.writer.network, self.engine.run)

    def without(self, units: Sequence[tuple[int, int]]) -> NDArray[np.float32] | None:
        """Return the mask that ablates `units`, pairs (layer, number); None if `units` is empty.

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
        """Script of most letters in the model's vocabulary: han, latin or other."""
        letters = [char for char in self.bundle.vocab.chars if char.isalpha()]
        latin = sum(char < "\u0250" for char in letters)
        han = sum("\u3400" <= char <= "\u9fff" or char >= "\U00020000" for char in letters)
        most, name = max((latin, "latin"), (han, "han"))
        return name if 2 * most > len(letters) else "other"

    def warm(self) -> None:
        """Warm up: build what the first request would otherwise wait for."""
        if self.writes_verse:
            (poem,) = self.verse.verse(VerseOrder(candidates=1, drafts=1))
            to_traditional(poem.text)
            pinyin_of(poem.text)
        else:
            next(self.writer.texts(TextOrder(length=1)))

    def close(self) -> None:
        """Stop the engine, if it was started."""
        if self.is_started:
            self.engine.stop()


class Library:
    """Registry of loaded models by name; the first one is the default."""

    def __init__(self, writers: Iterable[tuple[str, Writer]] = ()) -> None:
        self._opened: dict[str, ServedModel] = {}
        for name, writer in writers:
            self.add(ServedModel(name, writer))

    @classmethod
    def open(cls, paths: Iterable[Path]) -> "Library":
        """Load bundles, each named after its file, or after its folder if the file is `model`.

        Raises:
            BundleError: A bundle is missing, truncated, altered or of an unsupported version.
            OptionError: Two bundles have the same name.
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
            library.add(ServedModel(name, Writer.open(path), path))
        return library

    def add(self, opened: ServedModel) -> None:
        """Add a model, replacing any model of the same name."""
        self.remove(opened.name)
        self._opened[opened.name] = opened

    def remove(self, name: str) -> None:
        """Remove a model, if it exists, and stop its engine."""
        if (opened := self._opened.pop(name, None)) is not None:
            opened.close()

    def close(self) -> None:
        """Stop every engine."""
        for opened in self:
            opened.close()

    def loads(self) -> list[Load]:
        """Return the load of each engine that was started."""
        return [opened.engine.load() for opened in self if opened.is_started]

    def __iter__(self) -> Iterator[ServedModel]:
        # Iterate over a copy, because a training job that ends may add a model meanwhile.
        return iter(tuple(self._opened.values()))

    def __len__(self) -> int:
        return len(self._opened)

    def find(self, name: str | None, *, verse: bool = False) -> ServedModel:
        """Find a model by name or digest; without a name, the first suitable one.

        Args:
            name: Name or digest; None: any model.
            verse: Whether the model must write verse.

        Raises:
            NotFoundError: There is no such model.
            OptionError: The named model does not write verse.
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

    def for_names(self, name: str | None) -> ServedModel:
        """Find a model that writes names or, failing that, verse; see `find` for the errors."""
        if name is None:
            name = next((opened.name for opened in self if opened.writes_names), None)
        opened = self.find(name, verse=name is None)
        return opened if opened.writes_names else self.find(opened.name, verse=True)

    def _known(self) -> str:
        return "open here: " + (", ".join(opened.name for opened in self) or "none")
