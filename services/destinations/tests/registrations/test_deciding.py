from collections.abc import Callable
from dataclasses import replace

import pytest
from lives import (
    ANNA,
    APPROVED,
    COLLEGE,
    COUNSELLOR,
    FREELANCE,
    GRADUATE,
    OTHER_SCHOOL,
    SCHOOL,
    SEEKING,
    after,
    decided,
    row,
    stored,
)

from destinations.registrations.domain import deciding, permitting, refusals
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import (
    Action,
    Confirmation,
    Party,
    Stage,
    State,
)
from destinations.registrations.domain.registration import (
    Announcement,
    Change,
    Hands,
    LateReason,
    Person,
    Registration,
    Source,
    Terms,
)
from destinations.seasons.domain import ALWAYS, Level, Phase


def test_an_approval_by_both_levels_takes_effect_and_is_announced() -> None:
    registration = after(*APPROVED[:2])
    change = deciding.act(registration, Action.SCHOOL_APPROVE, SCHOOL)
    assert change.takes_effect
    assert change.announcement is Announcement.DECIDED
    assert change.confirmation is Confirmation.UNCONFIRMED
    assert change.stage is Stage.SCHOOL_APPROVED


def test_a_draft_may_be_incomplete_but_cannot_be_submitted() -> None:
    draft = after(content=Destination("76"))
    assert draft.incomplete == ("freelance_kind", "pay_amount", "pay_unit", "place_code")
    with pytest.raises(refusals.ContentRefused) as refusal:
        deciding.submit(draft, GRADUATE)
    assert {problem.pointer for problem in refusal.value.problems} == {"/freelance_kind", "/place_code"}


def test_content_that_contradicts_itself_is_not_even_a_draft() -> None:
    with pytest.raises(refusals.ContentRefused):
        deciding.create(Destination("70", reason="job_seeking", employer_name="某公司"), GRADUATE, ANNA.cohort, Terms())


SOLDIER = Destination("11", employer_name="某部队", employer_nature_code="40", industry_code="22")


def test_codes_that_do_not_go_together_are_refused_of_people_and_stay_in_files() -> None:
    def broken(attempt: Callable[[], Change]) -> set[tuple[str, str]]:
        with pytest.raises(refusals.ContentRefused) as refusal:
            attempt()
        return {(problem.pointer, problem.rule) for problem in refusal.value.problems if problem.rule != "required"}

    ill_matched = {("/industry_code", "nature_industry")}
    assert broken(lambda: deciding.create(SOLDIER, GRADUATE, ANNA.cohort, Terms())) == ill_matched
    known = stored(row(SOLDIER))
    assert deciding.edit(known, {"employer_name": "某团"}, SCHOOL).content.industry_code == "22"
    draft = stored(deciding.edit(known, {"employer_name": "某团"}, GRADUATE), known)
    assert broken(lambda: deciding.submit(draft, GRADUATE)) == ill_matched
    assert broken(lambda: deciding.edit(known, {"position_code": "80", "employer_nature_code": "39"}, SCHOOL)) == {
        ("/employer_nature_code", "position_nature")
    }
    assert deciding.edit(known, {"industry_code": "80", "position_code": "80"}, SCHOOL).takes_effect


@pytest.mark.parametrize("code", ["70", "71", "72"])
def test_without_a_reason_nobody_is_without_work_but_by_a_file(code: str) -> None:
    untold = Destination(code)
    assert row(untold).incomplete == ()
    attempts: list[Callable[[], Change]] = [
        lambda: deciding.create(untold, GRADUATE, ANNA.cohort, Terms()),
        lambda: deciding.edit(after(content=FREELANCE), {"destination_code": code}, GRADUATE),
        lambda: deciding.edit(after(), {"reason": None}, GRADUATE),
        lambda: deciding.edit(after(*APPROVED), {"reason": None}, SCHOOL),
    ]
    for attempt in attempts:
        with pytest.raises(refusals.ContentRefused) as refusal:
            attempt()
        assert [(problem.pointer, problem.rule) for problem in refusal.value.problems] == [("/reason", "required")]


@pytest.mark.parametrize("person", [COUNSELLOR, COLLEGE, SCHOOL])
def test_what_staff_enter_or_submit_is_a_proxy(person: Person) -> None:
    assert deciding.create(SEEKING, person, ANNA.cohort, Terms()).source is Source.PROXY
    assert deciding.submit(after(), person).source is Source.PROXY
    assert deciding.submit(after(author=person), GRADUATE).source is Source.PROXY


def test_a_correction_by_the_school_is_effective_at_once_and_asks_for_confirmation_again() -> None:
    confirmed = after(*APPROVED, (Action.CONFIRM, GRADUATE))
    change = deciding.edit(confirmed, {"reason": "signing"}, SCHOOL)
    assert change.takes_effect
    assert change.stage is Stage.SCHOOL_APPROVED
    assert change.confirmation is Confirmation.UNCONFIRMED
    assert change.announcement is Announcement.CHANGED
    assert change.changed == ("reason", "confirmation")


@pytest.mark.parametrize("person", [GRADUATE, COUNSELLOR, COLLEGE])
def test_a_change_from_below_is_pending_and_the_effective_content_stays(person: Person) -> None:
    approved = after(*APPROVED)
    patch = {"destination_code": "76", "freelance_kind": "翻译", "place_code": "410102"}
    change = deciding.edit(approved, patch, person)
    assert change.stage is Stage.DRAFT
    assert change.announcement is None
    assert not change.takes_effect
    pending = stored(change, approved)
    assert pending.content == FREELANCE
    assert pending.effective is not None
    assert pending.effective.content == SEEKING


def test_a_late_correction_by_the_school_is_pending_like_any_other() -> None:
    late = replace(after(*APPROVED), phase=Phase.LATE)
    change = deciding.edit(late, {"reason": "signing"}, SCHOOL, LateReason.CHECK_FINDING)
    assert (change.stage, change.takes_effect, change.announcement) == (Stage.DRAFT, False, None)
    assert change.late_reason is LateReason.CHECK_FINDING


def test_other_content_begins_anew() -> None:
    change = deciding.edit(after(*APPROVED), {"reason": "signing"}, COUNSELLOR)
    assert change.hands == Hands(written_by=COUNSELLOR.subject)


def test_content_of_a_counsellor_skips_the_counsellor() -> None:
    every = (Level.COUNSELLOR, *ALWAYS)
    draft = replace(after(), levels=every)
    assert deciding.submit(draft, GRADUATE, written_by=Party.GRADUATE).levels == every
    assert deciding.submit(draft, COUNSELLOR, written_by=Party.GRADUATE).levels == ALWAYS
    assert deciding.submit(draft, GRADUATE, written_by=Party.COUNSELLOR).levels == ALWAYS
    no_class = replace(draft, graduate=replace(ANNA, class_code=None))
    assert deciding.submit(no_class, GRADUATE, written_by=Party.GRADUATE).levels == ALWAYS
    no_college = replace(draft, graduate=replace(ANNA, college_code=None))
    assert deciding.submit(no_college, GRADUATE, written_by=Party.GRADUATE).levels == (Level.SCHOOL,)


def test_a_correction_need_not_fill_gaps_of_published_history_but_tears_no_new_ones() -> None:
    gap = stored(row(Destination("11", employer_name="某公司")))
    assert deciding.edit(gap, {"destination_code": "12"}, SCHOOL).content.destination_code == "12"
    with pytest.raises(refusals.ContentRefused):
        deciding.edit(gap, {"employer_name": None}, SCHOOL)
    with pytest.raises(refusals.ContentRefused):
        deciding.edit(gap, {"destination_code": "70"}, SCHOOL)


@pytest.mark.parametrize("stage", [Stage.SUBMITTED, Stage.COLLEGE_APPROVED, Stage.VOID_AT_COLLEGE, Stage.VOIDED])
def test_content_under_review_is_not_edited(stage: Stage) -> None:
    for person in (GRADUATE, COUNSELLOR, COLLEGE, SCHOOL):
        with pytest.raises(refusals.ActNotPossible):
            deciding.edit(replace(after(), stage=stage), {"reason": "signing"}, person)


def test_one_person_cannot_fill_both_levels() -> None:
    both = Person(Party.SCHOOL_OFFICER, COLLEGE.subject)
    registration = after(*APPROVED[:2])
    with pytest.raises(refusals.SamePerson):
        deciding.act(registration, Action.SCHOOL_APPROVE, both)
    assert Action.SCHOOL_APPROVE not in permitting.allowed_transitions(registration, both)
    voiding = after(*APPROVED, (Action.REQUEST_VOID, COLLEGE))
    with pytest.raises(refusals.SamePerson):
        deciding.act(voiding, Action.VOID, both)


def test_a_void_is_decided_by_another_school_officer_than_asks_for_it() -> None:
    voiding = after(*APPROVED, (Action.REQUEST_VOID, SCHOOL))
    assert permitting.allowed_transitions(voiding, SCHOOL) == (Action.RETURN,)
    with pytest.raises(refusals.OwnRecord):
        deciding.act(voiding, Action.VOID, SCHOOL)
    change = deciding.act(voiding, Action.VOID, OTHER_SCHOOL)
    assert change.stage is Stage.VOIDED
    assert change.announcement is Announcement.VOIDED


def test_a_void_asked_for_by_the_graduate_needs_the_college() -> None:
    asked = after(*APPROVED, (Action.REQUEST_VOID, GRADUATE))
    with pytest.raises(refusals.ActNotPossible):
        deciding.act(asked, Action.VOID, SCHOOL)
    consented = stored(deciding.act(asked, Action.COLLEGE_APPROVE, COLLEGE), asked)
    assert consented.state is State.VOID_REQUESTED
    assert consented.effective is not None
    assert deciding.act(consented, Action.VOID, SCHOOL).stage is Stage.VOIDED


def test_a_refused_void_leaves_the_approved_record() -> None:
    asked = after(*APPROVED, (Action.REQUEST_VOID, GRADUATE))
    back = stored(deciding.act(asked, Action.RETURN, COLLEGE, "仍在职"), asked)
    assert back.stage is Stage.SCHOOL_APPROVED
    assert back.hands == Hands(
        GRADUATE.subject, GRADUATE.subject, reviewed_by_college=COLLEGE.subject, reviewed_by_school=SCHOOL.subject
    )


PENDING: dict[str, tuple[tuple[Action, Person], ...]] = {
    "draft": (),
    "returned by the college": ((Action.SUBMIT, GRADUATE), (Action.RETURN, COLLEGE)),
    "returned by the school": (*APPROVED[:2], (Action.RETURN, SCHOOL)),
}


def replacing(effective: Registration, *acts: tuple[Action, Person]) -> Registration:
    patch = {"destination_code": "76", "freelance_kind": "翻译", "place_code": "410102", "reason": None}
    registration = stored(deciding.edit(effective, patch, GRADUATE), effective)
    for action, person in acts:
        registration = stored(decided(registration, action, person), registration)
    return registration


@pytest.mark.parametrize("acts", PENDING.values(), ids=PENDING)
def test_a_requested_void_gives_up_what_was_to_replace_the_effective_content(
    acts: tuple[tuple[Action, Person], ...],
) -> None:
    pending = replacing(stored(row(Destination("11"))), *acts)
    assert Action.REQUEST_VOID in permitting.allowed_transitions(pending, GRADUATE)
    change = deciding.act(pending, Action.REQUEST_VOID, COLLEGE)
    assert (change.content, change.source) == (Destination("11"), Source.IMPORT)
    assert change.incomplete == (
        "employer_name",
        "employer_nature_code",
        "employer_uscc",
        "industry_code",
        "place_code",
        "position_code",
    )
    assert change.changed == ("destination_code", "place_code", "freelance_kind", "state")
    assert change.hands == Hands(reviewed_by_college=COLLEGE.subject)
    assert (change.takes_effect, change.announcement) == (False, None)
    asked = stored(change, pending)
    assert asked.effective == pending.effective
    refused = stored(deciding.act(asked, Action.RETURN, SCHOOL, "仍在职"), asked)
    assert (refused.stage, refused.content, refused.confirmation) == (
        Stage.SCHOOL_APPROVED,
        Destination("11"),
        Confirmation.UNCONFIRMED,
    )
    assert deciding.act(asked, Action.VOID, SCHOOL).announcement is Announcement.VOIDED


@pytest.mark.parametrize("acts", PENDING.values(), ids=PENDING)
def test_what_was_never_effective_needs_no_void(acts: tuple[tuple[Action, Person], ...]) -> None:
    draft = after(*acts)
    for person in (GRADUATE, COUNSELLOR, COLLEGE, SCHOOL):
        assert Action.REQUEST_VOID not in permitting.allowed_transitions(draft, person)
        with pytest.raises(refusals.ActNotPossible):
            deciding.act(draft, Action.REQUEST_VOID, person)


def test_nobody_can_do_anything_with_a_withdrawn_graduate() -> None:
    frozen = replace(after(*APPROVED), graduate=replace(ANNA, counted=False))
    assert permitting.allowed_transitions(frozen, SCHOOL) == ()
    with pytest.raises(refusals.GraduateWithdrawn):
        deciding.edit(frozen, {"reason": "signing"}, SCHOOL)
    with pytest.raises(refusals.GraduateWithdrawn):
        deciding.act(frozen, Action.REQUEST_VOID, SCHOOL)


def test_a_row_that_says_what_is_stored_changes_nothing() -> None:
    known = stored(row(SEEKING))
    for standing in (known, replacing(known)):
        assert deciding.is_unchanged_by(standing, SEEKING)
        assert not deciding.is_unchanged_by(standing, FREELANCE)
    assert not deciding.is_unchanged_by(after(), SEEKING)
    assert not deciding.is_unchanged_by(None, SEEKING)
