"""What Prometheus reads under ``/metrics``. Nothing in it tells how many clauses there are, or of what."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 1.0, 2.5, 10.0)


class Metrics:
    """Counters of one server, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "kb_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "kb_request_seconds",
            "Time from request to answer.",
            ("route",),
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._answers = Counter("kb_answers", "Questions by outcome.", ("status",), registry=self._registry)

    def seen(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        known = method if method in ("GET", "HEAD", "POST", "OPTIONS") else "other"
        self._requests.labels(known, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def answered(self, status: str) -> None:
        """Count one question as answered or abstained."""
        self._answers.labels(status).inc()

    def gauge(self, name: str, what: str, read: Callable[[], float]) -> None:
        """Show a value that is read whenever somebody looks."""
        Gauge(f"kb_{name}", what, registry=self._registry).set_function(read)

    def text(self) -> bytes:
        """Return all values in the Prometheus text format."""
        return generate_latest(self._registry)
