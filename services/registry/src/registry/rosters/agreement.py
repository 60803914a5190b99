"""What a row and the roster say together: rules that only the whole graduate can break. Pure."""

from collections.abc import Mapping
from datetime import date

from registry.graduates.domain.entry import broken_rules
from registry.graduates.domain.identity import birth_date
from registry.rosters.rows import Fault, Row

COMPARED = ("citizen_id", "birth_date", "enrolled_on", "graduated_on")
"""Fields that may contradict each other."""

_OTHER_OF_TWO: Mapping[str, str] = {"birth_date": "citizen_id", "graduated_on": "enrolled_on"}


def settle(row: Row, stored: Mapping[str, object]) -> None:
    """Gives a month of birth its day, and adds a fault for each rule that the row breaks with what is stored."""
    whole = {field: row.given.get(field, stored.get(field)) for field in COMPARED}
    number = whole["citizen_id"] if isinstance(whole["citizen_id"], str) else None
    if row.month_of_birth:
        whole["birth_date"] = row.given["birth_date"] = _day_in(row.month_of_birth, number, stored.get("birth_date"))
    born, enrolled_on, graduated_on = (day if isinstance(day := whole[field], date) else None for field in COMPARED[1:])
    for field, rule in broken_rules(number, born, enrolled_on, graduated_on):
        said = [column for column in (field, _OTHER_OF_TWO[field]) if column in row.given]
        row.faults += [Fault(column, rule) for column in said[:1]]


def _day_in(month: date, citizen_id: str | None, stored: object) -> date:
    """The day that is known of a month, from the citizen id or the roster, else its first."""
    known = (birth_date(citizen_id) if citizen_id else None, stored)
    days = (day for day in known if isinstance(day, date))
    return next((day for day in days if (day.year, day.month) == (month.year, month.month)), month)
