"""One section of a report as plain values: figures by row and column, and texts to read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from charbard.bundle import Bundle
from charbard.config import ReportOptions
from charbard.runtime import Model, Network

__all__ = ["Cell", "Section", "Subject"]

Cell = float | int | str | None


@dataclass(frozen=True, kw_only=True)
class Section:
    """One question about a model, and its answer."""

    key: str
    title: str
    says: str
    """Explanation: what was measured, on what, and how to read it."""
    rows: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    """Figures by row name, then by column name."""
    shares: tuple[str, ...] = ()
    """Columns whose values are shares, to be shown as percentages."""
    chart: str | None = None
    """The column to plot."""
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Texts to read, by heading."""

    def plain(self) -> dict[str, Any]:
        """Return the section as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True)
class Subject:
    """The model that a report is about, with its networks, text and options."""

    bundle: Bundle
    model: Model
    """The exact network, for measuring."""
    network: Network
    """The network used for writing."""
    names: tuple[str, ...]
    """Names of the text that the model is measured against; empty for none."""
    options: ReportOptions
    say: Callable[[str], None]
