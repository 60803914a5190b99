from collections.abc import Mapping
from datetime import date

import pytest

from common.identifiers import Cohort
from common.imports import Fault
from registry.graduates.domain.cross_checks import days_of, said_by
from registry.graduates.imports.rows import RosterRow

NUMBER = "11010119900307002X"  # born on 7 March 1990
BORN = date(1990, 3, 7)
CONTRADICTED = "birth_date_contradicts_citizen_id"


def settle(row: RosterRow, stored: Mapping[str, object]) -> None:
    days = days_of(row.given, row.month_of_birth, stored, Cohort(2024))
    row.faults += [Fault(*each) for each in said_by(row.given, days.contradictions)]


@pytest.mark.parametrize(
    ("given", "stored", "fault"),
    [
        ({"citizen_id": NUMBER, "birth_date": date(1990, 3, 8)}, {}, Fault("birth_date", CONTRADICTED)),
        ({"birth_date": date(1990, 3, 8)}, {"citizen_id": NUMBER}, Fault("birth_date", CONTRADICTED)),
        ({"citizen_id": NUMBER}, {"birth_date": date(1990, 3, 8)}, Fault("citizen_id", CONTRADICTED)),
        ({"citizen_id": NUMBER}, {"birth_date": BORN}, None),
        ({"citizen_id": NUMBER, "birth_date": BORN}, {"birth_date": date(1990, 3, 8)}, None),
        ({"citizen_id": NUMBER, "birth_date": None}, {"birth_date": date(1990, 3, 8)}, None),
        ({"citizen_id": "E12345678", "birth_date": BORN}, {"citizen_id": NUMBER}, None),
        ({"name": "张三"}, {"citizen_id": NUMBER, "birth_date": date(1990, 3, 8)}, None),
        (
            {"enrolled_on": date(2020, 9, 1)},
            {"graduated_on": date(2020, 6, 30)},
            Fault("enrolled_on", "graduated_after_enrolled"),
        ),
        (
            {"graduated_on": date(2020, 6, 30)},
            {"enrolled_on": date(2020, 9, 1)},
            Fault("graduated_on", "graduated_after_enrolled"),
        ),
        ({"graduated_on": date(2024, 6, 30)}, {"enrolled_on": date(2020, 9, 1)}, None),
        ({"graduated_on": None}, {"enrolled_on": date(2020, 9, 1), "graduated_on": date(2020, 6, 30)}, None),
    ],
)
def test_a_row_must_agree_with_what_is_stored(
    given: dict[str, object], stored: Mapping[str, object], fault: Fault | None
) -> None:
    row = RosterRow(given=given)
    settle(row, stored)
    assert row.faults == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("month", "given", "stored", "born"),
    [
        (date(1990, 3, 1), {"citizen_id": NUMBER}, {}, BORN),
        (date(1990, 3, 1), {}, {"citizen_id": NUMBER}, BORN),
        (date(1990, 3, 1), {}, {}, date(1990, 3, 1)),
        (date(1990, 3, 1), {"citizen_id": "E12345678"}, {}, date(1990, 3, 1)),
        (date(1990, 3, 1), {}, {"birth_date": date(1990, 3, 9)}, date(1990, 3, 9)),
        (date(1990, 3, 1), {}, {"birth_date": date(1990, 4, 9)}, date(1990, 3, 1)),
    ],
)
def test_a_month_of_birth_takes_the_day_that_is_known(
    month: date, given: dict[str, object], stored: Mapping[str, object], born: date
) -> None:
    row = RosterRow(given={"birth_date": month, **given}, month_of_birth=month)
    settle(row, stored)
    assert (row.given["birth_date"], row.faults) == (born, [])


def test_another_month_than_that_of_the_citizen_id_is_at_fault() -> None:
    month = date(1990, 4, 1)
    row = RosterRow(given={"birth_date": month, "citizen_id": NUMBER}, month_of_birth=month)
    settle(row, {})
    assert row.faults == [Fault("birth_date", CONTRADICTED)]
