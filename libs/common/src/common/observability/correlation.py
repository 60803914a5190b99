"""The correlation id of what is being done now: in the HTTP header, in every log line, in events."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from random import getrandbits

from common.observability.redaction import redacted_text

_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{7,63}")
_RANDOM = re.compile(r"(?i)(?=.*[a-f])[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}")
_NUMBER = re.compile(r"[0-9](?:[._:-]*[0-9]){7}")
"""Eight digits, however they are grouped: a day of birth, a student's, an examinee's, a citizen's number, a phone."""

_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

_correlation_id: ContextVar[str | None] = ContextVar("correlation_id", default=None)
_traceparent: ContextVar[str | None] = ContextVar("traceparent", default=None)


def new_correlation_id() -> str:
    """A fresh id."""
    # no secret: it need only differ, and asking the system for each costs more than the rest
    return f"{getrandbits(128):032x}"


def current_correlation_id() -> str:
    """The id of the present context; outside of any, a fresh one for each call."""
    return _correlation_id.get() or new_correlation_id()


def bound_correlation_id() -> str | None:
    """The id of the present context, or None outside of any."""
    return _correlation_id.get()


def current_traceparent() -> str | None:
    """The W3C trace context that came with the present request or event, if any."""
    return _traceparent.get()


def accepted_id(offered: str | None) -> str:
    """The id that a caller offers if it is well-formed and cannot be a person's number, else a fresh one."""
    if not offered or not _WELL_FORMED.fullmatch(offered) or redacted_text(offered) != offered:
        return new_correlation_id()
    # random hexadecimal ids, as ours are, have long runs of digits by chance
    return offered if _RANDOM.fullmatch(offered) or not _NUMBER.search(offered) else new_correlation_id()


def accepted_traceparent(offered: str | None) -> str | None:
    """The trace context if it is well-formed."""
    return offered if offered and _TRACEPARENT.fullmatch(offered) else None


@contextmanager
def correlated(correlation_id: str | None = None, traceparent: str | None = None) -> Iterator[str]:
    """Binds ids for a request, an event or a piece of scheduled work; what it logs and stores carries them."""
    bound = accepted_id(correlation_id)
    id_token = _correlation_id.set(bound)
    trace_token = _traceparent.set(accepted_traceparent(traceparent))
    try:
        yield bound
    finally:
        _correlation_id.reset(id_token)
        _traceparent.reset(trace_token)
