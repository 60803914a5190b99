"""Logs, metrics and the correlation id."""

from common.observability.correlation import (
    bound_correlation_id,
    correlated,
    current_correlation_id,
    current_traceparent,
    new_correlation_id,
)
from common.observability.logs import configure_logging, exception_summary, logger
from common.observability.metrics import counter, exposition, gauge, histogram
from common.observability.readiness import Notice
from common.observability.requests import CorrelationMiddleware, MetricsMiddleware

__all__ = [
    "CorrelationMiddleware",
    "MetricsMiddleware",
    "Notice",
    "bound_correlation_id",
    "configure_logging",
    "correlated",
    "counter",
    "current_correlation_id",
    "current_traceparent",
    "exception_summary",
    "exposition",
    "gauge",
    "histogram",
    "logger",
    "new_correlation_id",
]
