"""Days in the zone in which the field's dates are meant. Instants come from the database's clock, never from here."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

TODAY_SQL = "(clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date"
"""SQL twin of `day_in_shanghai`: today, by the database's clock."""


def day_in_shanghai(instant: datetime) -> date:
    """The calendar day in Shanghai on which an instant falls; the instant must carry its zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone has no day")
    return instant.astimezone(SHANGHAI).date()
