"""On which ground who asks, from which day it is done, and who may still take it back."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from common.identifiers import Cohort, GraduateId, SchoolCode
from registry.erasures.domain import (
    Erasure,
    ErasureId,
    ErasureState,
    Ground,
    GroundNotPermitted,
    NotDue,
    allowed_transitions,
    erased_on,
    must_be_due,
    must_have_ground,
)

DAY = date(2027, 3, 1)
APPROVED = Erasure(
    id=ErasureId(UUID(int=1)),
    version=2,
    state=ErasureState.APPROVED,
    requested_by="who asks",
    requested_by_role="graduate",
    requested_at=datetime(2026, 12, 1, tzinfo=UTC),
    due_on=date(2026, 12, 31),
    decided_by="who decides",
    decided_by_role="school_officer",
    decided_at=datetime(2026, 12, 2, tzinfo=UTC),
    school_code=SchoolCode("10001"),
    cohort=Cohort(2026),
    college_code=None,
    graduate_id=GraduateId(UUID(int=2)),
    ground=Ground.GRADUATE_REQUEST,
    erase_on=DAY,
    reason=None,
    decision_reason=None,
)


@pytest.mark.parametrize(
    ("role", "grounds"),
    [
        ("graduate", {"graduate_request"}),
        ("school_officer", {"graduate_request", "retention", "entered_in_error", "court_order"}),
        ("system", {"retention"}),
    ],
)
def test_each_role_has_its_grounds(role: str, grounds: set[str]) -> None:
    permitted = set()
    for ground in Ground:
        try:
            must_have_ground(role, ground)
            permitted.add(ground.value)
        except GroundNotPermitted:
            continue
    assert permitted == grounds


@pytest.mark.parametrize(
    ("ground", "today", "day"),
    [
        (Ground.GRADUATE_REQUEST, date(2026, 11, 29), date(2032, 12, 31)),
        (Ground.GRADUATE_REQUEST, date(2033, 1, 1), date(2033, 1, 1)),
        (Ground.COURT_ORDER, date(2026, 11, 29), date(2026, 11, 29)),
        (Ground.ENTERED_IN_ERROR, date(2026, 11, 29), date(2026, 11, 29)),
        (Ground.RETENTION, date(2026, 11, 29), date(2026, 11, 29)),
    ],
)
def test_what_a_graduate_asks_for_waits_for_the_end_of_retention(ground: Ground, today: date, day: date) -> None:
    assert erased_on(ground, Cohort(2026), today) == day


def test_who_asked_takes_an_approved_one_back_until_its_day() -> None:
    before = date(2027, 2, 28)
    assert allowed_transitions(APPROVED, "who asks", before, decides=False) == ("withdraw",)
    assert allowed_transitions(APPROVED, "who decides", before, decides=True) == ()
    assert allowed_transitions(APPROVED, "who asks", DAY, decides=False) == ()
    must_be_due(APPROVED, DAY, is_erased=False)
    must_be_due(APPROVED, before, is_erased=True)
    for early, today in ((APPROVED, before), (replace(APPROVED, state=ErasureState.WITHDRAWN, erase_on=None), DAY)):
        with pytest.raises(NotDue):
            must_be_due(early, today, is_erased=False)
