"""Metrics in Prometheus' text format, about requests and load but never about texts."""

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from charbard.runtime import Load
from charbard.studio.slots import Slots

__all__ = ["Metrics"]

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Metrics of one server."""

    def __init__(self, slots: Slots, loads: Callable[[], Iterable[Load]]) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "charbard_requests_total",
            "Answers by route and status.",
            ["route", "method", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "charbard_request_seconds",
            "Time to the last byte of an answer.",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.first_line = Histogram(
            "charbard_first_fact_seconds",
            "Time from a turn to the first piece of text.",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.gone = Counter(
            "charbard_dropped_total", "Clients that left before the end.", registry=self.registry
        )
        for name, help, read in (
            ("writing", "Requests being written.", lambda: slots.active),
            ("waiting", "Requests waiting for their turn.", lambda: slots.waiting),
            ("refused", "Requests refused because the queue was full.", lambda: slots.refused),
            ("engine_rows", "Rows in the batches.", lambda: sum(load.rows for load in loads())),
            ("engine_steps", "Steps of all batches.", lambda: sum(load.steps for load in loads())),
            ("engine_read", "Characters read in them.", lambda: sum(load.read for load in loads())),
        ):
            gauge = Gauge(f"charbard_{name}", help, registry=self.registry)
            gauge.set_function(read)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry)
