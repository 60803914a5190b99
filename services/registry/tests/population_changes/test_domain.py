"""The table of transitions, cell by cell, and what a plan needs: expected values are the contract's."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from common.errors import Invalid
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode
from registry.population_changes.domain import (
    Change,
    ChangePlan,
    ChangeRefused,
    Document,
    Member,
    changes_from,
    college_of,
    must_be_complete,
    must_be_known,
    status_after,
)

ONE, TWO = GraduateId(UUID(int=1)), GraduateId(UUID(int=2))
TODAY = date(2024, 6, 20)
PAPER = Document("校教〔2024〕18号", date(2024, 6, 18))
PLAN = ChangePlan(
    school_code=SchoolCode("90001"),
    cohort=Cohort(2024),
    graduate_ids=(ONE, TWO),
    change=Change.READMIT,
    ground=None,
    duplicate_of=None,
    document=None,
    effective_on=None,
    reason="复学",
)

OUTSIDE = ("extended", "withdrawn", "deceased", "transferred", "excluded")


def member(status: str = "registered", level: str | None = "31", graduated_on: date | None = None) -> Member:
    return Member(ONE, status, level, None, graduated_on)


@pytest.mark.parametrize(
    ("status", "possible"),
    [
        ("registered", {"extend", "withdraw", "transfer", "decease", "exclude"}),
        ("completed", {"extend", "withdraw", "transfer", "decease", "exclude"}),
        ("extended", {"withdraw", "transfer", "decease", "readmit"}),
        ("withdrawn", {"extend", "transfer", "decease", "readmit"}),
        ("transferred", {"extend", "withdraw", "decease", "readmit"}),
        ("deceased", {"extend", "withdraw", "transfer", "readmit"}),
        ("excluded", {"extend", "withdraw", "transfer", "decease", "readmit"}),
    ],
)
def test_each_status_has_its_ways_out(status: str, possible: set[str]) -> None:
    assert {each.value for each in changes_from(status)} == possible


@pytest.mark.parametrize(
    ("change", "level", "status"),
    [
        ("extend", "31", "extended"),
        ("withdraw", "33", "withdrawn"),
        ("transfer", "31", "transferred"),
        ("decease", "31", "deceased"),
        ("exclude", "39", "excluded"),
        ("readmit", "31", "registered"),
        ("readmit", None, "registered"),
        ("readmit", "33", "completed"),
    ],
)
def test_a_change_leads_to_one_status(change: str, level: str | None, status: str) -> None:
    assert status_after(Change(change), member(level=level)) == status


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        ({}, []),
        ({"change": Change.EXTEND}, [("/document", "required")]),
        ({"change": Change.WITHDRAW}, [("/document", "required")]),
        ({"change": Change.TRANSFER}, [("/document", "required")]),
        ({"change": Change.EXTEND, "document": PAPER}, []),
        ({"change": Change.DECEASE}, [("/effective_on", "required")]),
        ({"change": Change.DECEASE, "effective_on": TODAY}, []),
        ({"change": Change.EXCLUDE}, [("/ground", "required")]),
        ({"change": Change.EXCLUDE, "ground": "moved"}, [("/ground", "unknown_code")]),
        ({"change": Change.EXCLUDE, "ground": "international"}, []),
        ({"change": Change.EXCLUDE, "ground": "authority"}, [("/document", "required")]),
        ({"change": Change.EXCLUDE, "ground": "authority", "document": PAPER}, []),
        ({"change": Change.EXCLUDE, "ground": "duplicate"}, [("/duplicate_of", "required")]),
        ({"change": Change.EXCLUDE, "ground": "duplicate", "duplicate_of": GraduateId(UUID(int=3))}, []),
        (
            {"change": Change.EXCLUDE, "ground": "duplicate", "duplicate_of": ONE},
            [("/duplicate_of", "duplicate_must_stay")],
        ),
        ({"ground": "duplicate"}, [("/ground", "must_be_empty")]),
        ({"duplicate_of": GraduateId(UUID(int=3))}, [("/duplicate_of", "must_be_empty")]),
        ({"effective_on": TODAY}, []),
        ({"effective_on": date(2024, 6, 21)}, [("/effective_on", "in_the_future")]),
        ({"graduate_ids": (ONE, TWO, ONE)}, [("/graduate_ids/2", "repeated")]),
        ({"reason": "学号 20200001"}, [("/reason", "identifying_text")]),
    ],
)
def test_what_a_plan_lacks_is_named(given: dict[str, object], problems: list[tuple[str, str]]) -> None:
    found: list[tuple[str, str]] = []
    try:
        must_be_complete(replace(PLAN, **given), TODAY)  # type: ignore[arg-type]
    except Invalid as refusal:
        found = [(each.pointer, each.rule) for each in refusal.problems]
    assert found == problems


@pytest.mark.parametrize(
    ("change", "known", "broken"),
    [
        (Change.READMIT, member("withdrawn", "31"), None),
        (Change.READMIT, member("withdrawn", "39"), "level_not_counted"),
        (Change.READMIT, member("extended", "49"), "level_not_counted"),
        (Change.DECEASE, member(graduated_on=TODAY), None),
        (Change.DECEASE, member(graduated_on=date(2024, 6, 19)), "died_after_graduation"),
        (Change.DECEASE, member(), None),
        (Change.EXCLUDE, member(graduated_on=date(2024, 6, 19)), None),
    ],
)
def test_what_cannot_be_true_of_a_graduate_is_refused(change: Change, known: Member, broken: str | None) -> None:
    plan = replace(PLAN, graduate_ids=(ONE,), change=change, effective_on=TODAY)
    if broken is None:
        must_be_known(plan, {ONE: known})
        return
    with pytest.raises(ChangeRefused) as refusal:
        must_be_known(plan, {ONE: known})
    assert refusal.value.code == broken
    assert [(each.pointer, each.rule) for each in refusal.value.problems] == [("/graduate_ids/0", broken)]


def test_whom_the_caller_does_not_see_is_unknown() -> None:
    with pytest.raises(ChangeRefused) as refusal:
        must_be_known(PLAN, {ONE: member("withdrawn")})
    assert refusal.value.code == "unknown_graduate"
    assert [each.pointer for each in refusal.value.problems] == ["/graduate_ids/1"]


def test_a_change_is_of_the_college_that_all_its_graduates_share() -> None:
    c1, c2 = CollegeCode("C1"), CollegeCode("C2")
    people = [replace(member(), college_code=code) for code in (c1, c1, c2, None)]
    assert college_of(people[:2]) == "C1"
    assert college_of(people) is None
    assert college_of(people[3:]) is None
