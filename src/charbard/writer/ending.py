"""Where a free text ends: at its length, its line, a stop string."""

from charbard.config import TextOrder

__all__ = ["Ending"]

_LONGEST_FINISH = 500
"""With `finish_line`, how far past its length a text may go when no line ends."""

Chars = list[tuple[str, float]]


class Ending:
    """Takes characters one by one, gives back those that are certain to stay."""

    def __init__(self, order: TextOrder) -> None:
        self.over = False
        self._order = order
        self._count = 0
        self._held: Chars = []

    def take(self, char: str, logp: float) -> Chars:
        """What is certain now. Held back is what may turn out to begin a stop string."""
        self._held.append((char, logp))
        self._count += 1
        text = "".join(held for held, _ in self._held)
        if ended := [stop for stop in self._order.stop if text.endswith(stop)]:
            del self._held[len(text) - max(map(len, ended)) :]
            return self.end()
        if self._is_long_enough(char):
            return self.end()
        keep = max((_overlap(text, stop) for stop in self._order.stop), default=0)
        ready, self._held = self._held[: len(text) - keep], self._held[len(text) - keep :]
        return ready

    def end(self) -> Chars:
        """It ends here; what was held back belongs to it."""
        self.over = True
        ready, self._held = self._held, []
        return ready

    def _is_long_enough(self, char: str) -> bool:
        if self._count < self._order.length:
            return False
        past = self._count >= self._order.length + _LONGEST_FINISH
        return not self._order.finish_line or char == "\n" or past


def _overlap(text: str, stop: str) -> int:
    """How many of the text's last characters begin the stop string."""
    longest = min(len(text), len(stop) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(stop[:size])), 0)
