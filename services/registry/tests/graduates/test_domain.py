from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from common.codes import CodeLists
from common.errors import Invalid
from common.identifiers import Cohort
from registry.graduates.domain.checks import new_entry, patched_entry
from registry.graduates.domain.days import Days
from registry.graduates.domain.entry import Entry, Status, changed_fields
from registry.graduates.domain.population import (
    counts,
    moves_by_level,
    status_after,
    status_of_level,
)
from registry.graduates.domain.refusals import NeedsPopulationChange

LEVELS = (None, "31", "33", "39")


@pytest.mark.parametrize(
    ("level", "status"),
    [("31", "registered"), ("01", "registered"), (None, "registered"), ("61", "registered")]
    + [(code, "completed") for code in ("03", "13", "26", "33", "43")]
    + [(code, "withdrawn") for code in ("39", "49")],
)
def test_a_level_says_the_status(level: str | None, status: str) -> None:
    assert status_of_level(level) == status


def test_the_population_has_those_who_graduate_or_complete() -> None:
    assert [status.value for status in Status if counts(status)] == ["registered", "completed"]


def test_completers_are_those_of_the_field() -> None:
    levels = CodeLists.load().get("education-level").codes()
    assert {each for each in levels if status_of_level(each) is Status.COMPLETED} == {"03", "13", "26", "33", "43"}
    assert {each for each in levels if status_of_level(each) is Status.WITHDRAWN} == {"39", "49"}


@pytest.mark.parametrize(
    ("status", "level", "new_level", "after"),
    [
        ("registered", "31", "33", "completed"),
        ("completed", "33", "31", "registered"),
        ("registered", "31", "39", "withdrawn"),
        ("withdrawn", "39", "31", "registered"),
        ("transferred", "31", "33", "transferred"),
        ("withdrawn", "31", "33", "withdrawn"),
        ("registered", None, "33", "completed"),
    ],
)
def test_the_status_follows_the_level_until_somebody_decides(
    status: str, level: str, new_level: str, after: str
) -> None:
    before = Entry(student_number="1", name="张三", status=status, education_level_code=level)
    assert status_after(vars(before), new_level) == after


@pytest.mark.parametrize(
    ("status", "level", "new_level", "moves"),
    [
        ("registered", "31", "39", True),
        ("completed", "33", "49", True),
        ("registered", None, "39", True),
        ("withdrawn", "39", "31", True),
        ("withdrawn", "39", None, True),
        ("withdrawn", "39", "49", False),
        ("registered", "31", "33", False),
        ("registered", "31", None, False),
        ("withdrawn", "31", "33", False),
        ("extended", "39", "31", False),
        ("excluded", "31", "39", False),
    ],
)
def test_another_level_moves_who_has_the_status_that_the_level_says(
    status: str, level: str | None, new_level: str | None, moves: bool
) -> None:
    assert moves_by_level({"status": status, "education_level_code": level}, new_level) is moves


@pytest.mark.parametrize(
    ("status", "level", "after"),
    [
        (None, None, "registered"),
        (None, "33", "completed"),
        (None, "39", "withdrawn"),
        ("registered", "31", "registered"),
        ("completed", "33", "completed"),
        ("withdrawn", "39", "withdrawn"),
        ("registered", "33", None),
        ("registered", "39", None),
        ("completed", "49", None),
        ("completed", "31", None),
        *((status, level, None) for status in ("extended", "deceased", "transferred", "excluded") for level in LEVELS),
        ("withdrawn", None, None),
        ("withdrawn", "31", None),
        ("withdrawn", "33", None),
    ],
)
def test_a_new_entry_takes_no_status_but_what_the_level_says(
    status: str | None, level: str | None, after: str | None
) -> None:
    given = {"student_number": "1", "name": "张三", "education_level_code": level} | (
        {"status": status} if status else {}
    )
    if after is not None:
        assert new_entry(given, Cohort(2024)).status == after
        return
    with pytest.raises(NeedsPopulationChange) as refusal:
        new_entry(given, Cohort(2024))
    assert [(each.pointer, each.rule) for each in refusal.value.problems] == [("/status", "needs_population_change")]


def test_changed_fields_are_those_that_differ() -> None:
    before = Entry(student_number="1", name="张三", sex_code="1")
    after = Entry(student_number="1", name="张三", phone="13800138000")
    assert changed_fields(vars(before), vars(after)) == ("phone", "sex_code")
    assert changed_fields({}, vars(before)) == ("student_number", "name", "sex_code", "status")


def test_contradictions_are_named() -> None:
    days = Days.of(Cohort(2020), "11010119900307002X", date(1990, 3, 8), date(2020, 9, 1), date(2020, 6, 1))
    assert [(fields[0], rule) for fields, rule in days.contradictions] == [
        ("birth_date", "birth_date_contradicts_citizen_id"),
        ("graduated_on", "graduated_after_enrolled"),
    ]
    assert not list(replace(days, birth_date=date(1990, 3, 7), graduated_on=None).contradictions)
    assert not list(Days.of(Cohort(2020), "ABC123200201019", date(1990, 3, 7)).contradictions)


@pytest.mark.parametrize(
    ("days", "contradictions", "oddities"),
    [
        ({}, [], []),
        ({"birth_date": "2003-01-01", "enrolled_on": "2022-09-01", "graduated_on": "2026-06-30"}, [], []),
        ({"birth_date": "2024-01-01", "enrolled_on": "2022-09-01"}, ["born_before_enrolled"], ["age_unusual"]),
        ({"birth_date": "2022-09-01", "enrolled_on": "2022-09-01"}, ["born_before_enrolled"], ["age_unusual"]),
        ({"citizen_id": "110101202403070020", "enrolled_on": "2022-09-01"}, ["born_before_enrolled"], ["age_unusual"]),
        ({"birth_date": "2030-01-01"}, ["born_before_enrolled"], ["age_unusual"]),
        ({"birth_date": "2013-01-01"}, [], ["age_unusual"]),
        ({"birth_date": "2012-12-31"}, [], []),
        ({"birth_date": "1956-01-01"}, [], []),
        ({"birth_date": "1955-12-31"}, [], ["age_unusual"]),
        ({"graduated_on": "2066-06-30"}, ["far_from_cohort"], ["unusual_for_cohort"]),
        ({"graduated_on": "2036-12-31"}, [], ["unusual_for_cohort"]),
        ({"graduated_on": "2023-12-31"}, [], ["unusual_for_cohort"]),
        ({"graduated_on": "2028-12-31"}, [], []),
        ({"enrolled_on": "1952-09-01"}, ["far_from_cohort"], ["unusual_for_cohort"]),
        ({"enrolled_on": "2027-01-01"}, ["far_from_cohort"], ["unusual_for_cohort"]),
        ({"enrolled_on": "2013-09-01"}, [], ["unusual_for_cohort"]),
        ({"enrolled_on": "2014-09-01"}, [], []),
    ],
)
def test_days_that_cannot_be_and_days_worth_a_look(
    days: dict[str, str], contradictions: list[str], oddities: list[str]
) -> None:
    read = {name: value if name == "citizen_id" else date.fromisoformat(value) for name, value in days.items()}
    found = Days.of(Cohort(2026), **read)  # type: ignore[arg-type]
    assert [rule for _, rule in found.contradictions] == contradictions
    assert [rule for _, rule in found.oddities] == oddities


def test_only_given_days_are_refused() -> None:
    before = Entry(student_number="1", name="张三", graduated_on=date(2066, 6, 30))
    assert patched_entry(before, {"phone": None}, Cohort(2026)) == before
    with pytest.raises(Invalid):
        patched_entry(before, {"graduated_on": date(2067, 6, 30)}, Cohort(2026))


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({"birth_date": date(1990, 3, 8)}, [("/birth_date", "birth_date_contradicts_citizen_id")]),
        ({"citizen_id": "110101200203077774"}, [("/citizen_id", "birth_date_contradicts_citizen_id")]),
        ({"enrolled_on": date(2024, 9, 1)}, [("/enrolled_on", "graduated_after_enrolled")]),
    ],
)
def test_what_contradicts_the_entry_is_named_where_it_is_given(
    given: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    born = {"citizen_id": "11010119900307002X", "birth_date": date(1990, 3, 7)}
    before = Entry(student_number="1", name="张三", graduated_on=date(2024, 6, 30), **born)  # type: ignore[arg-type]
    with pytest.raises(Invalid) as refused:
        patched_entry(before, given, Cohort(2024))
    assert [(each.pointer, each.rule) for each in refused.value.problems] == problems


def test_an_entry_does_not_show_its_person() -> None:
    assert "张三" not in repr(Entry(student_number="1", name="张三"))
