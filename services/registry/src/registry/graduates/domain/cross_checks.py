"""What a row and the roster say together: rules that only the whole graduate can break. Pure."""

from collections.abc import Collection, Mapping, MutableMapping
from datetime import date

from common.identifiers import Cohort
from registry.graduates.domain.days import COMPARED, Days, Finding
from registry.graduates.domain.identity import birth_date


def days_of(
    given: MutableMapping[str, object], month_of_birth: date | None, stored: Mapping[str, object], cohort: Cohort
) -> Days:
    """The days that a row and the roster know together; a month of birth gets its day, in the row, too."""
    number, *days = [given.get(field, stored.get(field)) for field in COMPARED]
    citizen_id = number if isinstance(number, str) else None
    if month_of_birth:
        days[0] = given["birth_date"] = _day_in(month_of_birth, citizen_id, stored.get("birth_date"))
    return Days.of(cohort, citizen_id, *[day if isinstance(day, date) else None for day in days])


def said_by(given: Mapping[str, object], findings: Collection[Finding]) -> list[tuple[str, str]]:
    """Column and rule of the findings to which a row has given something: what is stored alone is not its fault."""
    if not findings:
        return []
    named = ((next((field for field in fields if field in given), None), rule) for fields, rule in findings)
    return [(column, rule) for column, rule in named if column is not None]


def _day_in(month: date, citizen_id: str | None, stored: object) -> date:
    """The day that is known of a month, from the citizen id or the roster, else its first."""
    known = (birth_date(citizen_id) if citizen_id else None, stored)
    days = (day for day in known if isinstance(day, date))
    return next((day for day in days if (day.year, day.month) == (month.year, month.month)), month)
