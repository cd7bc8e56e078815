"""Rate limit for each client: a token bucket."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from charbard.errors import RateError

__all__ = ["Rate"]

_CLIENTS = 10_000


class Rate:
    """Token buckets by client address; the least recently used is dropped if there are too many."""

    def __init__(
        self, rate: float | None, burst: int, *, clock: Callable[[], float] = monotonic
    ) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> None:
        """Take a token for one request.

        Raises:
            RateError: The client's bucket is empty.
        """
        if self._rate is None:
            return
        now = self._clock()
        # Removing and reinserting a bucket keeps the buckets in the order of their last use.
        left, then = self._buckets.pop(client, (float(self._burst), now))
        left = min(self._burst, left + (now - then) * self._rate)
        # A refused request costs no token, or a client that keeps trying would never get in.
        self._buckets[client] = (max(0.0, left - 1 if left >= 1 else left), now)
        if len(self._buckets) > _CLIENTS:
            self._buckets.popitem(last=False)
        if left < 1:
            raise RateError(
                f"more than {self._rate:g} requests a second",
                code="busy.rate",
                values={"rate": self._rate, "burst": self._burst},
                hint=f"up to {self._burst} may come at once, then {self._rate:g} a second",
                retry_after_s=(1 - left) / self._rate,
            )
