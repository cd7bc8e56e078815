"""Rank candidates by a weighted sum of several measures."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from charbard.writer.verse.parallel import parallelism

__all__ = ["Score", "facing_lines", "middle_couplets", "parallel_score", "repetition"]

WEIGHTS = {
    "model": 1.0,
    "theme": 0.6,
    "grade": 1.2,
    "words": 2.0,
    "parallel": 0.15,
    "repetition": -2.0,
    "novelty": 0.5,
    "stock": -0.5,
    "habits": -1.0,
}
"""Weight of each part. The weights of `model`, `theme` and `grade` were fitted to blind grades, see
benchmarks/models.md; the others were chosen so that no part dominates."""


@dataclass(frozen=True)
class Score:
    """The parts of a candidate's score. None: not applicable to the order."""

    model: float
    """Mean log-probability of a character in nats, without marks or given characters."""
    theme: float | None = None
    """Nats per character by which the theme makes the text likelier."""
    grade: float | None = None
    """The readers' grade that the probe expects, less that of the mean poem on the same title."""
    parallel: float | None = None
    """Parallelism (对仗) of the couplets that should have it: mean mutual information of facing
    characters."""
    repetition: float = 0.0
    """Share of characters that repeat an earlier one; immediate doubling does not count."""
    novelty: float | None = None
    """Share of lines that do not occur in the verse corpus."""
    stock: float = 0.0
    """Share of lines that contain a stock phrase."""
    habits: float = 0.0
    """Nats per character by which pairs are too likely under the model; see `habits`."""
    words: float | None = None
    """Share of the requested words that the text uses."""

    @property
    def total(self) -> float:
        """The weighted sum; larger is better."""
        parts = asdict(self)
        # A part that does not apply is None for every candidate of an order, so 0 changes no rank.
        return sum(weight * (parts[name] or 0.0) for name, weight in WEIGHTS.items())

    def to_dict(self) -> dict[str, float | None]:
        """Return every part and the total, rounded."""
        parts = {**asdict(self), "total": self.total}
        return {name: None if v is None else round(v, 4) for name, v in parts.items()}


def facing_lines(kind: str, lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of lines, (upper, lower), that should be parallel in a form of this kind.

    >>> facing_lines("对联", ["天对地", "雨对风", "山对水", "月对云"])
    [(0, 2), (1, 3)]
    """
    if kind != "对联" or len(lines) % 2:
        return middle_couplets(lines)
    half = len(lines) // 2
    return [(at, at + half) for at in range(half)]


def middle_couplets(lines: Sequence[str]) -> list[tuple[int, int]]:
    """Return the (upper, lower) indices of all couplets but the first and the last.

    The list is empty if there are fewer than eight lines, an odd number, or unequal lengths.

    >>> middle_couplets(["a"] * 8)
    [(2, 3), (4, 5)]
    """
    if len(lines) < 8 or len(lines) % 2 or len({len(line) for line in lines}) > 1:
        return []
    return [(at, at + 1) for at in range(2, len(lines) - 2, 2)]


def parallel_score(lines: Sequence[str], pairs: Sequence[tuple[int, int]]) -> float | None:
    """Return the mean parallelism of these couplets; None if there are none."""
    if not pairs:
        return None
    return sum(parallelism(lines[a], lines[b]) for a, b in pairs) / len(pairs)


def repetition(lines: Sequence[str]) -> float:
    """Return the share of characters that repeat an earlier one; doubling does not count.

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
