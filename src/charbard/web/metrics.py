"""Counters in Prometheus' text format: of requests, waiting and writing, never of texts."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from charbard.web.slots import Slots

__all__ = ["Metrics"]

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one server."""

    def __init__(self, slots: Slots) -> None:
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
        ):
            gauge = Gauge(f"charbard_{name}", help, registry=self.registry)
            gauge.set_function(read)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)
