"""The one clock: code asks `now`, SQL asks `NOW_SQL`; days are those of Shanghai, in which the field's dates are meant.

On a local stack `QUXIANG_CLOCK` lets both run ahead of the machine by one offset, so that deadlines can be tried.
Two things keep the machine's own clock: durations, which `time.monotonic` measures, and the ids of version 7 that
PostgreSQL makes, which only order rows.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

NOW_SQL = "quxiang_now()"
"""SQL twin of `now`: the instant at which this expression is evaluated, not the start of the transaction."""

TODAY_SQL = f"({NOW_SQL} AT TIME ZONE 'Asia/Shanghai')::date"
"""SQL twin of `today`."""

OFFSET_PARAMETER = "quxiang.clock"
"""Custom parameter of a database session that `quxiang_now()` adds; a session without it has the server's clock."""

OFFSET_SQL = f"CAST(coalesce(nullif(current_setting('{OFFSET_PARAMETER}', true), ''), '0') AS interval)"
"""How far the clock is ahead of the server's in this session. A parameter once set and reset is ''."""

CREATE_NOW = f"""
    CREATE OR REPLACE FUNCTION {NOW_SQL} RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN clock_timestamp() + {OFFSET_SQL}
"""
"""One expression in SQL, so that the planner puts it in place of the call."""

_OFFSET = re.compile(r"\+([0-9]{1,5})([dh])")
_UNITS = {"d": "days", "h": "hours"}
_ahead = timedelta(0)


def offset_of(text: str) -> timedelta:
    """Reads an offset such as `+14d` or `+36h`; raises ValueError."""
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise ValueError("QUXIANG_CLOCK goes forwards by whole days or hours: write it like +14d or +36h")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def run_ahead(offset: timedelta) -> None:
    """Moves the clock of this process; to be called once at its start, before a connection is opened."""
    global _ahead
    if offset < timedelta(0):
        raise ValueError("a clock runs forwards only")
    _ahead = offset


def session_parameters() -> dict[str, str]:
    """Startup parameters by which a database connection shares the offset; none while there is no offset."""
    return {OFFSET_PARAMETER: f"{_ahead // timedelta(seconds=1)} seconds"} if _ahead else {}


def now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC) + _ahead


def today() -> date:
    """The present day in Shanghai."""
    return day_in_shanghai(now())


def moved(machine_seconds: float) -> datetime:
    """The instant on this clock of a reading of the machine's clock, in seconds since 1970, that a library took."""
    return datetime.fromtimestamp(machine_seconds, UTC) + _ahead


def day_in_shanghai(instant: datetime) -> date:
    """The calendar day in Shanghai on which an instant falls; the instant must carry its zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone has no day")
    return instant.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """The instant at which a day of Shanghai is over: what was recorded before it was known on that day."""
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)


def seconds_left(instant: datetime) -> float:
    """From an instant until the next day of Shanghai begins, when what is counted by the day starts anew."""
    return (end_of(day_in_shanghai(instant)) - instant).total_seconds()
