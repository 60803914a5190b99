"""Pure rules of checks: next colleges, results of strata, signatures, what an entry may say."""

from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from common.approvals.domain import TransitionNotAllowed
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode
from destinations.checks.domain import reports
from destinations.checks.domain.ledger import CallOutcome, CheckMethod, CheckResult, Finding, broken_rules
from destinations.checks.domain.reports import Office, Report, ReportAct, ReportId, ReportState, Signature
from destinations.checks.domain.samples import (
    CheckedBy,
    Filter,
    Framed,
    OneCollege,
    SamplePlan,
    Strata,
    draw,
    is_independent,
    next_college,
    results,
)

NOW = datetime(2026, 8, 20, tzinfo=UTC)
C = CheckResult


@pytest.mark.parametrize(
    ("of", "expected"), [("C01", "C02"), ("C02", "C10"), ("C10", "C01"), ("C05", "C10"), ("C99", "C01"), (None, "C01")]
)
def test_the_next_college_follows_by_code_and_the_first_the_last(of: str | None, expected: str) -> None:
    colleges = [CollegeCode(each) for each in ("C10", "C01", "C02")]
    assert next_college(colleges, None if of is None else CollegeCode(of)) == expected


@pytest.mark.parametrize("colleges", [[], [CollegeCode("C01")]])
def test_one_college_has_no_next_one(colleges: list[CollegeCode]) -> None:
    with pytest.raises(OneCollege):
        next_college(colleges, None)


def test_results_count_who_was_reached_and_what_was_wrong() -> None:
    items = [("A", C.CORRECT), ("A", C.WRONG), ("A", C.CORRECTED), ("A", C.UNREACHABLE), ("A", None), ("", C.CORRECT)]
    found = {each.key: each for each in results({"A": 20, "": 3, "B": 4}, items)}
    assert [(each.size, each.checked, each.wrong) for each in (found["A"], found[None], found["B"])] == [
        (5, 3, 2),
        (1, 1, 0),
        (0, 0, 0),
    ]
    # nothing checked says nothing; of 3 with one correct, 2 wrong ones are missed with 1 in 3
    assert (found["B"].at_most, found[None].at_most) == (4, 2)


def test_the_frame_of_a_draw_does_not_depend_on_the_order_of_rows() -> None:
    framed = [
        Framed(GraduateId(UUID(int=each)), each % 3, None, CollegeCode(f"C{each % 2}"), None) for each in range(9)
    ]
    plan = SamplePlan(
        school_code=SchoolCode("10001"),
        cohort=Cohort(2026),
        filter=Filter(),
        size=4,
        strata=Strata.COLLEGE,
        checked_by=CheckedBy.SCHOOL,
    )
    seed = "0123456789abcdef" * 2
    one, other = draw(framed, plan, seed), draw(reversed(framed), plan, seed)
    assert one == other
    assert one.populations == {"C0": 5, "C1": 4}
    assert [key for key, _ in one.items] == ["C0", "C0", "C1", "C1"]


@pytest.mark.parametrize(
    ("subject", "own", "expected"),
    [("writer", None, False), ("other", None, True), ("other", "C01", False), ("other", "C02", True)],
)
def test_who_is_independent(subject: str, own: str | None, expected: bool) -> None:
    assert is_independent(subject, own, {"writer", "reviewer"}, {"C01", None}) is expected


def test_what_an_entry_may_say() -> None:
    """Every method, outcome, result, note and content, against the three sentences of the contract."""
    for method, outcome, result, note, written in product(
        CheckMethod, [None, *CallOutcome], CheckResult, [None, "有误"], [False, True]
    ):
        finding = Finding(method=method, outcome=outcome, result=result, evidence_ids=(), note=note)
        expected = set()
        if outcome is not None and method != "phone":
            expected.add(("outcome", "must_be_empty"))
        if result == "wrong" and note is None:
            expected.add(("note", "note_required"))
        if result == "corrected" and not written:
            expected.add(("result", "no_version_in_round"))
        assert set(broken_rules(finding, has_version=written)) == expected


def report(state: ReportState) -> Report:
    given: dict[str, Any] = dict.fromkeys(("reason", "late", "submitted_at", "file", "file_sha256"))
    return Report(
        id=ReportId(UUID(int=1)),
        school_code=SchoolCode("10001"),
        cohort=Cohort(2026),
        college_code=CollegeCode("C01"),
        round=1,
        version=1,
        state=state,
        graduates=0,
        results={},
        methods={},
        recorded_at=NOW,
        **given,
    )


@pytest.mark.parametrize(("state", "act"), list(product(ReportState, ReportAct)))
def test_the_table_of_reports(state: ReportState, act: ReportAct) -> None:
    allowed = {("draft", "sign"), ("signed", "submit"), ("submitted", "accept"), ("submitted", "return")}
    if (state.value, act.value) in allowed:
        reports.must_allow(report(state), act)
    else:
        with pytest.raises(TransitionNotAllowed):
            reports.must_allow(report(state), act)


def test_two_offices_are_two_persons() -> None:
    drafted, signed = report(ReportState.DRAFT), [Signature(Office.PARTY, "one", NOW)]
    assert reports.must_sign(drafted, [], Office.PARTY, "one") is False
    assert reports.must_sign(drafted, signed, Office.ADMINISTRATION, "two") is True
    with pytest.raises(reports.SameSigner):
        reports.must_sign(drafted, signed, Office.ADMINISTRATION, "one")
    with pytest.raises(reports.AlreadySigned):
        reports.must_sign(drafted, signed, Office.PARTY, "two")
