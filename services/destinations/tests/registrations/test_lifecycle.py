import itertools

import pytest

from destinations.registrations.domain.lifecycle import (
    STEPS,
    Action,
    Party,
    Stage,
    next_stage,
    parties_of,
    transitions_from,
)

G, C, CO, SO = Party.GRADUATE, Party.COUNSELLOR, Party.COLLEGE_OFFICER, Party.SCHOOL_OFFICER
EVERYBODY = {G, C, CO, SO}

EXPECTED = {
    (Stage.DRAFT, Action.EDIT): EVERYBODY,
    (Stage.DRAFT, Action.SUBMIT): EVERYBODY,
    (Stage.RETURNED, Action.EDIT): EVERYBODY,
    (Stage.RETURNED, Action.SUBMIT): EVERYBODY,
    (Stage.SUBMITTED, Action.COLLEGE_APPROVE): {CO},
    (Stage.SUBMITTED, Action.RETURN): {CO},
    (Stage.COLLEGE_APPROVED, Action.SCHOOL_APPROVE): {SO},
    (Stage.COLLEGE_APPROVED, Action.RETURN): {SO},
    (Stage.SCHOOL_APPROVED, Action.EDIT): EVERYBODY,
    (Stage.SCHOOL_APPROVED, Action.CONFIRM): {G},
    (Stage.SCHOOL_APPROVED, Action.DISPUTE): {G},
    (Stage.SCHOOL_APPROVED, Action.REQUEST_VOID): EVERYBODY,
    (Stage.VOID_AT_COLLEGE, Action.COLLEGE_APPROVE): {CO},
    (Stage.VOID_AT_COLLEGE, Action.RETURN): {CO},
    (Stage.VOID_AT_SCHOOL, Action.VOID): {SO},
    (Stage.VOID_AT_SCHOOL, Action.RETURN): {SO},
}


@pytest.mark.parametrize(("stage", "action", "party"), list(itertools.product(Stage, Action, Party)))
def test_every_party_can_do_exactly_what_the_table_says(stage: Stage, action: Action, party: Party) -> None:
    possible = next_stage(stage, action, party) is not None
    assert possible == (party in EXPECTED.get((stage, action), set()))


def test_the_table_is_unambiguous() -> None:
    acts = [(step.stage, step.action, party) for step in STEPS for party in step.parties]
    assert len(acts) == len(set(acts))


def test_a_voided_registration_is_the_end() -> None:
    assert transitions_from(Stage.VOIDED, None) == ()


def test_only_the_graduate_confirms() -> None:
    assert parties_of(Action.CONFIRM) == parties_of(Action.DISPUTE) == {G}


def test_a_void_asked_for_below_passes_the_college_first() -> None:
    for party in (G, C):
        assert next_stage(Stage.SCHOOL_APPROVED, Action.REQUEST_VOID, party) is Stage.VOID_AT_COLLEGE
    for party in (CO, SO):
        assert next_stage(Stage.SCHOOL_APPROVED, Action.REQUEST_VOID, party) is Stage.VOID_AT_SCHOOL


def test_both_void_stages_look_the_same_from_outside() -> None:
    assert Stage.VOID_AT_COLLEGE.state is Stage.VOID_AT_SCHOOL.state
