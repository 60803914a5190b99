"""Prometheus metrics of the process. Labels name kinds of things (a route, a topic, a state), never a single thing."""

from collections.abc import Sequence

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

REGISTRY = CollectorRegistry()
"""Our own, so that no library can add labels we do not know."""

ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds; fine below 50 ms, where our budgets are."""

CONTENT_TYPE = CONTENT_TYPE_LATEST

_FORBIDDEN_LABELS = frozenset(
    {"graduate_id", "subject", "school_code", "operation_id", "correlation_id", "path", "key", "name", "id"}
)


def counter(name: str, description: str, labels: Sequence[str] = ()) -> Counter:
    """Something that only grows: `counter("consumer_messages", "…", ("topic",)).labels(topic).inc()`."""
    return Counter(_full(name, labels), description, labels, registry=REGISTRY)


def gauge(name: str, description: str, labels: Sequence[str] = ()) -> Gauge:
    """Something that goes up and down."""
    return Gauge(_full(name, labels), description, labels, registry=REGISTRY)


def histogram(name: str, description: str, labels: Sequence[str] = (), buckets: Sequence[float] = BUCKETS) -> Histogram:
    """A distribution, of seconds by default."""
    return Histogram(_full(name, labels), description, labels, buckets=buckets, registry=REGISTRY)


def exposition() -> bytes:
    """All metrics in the text format, for `/metrics`."""
    return generate_latest(REGISTRY)


def _full(name: str, labels: Sequence[str]) -> str:
    forbidden = _FORBIDDEN_LABELS.intersection(labels)
    if forbidden:
        raise ValueError(f"labels of single things: {sorted(forbidden)}")
    return f"quxiang_{name}"


REQUESTS = counter("http_requests", "Requests by route template and status", ("method", "route", "status"))
REQUEST_SECONDS = histogram("http_request_seconds", "Duration until the last byte was sent", ("method", "route"))
IN_PROGRESS = gauge("http_requests_in_progress", "Requests being answered")
