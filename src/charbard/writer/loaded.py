"""The Python interface: loaded models, and functions that write with a shipped model.

charbard.verse("七绝", theme="秋夜")
charbard.load("runs/mine").write("Once", temperature=0.7)
"""

from functools import cache, cached_property
from typing import Any

from charbard.config import CoupletOrder, NameOrder, VerseOrder, from_dict
from charbard.errors import OptionError
from charbard.writer.about import about
from charbard.writer.text.writer import Writer, fresh_seed
from charbard.writer.verse.couplet import Headed, couplets
from charbard.writer.verse.names import names as find_names
from charbard.writer.verse.poem import Poem
from charbard.writer.verse.writer import VerseWriter

__all__ = ["LoadedModel", "couplet", "names", "shipped", "verse"]


class LoadedModel(Writer):
    """A `Writer` that also writes the verse, couplets or names that its model was trained for."""

    @cached_property
    def _poet(self) -> VerseWriter:
        return VerseWriter(self.bundle, self.network)

    def __repr__(self) -> str:
        return f"<LoadedModel of {self.bundle.kind}: {about(self.bundle)}>"

    def verse(
        self, form: str = VerseOrder.form, *, seed: int | None = None, **order: Any
    ) -> list[Poem]:
        """Write poems that keep their form, the best first.

        Args:
            form: Verse form or tune, or line lengths such as 5,5a/7,7a.
            seed: The same seed repeats the poems; None draws one, which each poem records.
            order: More fields of `VerseOrder`, such as theme, acrostic and candidates.

        Raises:
            OptionError: The model does not write verse, or a setting is unknown or out of range.
            ConflictError: Demands of the order contradict each other.
        """
        self._refuse_unless(self.bundle.writes_verse, "verse")
        wanted = from_dict(VerseOrder, {**order, "form": form, "seed": fresh_seed(seed)})
        return self._poet.verse(wanted)

    def couplet(self, first: str = "", *, seed: int | None = None, **order: Any) -> Headed:
        """Write couplets that complete a given `first` or `second` line, the best first.

        Args:
            first: The first line.
            seed: As for `verse`.
            order: More fields of `CoupletOrder`, such as second and heading.

        Returns:
            Couplets, each with its heading, or with None if no heading was requested.

        Raises:
            OptionError: As for `verse`.
        """
        self._refuse_unless(self.bundle.writes_verse, "couplets")
        wanted = from_dict(CoupletOrder, {**order, "first": first, "seed": fresh_seed(seed)})
        return couplets(self._poet, wanted)

    def names(self, surname: str = "", *, seed: int | None = None, **order: Any) -> list[Poem]:
        """Write distinct names, the best first.

        Args:
            surname: The surname.
            seed: As for `verse`.
            order: More fields of `NameOrder`, such as `gender`, `tones` and `like`.

        Raises:
            OptionError: As for `verse`.
        """
        able = self.bundle.writes_names or self.bundle.writes_verse
        self._refuse_unless(able, "names")
        wanted = from_dict(NameOrder, {**order, "surname": surname, "seed": fresh_seed(seed)})
        return find_names(self._poet, wanted)

    def _refuse_unless(self, able: bool, what: str) -> None:
        if not able:
            raise OptionError(
                f"the model does not write {what}",
                code="model.kind",
                values={"what": what},
                hint="load('verse') writes poems and couplets, load('names') names; write() is for"
                " every model",
            )


@cache
def shipped(name: str) -> LoadedModel:
    """Open a shipped model on the first call and return it."""
    return LoadedModel.open(name)


def verse(form: str = VerseOrder.form, *, seed: int | None = None, **order: Any) -> list[Poem]:
    """Write poems with the shipped model; see `LoadedModel.verse`."""
    return shipped("verse").verse(form, seed=seed, **order)


def couplet(first: str = "", *, seed: int | None = None, **order: Any) -> Headed:
    """Write couplets with the shipped model; see `LoadedModel.couplet`."""
    return shipped("verse").couplet(first, seed=seed, **order)


def names(surname: str = "", *, seed: int | None = None, **order: Any) -> list[Poem]:
    """Write names with the shipped model; see `LoadedModel.names`."""
    return shipped("names").names(surname, seed=seed, **order)
