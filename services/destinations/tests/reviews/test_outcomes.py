"""What becomes of a sealed row: the first reason that holds, in the contract's order."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from acting import SEEKING, UNIT
from enrolling import roster_entry

from common.identifiers import RegistrationId
from destinations.evidence.domain import Demand, Kind, Standing
from destinations.registrations.domain.lifecycle import Action, Party, Stage
from destinations.registrations.domain.registration import Change, Hands, Person, Registration, Source
from destinations.reviews.domain import BulkAct, Counts, Sealed, Skip, decided, foreseen, stages_of
from destinations.reviews.tables import OUTCOMES
from destinations.seasons.domain import ALWAYS, EvidenceRule, Phase

OFFICER = Person(Party.SCHOOL_OFFICER, "school")
WAITING = Registration(
    id=RegistrationId(UUID(int=1)),
    graduate=roster_entry().graduate,
    version=3,
    stage=Stage.COLLEGE_APPROVED,
    confirmation=None,
    source=Source.GRADUATE,
    content=SEEKING,
    incomplete=(),
    hands=Hands("graduate", "graduate", reviewed_by_college="college"),
    effective=None,
    decided_on=date(2024, 6, 1),
    recorded_at=datetime(2024, 6, 1, tzinfo=UTC),
    levels=ALWAYS,
    phase=Phase.OPEN,
    late_reason=None,
    submitted_at=datetime(2024, 6, 1, tzinfo=UTC),
)
SAME = replace(WAITING, hands=Hands("graduate", "graduate", reviewed_by_college="school"))
OWN = replace(WAITING, hands=Hands("school", "graduate", reviewed_by_college="college"))
IN_REVIEW = {Stage.SUBMITTED, Stage.COUNSELLOR_APPROVED, Stage.COLLEGE_APPROVED}
TRAINED = replace(WAITING.graduate, training_mode_code="2")
ELSEWHERE = replace(WAITING, content=UNIT, graduate=TRAINED)
LEFT = replace(WAITING, graduate=roster_entry(status="withdrawn").graduate)

ASKED = Demand(EvidenceRule.APPROVE)


def sealed(registration: Registration) -> Sealed:
    return Sealed(1, registration.id, registration.graduate.id, 3)


@pytest.mark.parametrize(
    ("standing", "is_excepted", "reason"),
    [
        (WAITING, False, None),
        (WAITING, True, "excepted"),
        (SAME, False, "same_reviewer"),
        (SAME, True, "same_reviewer"),
        (OWN, True, "own_record"),
        (ELSEWHERE, True, "targeted_unit_mismatch"),
        (replace(SAME, content=UNIT, graduate=TRAINED), False, "targeted_unit_mismatch"),
        (replace(ELSEWHERE, content=SEEKING), False, None),
        (replace(ELSEWHERE, version=4), False, "changed_since"),
        (replace(SAME, version=4), True, "changed_since"),
        (replace(WAITING, id=RegistrationId(UUID(int=2))), False, "changed_since"),
        (None, True, "changed_since"),
        (LEFT, True, "changed_since"),
        (replace(WAITING, graduate=replace(WAITING.graduate, erased=True)), False, "changed_since"),
        (replace(WAITING, stage=Stage.SCHOOL_APPROVED), False, "changed_since"),
    ],
)
def test_the_first_reason_that_holds_skips_a_row(
    standing: Registration | None, *, is_excepted: bool, reason: str | None
) -> None:
    excepted = {WAITING.id} if is_excepted else set()
    outcome = decided(sealed(WAITING), standing, BulkAct.SCHOOL_APPROVE, OFFICER, "同批", excepted)
    if reason is not None:
        assert outcome == reason
    else:
        assert isinstance(outcome, Change)
        assert (outcome.action, outcome.stage, outcome.note) == (Action.SCHOOL_APPROVE, Stage.SCHOOL_APPROVED, "同批")


def test_who_was_released_goes_anywhere() -> None:
    released = Demand(standing=Standing(accepted=frozenset({Kind.TARGETED_RELEASE})))
    outcome = foreseen(ELSEWHERE, BulkAct.SCHOOL_APPROVE, OFFICER, None, released)
    assert isinstance(outcome, Change)
    sent = Demand(standing=Standing(sent=frozenset({Kind.TARGETED_RELEASE})))
    assert foreseen(ELSEWHERE, BulkAct.SCHOOL_APPROVE, OFFICER, None, sent) is Skip.TARGETED_UNIT_MISMATCH


def test_missing_evidence_comes_before_who_has_reviewed() -> None:
    for standing in (WAITING, SAME, OWN):
        unproved = replace(standing, content=UNIT)
        outcome = decided(sealed(WAITING), unproved, BulkAct.SCHOOL_APPROVE, OFFICER, None, (), ASKED)
        assert outcome is Skip.EVIDENCE_MISSING
    moved = replace(WAITING, content=UNIT, version=4)
    assert decided(sealed(WAITING), moved, BulkAct.SCHOOL_APPROVE, OFFICER, None, (), ASKED) is Skip.CHANGED_SINCE
    assert isinstance(foreseen(WAITING, BulkAct.SCHOOL_APPROVE, OFFICER, None, ASKED), Change)


def test_an_open_case_comes_after_a_change_and_before_all_else() -> None:
    doubted = {WAITING.id}
    for standing in (WAITING, SAME, OWN, ELSEWHERE, replace(WAITING, content=UNIT)):
        outcome = decided(
            sealed(WAITING), standing, BulkAct.SCHOOL_APPROVE, OFFICER, None, doubted, ASKED, doubted=doubted
        )
        assert outcome is Skip.OPEN_CASE
    moved = replace(WAITING, version=4)
    assert decided(sealed(WAITING), moved, BulkAct.SCHOOL_APPROVE, OFFICER, None, (), doubted=doubted) is (
        Skip.CHANGED_SINCE
    )
    assert foreseen(LEFT, BulkAct.SCHOOL_APPROVE, OFFICER, None, doubted=doubted) is None


def test_what_does_not_wait_for_the_act_is_not_sealed() -> None:
    assert isinstance(foreseen(WAITING, BulkAct.RETURN, OFFICER, "材料不全"), Change)
    assert foreseen(SAME, BulkAct.SCHOOL_APPROVE, OFFICER, None) is Skip.SAME_REVIEWER
    for other in (LEFT, replace(WAITING, stage=Stage.SUBMITTED)):
        assert foreseen(other, BulkAct.SCHOOL_APPROVE, OFFICER, None) is None


@pytest.mark.parametrize(
    ("act", "party", "stages"),
    [
        (BulkAct.COUNSELLOR_APPROVE, Party.COUNSELLOR, {Stage.SUBMITTED}),
        (BulkAct.COLLEGE_APPROVE, Party.COLLEGE_OFFICER, {Stage.SUBMITTED, Stage.COUNSELLOR_APPROVED}),
        # without a college the school is the first to look
        (BulkAct.SCHOOL_APPROVE, Party.SCHOOL_OFFICER, IN_REVIEW),
        (BulkAct.RETURN, Party.COUNSELLOR, {Stage.SUBMITTED}),
        (BulkAct.RETURN, Party.COLLEGE_OFFICER, {Stage.SUBMITTED, Stage.COUNSELLOR_APPROVED}),
        (BulkAct.RETURN, Party.SCHOOL_OFFICER, IN_REVIEW),
        (BulkAct.SCHOOL_APPROVE, Party.COLLEGE_OFFICER, set()),
    ],
)
def test_a_requested_void_is_decided_one_by_one(act: BulkAct, party: Party, stages: set[Stage]) -> None:
    assert stages_of(act, party) == stages


def test_counts_add_up_and_name_reasons_in_the_contracts_order() -> None:
    counts = Counts.of({"excepted": 1, "done": 4, "changed_since": 2, "ready": 3})
    assert (counts.ready, counts.done, counts.selected) == (3, 4, 10)
    assert list(counts.skipped.items()) == [(Skip.CHANGED_SINCE, 2), (Skip.EXCEPTED, 1)]
    assert [each for each in OUTCOMES if each in {*Skip}] == list(Skip)
