"""Rows of reference tables read from CSV, and the minimum wages that they say."""

from datetime import date
from decimal import Decimal

import pytest

from common.reference_tables.definition import RowsRefused, rows_of, shipped
from common.reference_tables.minimum_wages import MINIMUM_WAGE, MinimumWages, PayUnit
from common.reference_tables.working_days import WORKING_DAYS

HEADER = "area,from,to,month,hour,source,verified"
MONTH, HOUR = PayUnit


def wages(*rows: str) -> str:
    return "\n".join((HEADER, *(f"{each},通知,false" for each in rows)))


# the rows and the places of the contract
HENAN = MinimumWages(
    rows_of(
        MINIMUM_WAGE,
        wages(
            "41,2024-01-01,,2000,19.6",
            "4101,2024-01-01,2025-12-31,2100,20.6",
            "4101,2026-01-01,,2200,21.6",
        ),
    )
)


@pytest.mark.parametrize(
    ("place", "day", "unit", "least"),
    [
        ("410102", date(2024, 6, 15), MONTH, "2100"),
        ("410302", date(2024, 6, 15), MONTH, "2000"),
        ("410102", date(2024, 6, 15), HOUR, "20.6"),
        ("410302", date(2024, 6, 15), HOUR, "19.6"),
        ("410102", date(2025, 12, 31), MONTH, "2100"),
        ("410102", date(2026, 1, 1), MONTH, "2200"),
        ("410102", date(2023, 12, 31), MONTH, None),
        ("440100", date(2024, 6, 15), MONTH, None),
    ],
)
def test_the_longest_area_that_begins_the_place_decides(
    place: str, day: date, unit: PayUnit, least: str | None
) -> None:
    found = HENAN.minimum_wage(place, day, unit)
    assert found == (None if least is None else Decimal(least))


def test_pay_is_compared_in_its_own_unit() -> None:
    """2050 a month is too little at 410102, and not at 410302; so are 20 an hour, and 21 are not."""
    on = date(2024, 6, 15)
    least = {place: HENAN.minimum_wage(place, on, MONTH) or 0 for place in ("410102", "410302")}
    assert {place for place, wage in least.items() if wage > 2050} == {"410102"}
    hourly = HENAN.minimum_wage("410102", on, HOUR) or 0
    assert 20 < hourly < 21


def test_rows_stand_in_the_order_of_their_keys_whatever_the_order_of_the_file() -> None:
    file = "kind,verified,day,source\nworking,true,2026-02-14,a\nholiday,false,2026-01-01,b\n"
    assert [dict(row) for row in rows_of(WORKING_DAYS, file)] == [
        {"day": "2026-01-01", "kind": "holiday", "source": "b", "verified": False},
        {"day": "2026-02-14", "kind": "working", "source": "a", "verified": True},
    ]
    assert shipped(MINIMUM_WAGE) == ()


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("", [("/rows", "reference_columns")]),
        ("day,kind,source,verified\n2026-01-01,holiday,a,true", [("/rows", "reference_columns")]),
        (wages("41,2024-01-01,,2000"), [("/rows/0", "reference_cells")]),
        (wages("41,2024-01-01,,2000,19.6,9"), [("/rows/0", "reference_cells")]),
        (wages("410,2024-01-01,,2000,19.6"), [("/rows/0/area", "reference_value")]),
        (wages("41,2024-02-30,,2000,19.6"), [("/rows/0/from", "reference_value")]),
        (wages("41,,,2000,19.6"), [("/rows/0/from", "reference_value")]),
        (
            wages("41,2024-01-01,,NaN,-1", "42,2024-01-01,,=2000,1e3"),
            [(f"/rows/{at}/{name}", "reference_value") for at in (0, 1) for name in ("month", "hour")],
        ),
        (wages("41,2024-01-01,2023-12-31,2000,19.6"), [("/rows/0/to", "reference_period")]),
        # of equal areas the later row, and one within a longer one; other areas may overlap
        (
            wages(
                "41,2024-07-01,2024-07-31,2000,19.6",
                "41,2024-01-01,,1900,18",
                "4101,2024-01-01,,2100,20",
                "41,2024-09-01,2024-10-01,2000,19.6",
            ),
            [("/rows/0", "reference_overlap"), ("/rows/3", "reference_overlap")],
        ),
        (wages("41,2024-01-01,2024-07-01,2000,19", "41,2024-07-01,,2100,20"), [("/rows/1", "reference_overlap")]),
        (wages("41,2024-01-01,2024-06-30,2000,19", "41,2024-07-01,,2100,20"), []),
        (f"{HEADER}\n41,2024-01-01,,2000,19,,true", [("/rows/0/source", "reference_value")]),
        (f"{HEADER}\n41,2024-01-01,,2000,19,a,yes", [("/rows/0/verified", "reference_value")]),
        (f'{HEADER}\n41,2024-01-01,,2000,19,"a', [("/rows", "reference_columns")]),
    ],
)
def test_rows_that_break_a_rule_are_refused_by_row_and_column(content: str, problems: list[tuple[str, str]]) -> None:
    found: list[tuple[str, str]] = []
    try:
        rows_of(MINIMUM_WAGE, content)
    except RowsRefused as refusal:
        found = [(each.pointer, each.rule) for each in refusal.problems]
    assert found == problems


def test_a_day_may_stand_once() -> None:
    twice = "day,kind,source,verified\n2026-01-01,holiday,a,true\n2026-01-01,working,a,true"
    with pytest.raises(RowsRefused) as refusal:
        rows_of(WORKING_DAYS, twice)
    assert [each.pointer for each in refusal.value.problems] == ["/rows/1"]
