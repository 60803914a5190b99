"""The tables of a review against the rows of the contract, written out here once more by hand."""

import itertools

import pytest

from destinations.registrations.domain.lifecycle import (
    TRANSITIONS,
    Action,
    Course,
    Party,
    Stage,
    next_stage,
    parties_of,
    transitions_from,
)
from destinations.seasons.domain import Level

G, K, C, S = Party.GRADUATE, Party.COUNSELLOR, Party.COLLEGE_OFFICER, Party.SCHOOL_OFFICER
EVERYBODY = {G, K, C, S}
AT_COUNSELLOR = (K, Action.COUNSELLOR_APPROVE, Stage.COUNSELLOR_APPROVED)
AT_COLLEGE = (C, Action.COLLEGE_APPROVE, Stage.COLLEGE_APPROVED)
AT_SCHOOL = (S, Action.SCHOOL_APPROVE, Stage.SCHOOL_APPROVED)
NEXT = {
    (Level.COUNSELLOR, Level.COLLEGE, Level.SCHOOL): {
        Stage.SUBMITTED: AT_COUNSELLOR,
        Stage.COUNSELLOR_APPROVED: AT_COLLEGE,
        Stage.COLLEGE_APPROVED: AT_SCHOOL,
    },
    (Level.COLLEGE, Level.SCHOOL): {
        Stage.SUBMITTED: AT_COLLEGE,
        Stage.COUNSELLOR_APPROVED: AT_COLLEGE,
        Stage.COLLEGE_APPROVED: AT_SCHOOL,
    },
    (Level.SCHOOL,): {
        Stage.SUBMITTED: AT_SCHOOL,
        Stage.COUNSELLOR_APPROVED: AT_SCHOOL,
        Stage.COLLEGE_APPROVED: AT_SCHOOL,
    },
}
"""Who acts next at each stage of review, what this one approves by, and what is reached, by the list of levels.

A level that a graduate has lost meanwhile is skipped, too: nothing waits for a counsellor whom there is not.
"""

VOIDING = {Stage.VOID_AT_COLLEGE, Stage.VOID_AT_SCHOOL}
ALL_LEVELS, USUAL, SCHOOL_ALONE = NEXT
COURSES = [
    Course(levels, voiding, effective=effective, at_once=at_once)
    for levels, voiding in ((ALL_LEVELS, USUAL), (USUAL, USUAL), (SCHOOL_ALONE, SCHOOL_ALONE))
    for effective, at_once in itertools.product((True, False), repeat=2)
]


def expected(course: Course, stage: Stage, action: Action, party: Party) -> Stage | None:
    """What the rows of the contract's table say."""
    if stage in VOIDING or action is Action.REQUEST_VOID:
        return expected_of_void(course, stage, action, party)
    if stage in {Stage.DRAFT, Stage.RETURNED}:
        if action is Action.EDIT:
            return stage
        if action is Action.SUBMIT:
            return Stage.SUBMITTED
    if stage in NEXT[course.levels]:
        who, approves, reached = NEXT[course.levels][stage]
        return {approves: reached, Action.RETURN: Stage.RETURNED}.get(action) if party is who else None
    if stage is Stage.SCHOOL_APPROVED:
        if action is Action.EDIT:
            return Stage.SCHOOL_APPROVED if party is S and course.at_once else Stage.DRAFT
        if party is G and action in {Action.CONFIRM, Action.DISPUTE}:
            return Stage.SCHOOL_APPROVED
    return None


def expected_of_void(course: Course, stage: Stage, action: Action, party: Party) -> Stage | None:
    """College and school, whatever the levels; of a graduate without a college the school alone."""
    has_college = course.void_levels == USUAL
    if action is Action.REQUEST_VOID:
        if not course.effective or stage not in {Stage.DRAFT, Stage.RETURNED, Stage.SCHOOL_APPROVED}:
            return None
        return Stage.VOID_AT_COLLEGE if party in {G, K} and has_college else Stage.VOID_AT_SCHOOL
    if stage is Stage.VOID_AT_COLLEGE and has_college:
        who, approves, reached = C, Action.COLLEGE_APPROVE, Stage.VOID_AT_SCHOOL
    else:
        who, approves, reached = S, Action.VOID, Stage.VOIDED
    return {approves: reached, Action.RETURN: Stage.SCHOOL_APPROVED}.get(action) if party is who else None


@pytest.mark.parametrize("course", COURSES, ids=str)
def test_every_party_can_do_exactly_what_the_contract_says(course: Course) -> None:
    for stage, action, party in itertools.product(Stage, Action, Party):
        wanted = expected(course, stage, action, party)
        assert next_stage(stage, action, party, course) is wanted, (stage, action, party)
        allowed = transitions_from(stage, party, course)
        assert (action in allowed) == (wanted is not None and action in TRANSITIONS)


@pytest.mark.parametrize(
    ("action", "parties"),
    [
        (Action.EDIT, EVERYBODY),
        (Action.SUBMIT, EVERYBODY),
        (Action.REQUEST_VOID, EVERYBODY),
        (Action.COUNSELLOR_APPROVE, {K}),
        (Action.COLLEGE_APPROVE, {C}),
        (Action.SCHOOL_APPROVE, {S}),
        (Action.VOID, {S}),
        (Action.CONFIRM, {G}),
        (Action.DISPUTE, {G}),
    ],
)
def test_who_may_do_something_at_all_does_not_depend_on_the_levels(action: Action, parties: set[Party]) -> None:
    for levels in NEXT:
        assert parties_of(action, levels) == parties


def test_a_counsellor_returns_what_passes_this_level() -> None:
    assert parties_of(Action.RETURN, ALL_LEVELS) == {K, C, S}
    assert parties_of(Action.RETURN, USUAL) == {C, S}


def test_both_void_stages_look_the_same_from_outside() -> None:
    assert Stage.VOID_AT_COLLEGE.state is Stage.VOID_AT_SCHOOL.state
