"""Logs: one JSON object per line on standard output, our own and those of the libraries, cleaned of personal data."""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog
from structlog.typing import Processor

from common import clock
from common.errors import QuxiangError
from common.observability.correlation import bound_correlation_id, current_traceparent
from common.observability.redaction import redacted, redacted_text, single_line

MAX_FRAMES = 20
MAX_TEXT = 4000
"""Longer texts are cut: a line must fit what log collectors take."""

QUIET = {
    "uvicorn.access": logging.WARNING,  # the metrics count requests, and addresses of clients are personal data
    "sqlalchemy": logging.WARNING,
    "aiokafka": logging.WARNING,
    "asyncio": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "alembic": logging.INFO,
}
"""Libraries that say more than is read, and the least severe line that is kept of them."""

_OURS = frozenset({"timestamp", "level", "event", "service", "logger", "correlation_id", "trace_id", "exception"})

Event = MutableMapping[str, Any]


def configure_logging(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Sets up structlog and the standard library's logging for the whole process; call it once, first."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        _where_and_when(service),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                keep_first_line,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                summarise_exception,
                redact,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
            use_get_message=True,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, root.level))
    # uvicorn brings handlers of its own; without them its lines go where all others go
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger of ours: `logger(__name__).info("import finished", operation_id=…, done=…)`.

    The event is constant text; what varies goes into fields, so that lines can be counted and searched.
    """
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound


def exception_summary(error: BaseException) -> dict[str, object]:
    """Type, place and causes of an exception; its message only if it is one of our own, whose texts are constant.

    Messages of drivers and parsers quote what the caller sent.
    """
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    return {
        "type": f"{type(error).__module__}.{type(error).__qualname__}",
        "code": getattr(error, "code", None) or getattr(getattr(error, "orig", error), "sqlstate", None),
        "message": error.detail.en if isinstance(error, QuxiangError) else None,
        "frames": [f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}" for frame in frames],
        "cause": exception_summary(error.__cause__) if error.__cause__ is not None else None,
    }


def redact(_logger: object, _method: str, event: Event) -> Event:
    """Cleans every field: personal ones by name, numbers and tokens by pattern, line breaks everywhere."""
    ours = {key: event[key] for key in _OURS & event.keys()}
    if "event" in ours:
        ours["event"] = single_line(redacted_text(str(ours["event"])))[:MAX_TEXT]
    others = {key: value for key, value in event.items() if key not in _OURS}
    return {**ours, **_lines(redacted(others))}


def _lines(value: Any) -> Any:
    if isinstance(value, dict):
        return {single_line(str(key)): _lines(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_lines(each) for each in value]
    return single_line(value)[:MAX_TEXT] if isinstance(value, str) else value


def keep_first_line(_logger: object, _method: str, event: Event) -> Event:
    """Cuts what varies, like the text of a lost task's exception: libraries put it into the lines after the first."""
    if not event.get("_from_structlog"):
        event["event"] = next(iter(str(event["event"]).splitlines()), "")
    return event


def summarise_exception(_logger: object, _method: str, event: Event) -> Event:
    """Puts the summary of an exception in the place of its text and stack."""
    given = event.pop("exc_info", None)
    event.pop("exc_text", None)
    event.pop("stack_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = exception_summary(error)
    return event


def _where_and_when(service: str) -> Processor:
    def state(_logger: object, _method: str, event: Event) -> Event:
        event["timestamp"] = clock.now().isoformat().replace("+00:00", "Z")
        event["service"] = service
        if bound := bound_correlation_id():
            event.setdefault("correlation_id", bound)
        if trace := current_traceparent():
            event.setdefault("trace_id", trace.split("-")[1])
        return event

    return state
