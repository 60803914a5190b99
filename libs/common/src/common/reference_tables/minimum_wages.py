"""Minimum wages (最低工资标准) by area, a month and an hour; the longest area that begins a place's code decides."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from common.errors import Message
from common.reference_tables.definition import (
    AMOUNT,
    AREA,
    DAY,
    Column,
    ReferenceRow,
    ReferenceTable,
    area,
    day,
    number,
)

MINIMUM_WAGE = ReferenceTable(
    "minimum-wage",
    Message("最低工资标准（元）", "Minimum wages, in yuan"),
    (
        Column("area", area, AREA),
        Column("from", day, DAY),
        Column("to", day, DAY, required=False),
        Column("month", number, AMOUNT),
        Column("hour", number, AMOUNT),
    ),
    key=("area",),
    period=("from", "to"),
)


class PayUnit(StrEnum):
    """What a pay is for."""

    MONTH = "month"
    HOUR = "hour"


class MinimumWages:
    """The wages of a version of the table."""

    def __init__(self, rows: Iterable[ReferenceRow]) -> None:
        self._of_area: dict[str, list[ReferenceRow]] = defaultdict(list)
        for row in rows:
            self._of_area[str(row["area"])].append(row)

    def minimum_wage(self, place_code: str, day: date, unit: PayUnit) -> Decimal | None:
        """What the row of the longest area in force on that day says, in yuan; None without such a row."""
        on = day.isoformat()
        for length in (6, 4, 2):
            for row in self._of_area.get(place_code[:length], ()):
                if str(row["from"]) <= on and (row["to"] is None or on <= str(row["to"])):
                    return Decimal(str(row[unit.value]))
        return None
