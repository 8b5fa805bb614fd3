"""What is counted, in the text that Prometheus reads."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

CONTENT_TYPE: str = CONTENT_TYPE_LATEST


class Metrics:
    """The counters of one server; labels are routes and languages, never what anybody typed.

    Args:
        waiting: tells how many requests are translated or wait for it.
    """

    def __init__(self, waiting: Callable[[], int]) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self.requests = Counter(
            "allez_requests", "Requests answered", ["route", "status"], registry=registry
        )
        self.seconds = Histogram(
            "allez_request_seconds",
            "From the first line of a request to the end of its answer",
            ["route"],
            buckets=SECONDS,
            registry=registry,
        )
        self.refused = Counter(
            "allez_refused", "Requests refused, by the reason", ["reason"], registry=registry
        )
        self.characters = Counter(
            "allez_characters", "Characters translated", ["source", "target"], registry=registry
        )
        self.sentences = Counter(
            "allez_sentences", "Sentences translated", ["source", "target"], registry=registry
        )
        Gauge(
            "allez_waiting", "Requests that are translated or wait for it", registry=registry
        ).set_function(waiting)

    def text(self) -> bytes:
        """Return all of it."""
        return bytes(generate_latest(self._registry))
