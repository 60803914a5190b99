from datetime import date

import pytest

from common.errors import Conflict
from common.identifiers import Cohort
from registry.graduates.domain.entry import Entry, Status, broken_rules, changed_fields
from registry.graduates.domain.population import (
    first_day,
    levels_with_status,
    status_after,
    status_of_level,
    withdrawal,
)


@pytest.mark.parametrize(
    ("level", "status"),
    [("31", "registered"), ("01", "registered"), (None, "registered"), ("61", "registered")]
    + [(code, "completed") for code in ("03", "13", "26", "33", "43")]
    + [(code, "withdrawn") for code in ("39", "49")],
)
def test_a_level_says_the_status(level: str | None, status: str) -> None:
    assert status_of_level(level) == status


def test_completers_are_those_of_the_field() -> None:
    assert set(levels_with_status(Status.COMPLETED)) == {"03", "13", "26", "33", "43"}
    assert set(levels_with_status(Status.WITHDRAWN)) == {"39", "49"}


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
    assert status_after(before, new_level) == after


def test_a_first_version_counts_from_the_start_of_the_season() -> None:
    assert first_day(Cohort(2024)) == date(2023, 9, 1)


def test_changed_fields_are_those_that_differ() -> None:
    before = Entry(student_number="1", name="张三", sex_code="1")
    after = Entry(student_number="1", name="张三", phone="13800138000")
    assert changed_fields(before, after) == ("phone", "sex_code")
    assert changed_fields(None, before) == ("student_number", "name", "sex_code", "status")


def test_contradictions_are_named() -> None:
    broken = list(broken_rules("11010119900307002X", date(1990, 3, 8), date(2020, 9, 1), date(2020, 6, 1)))
    assert broken == [
        ("birth_date", "birth_date_matches_citizen_id"),
        ("graduated_on", "graduated_after_enrolled"),
    ]
    assert not list(broken_rules("11010119900307002X", date(1990, 3, 7), date(2020, 9, 1), None))
    assert not list(broken_rules("ABC123200201019", date(1990, 3, 7), None, None))


@pytest.mark.parametrize(
    ("reason", "status"),
    [("deceased", "deceased"), ("转学", "transferred"), ("extended", "extended"), ("退学", "withdrawn")],
)
def test_a_withdrawal_leads_to_the_status_of_its_reason(reason: str, status: str) -> None:
    assert withdrawal("registered", reason) == status


def test_nobody_leaves_twice() -> None:
    with pytest.raises(Conflict) as refusal:
        withdrawal("transferred", "退学")
    assert refusal.value.extra == {"state": "transferred", "allowed_transitions": []}


def test_an_entry_does_not_show_its_person() -> None:
    assert "张三" not in repr(Entry(student_number="1", name="张三"))
