"""What a row and the roster say together: rules that only the whole graduate can break. Pure."""

from collections.abc import Iterator, Mapping, MutableMapping
from datetime import date

from registry.graduates.domain.entry import broken_rules
from registry.graduates.domain.identity import birth_date

COMPARED = ("citizen_id", "birth_date", "enrolled_on", "graduated_on")
"""Fields that may contradict each other."""

_OTHER_OF_TWO: Mapping[str, str] = {"birth_date": "citizen_id", "graduated_on": "enrolled_on"}


def check_against_roster(
    given: MutableMapping[str, object], month_of_birth: date | None, stored: Mapping[str, object]
) -> Iterator[tuple[str, str]]:
    """Gives a month of birth its day, then yields column and rule for each rule that a row breaks with the roster."""
    whole = {field: given.get(field, stored.get(field)) for field in COMPARED}
    number = whole["citizen_id"] if isinstance(whole["citizen_id"], str) else None
    if month_of_birth:
        whole["birth_date"] = given["birth_date"] = _day_in(month_of_birth, number, stored.get("birth_date"))
    born, enrolled_on, graduated_on = (day if isinstance(day := whole[field], date) else None for field in COMPARED[1:])
    for field, rule in broken_rules(number, born, enrolled_on, graduated_on):
        said = [column for column in (field, _OTHER_OF_TWO[field]) if column in given]
        if said:
            yield said[0], rule


def _day_in(month: date, citizen_id: str | None, stored: object) -> date:
    """The day that is known of a month, from the citizen id or the roster, else its first."""
    known = (birth_date(citizen_id) if citizen_id else None, stored)
    days = (day for day in known if isinstance(day, date))
    return next((day for day in days if (day.year, day.month) == (month.year, month.month)), month)
