"""Which candidate first: a few measures, each shown, and their weighted sum."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from charbard.writer.verse.parallel import parallelism

__all__ = ["Score", "facing_lines", "middle_couplets", "parallel_score", "repetition"]

WEIGHTS = {
    "model": 1.0,
    "theme": 0.75,
    "words": 2.0,
    "parallel": 0.15,
    "repetition": -2.0,
    "novelty": 0.5,
    "stock": -0.5,
    "habits": -1.0,
}
"""What each part is worth. Those of model and theme were fitted to blind grades, see
benchmarks/models.md; the others are set so that no part drowns another."""


@dataclass(frozen=True)
class Score:
    """Why a candidate stands where it stands. None: not measured for this order."""

    model: float
    """Mean log-probability of its characters in nats; marks and given characters not counted."""
    theme: float | None = None
    """Nats a character by which the theme makes it likelier."""
    parallel: float | None = None
    """对仗 of the couplets that should have it: mean mutual information of facing characters."""
    repetition: float = 0.0
    """Share of characters that stood there before, doubled ones not counted."""
    novelty: float | None = None
    """Share of its lines that do not stand in the training text."""
    stock: float = 0.0
    """Share of its lines that hold a phrase which hundreds of poems share."""
    habits: float = 0.0
    """Nats a character by which it is made of pairs that the model writes too often."""
    words: float | None = None
    """Share of the words that were asked for which it uses."""

    @property
    def total(self) -> float:
        """The weighted sum; the larger the better."""
        parts = asdict(self)
        return sum(weight * (parts[name] or 0.0) for name, weight in WEIGHTS.items())

    def to_dict(self) -> dict[str, float | None]:
        """Every part and the total, rounded."""
        parts = {**asdict(self), "total": self.total}
        return {name: None if v is None else round(v, 4) for name, v in parts.items()}


def facing_lines(kind: str, lines: Sequence[str]) -> list[tuple[int, int]]:
    """Lines that should be parallel in a form of this kind: (the one above, the one below).

    >>> facing_lines("对联", ["天对地", "雨对风", "山对水", "月对云"])
    [(0, 2), (1, 3)]
    """
    if kind != "对联" or len(lines) % 2:
        return middle_couplets(lines)
    half = len(lines) // 2
    return [(at, at + half) for at in range(half)]


def middle_couplets(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Lines that should be parallel: all couplets of an octave or more but the first and last.

    >>> middle_couplets(["a"] * 8)
    [(2, 3), (4, 5)]
    """
    if len(lines) < 8 or len(lines) % 2 or len({len(line) for line in lines}) > 1:
        return []
    return [(at, at + 1) for at in range(2, len(lines) - 2, 2)]


def parallel_score(lines: Sequence[str], pairs: Sequence[tuple[int, int]]) -> float | None:
    """Mean parallelism of the couplets named; None if there are none."""
    if not pairs:
        return None
    return sum(parallelism(lines[a], lines[b]) for a, b in pairs) / len(pairs)


def repetition(lines: Sequence[str]) -> float:
    """Share of characters that stood earlier in the text, those doubled on the spot not counted.

    >>> repetition(["春眠春", "处处"])
    0.2
    """
    seen: set[str] = set()
    again, count = 0, 0
    for line in lines:
        for place, char in enumerate(line):
            doubled = place > 0 and line[place - 1] == char
            again += char in seen and not doubled
            seen.add(char)
            count += 1
    return again / max(1, count)
