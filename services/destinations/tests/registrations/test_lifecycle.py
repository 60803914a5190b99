import itertools
from functools import partial

import pytest

from destinations.registrations.domain.lifecycle import (
    STEPS,
    TRANSITIONS,
    Action,
    Party,
    Stage,
    next_stage,
    parties_of,
    transitions_from,
)

G, C, CO, SO = Party.GRADUATE, Party.COUNSELLOR, Party.COLLEGE_OFFICER, Party.SCHOOL_OFFICER
EVERYBODY = {G, C, CO, SO}
EFFECTIVE = partial(next_stage, effective=True)

EXPECTED = {
    (Stage.DRAFT, Action.EDIT): EVERYBODY,
    (Stage.DRAFT, Action.SUBMIT): EVERYBODY,
    (Stage.DRAFT, Action.REQUEST_VOID): EVERYBODY,
    (Stage.RETURNED, Action.EDIT): EVERYBODY,
    (Stage.RETURNED, Action.SUBMIT): EVERYBODY,
    (Stage.RETURNED, Action.REQUEST_VOID): EVERYBODY,
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
    expected = party in EXPECTED.get((stage, action), set())
    assert (EFFECTIVE(stage, action, party) is not None) == expected
    assert (action in transitions_from(stage, party, effective=True)) == (expected and action in TRANSITIONS)


@pytest.mark.parametrize(("stage", "action", "party"), list(itertools.product(Stage, Action, Party)))
def test_what_is_not_effective_differs_in_one_act_alone(stage: Stage, action: Action, party: Party) -> None:
    expected = None if action is Action.REQUEST_VOID else EFFECTIVE(stage, action, party)
    assert next_stage(stage, action, party, effective=False) is expected


def test_the_table_is_unambiguous() -> None:
    acts = [(step.stage, step.action, party) for step in STEPS for party in step.parties]
    assert len(acts) == len(set(acts))


def test_a_voided_registration_is_the_end() -> None:
    assert all(transitions_from(Stage.VOIDED, party, effective=True) == () for party in Party)


def test_only_the_graduate_confirms() -> None:
    assert parties_of(Action.CONFIRM) == parties_of(Action.DISPUTE) == {G}


@pytest.mark.parametrize("stage", [Stage.SCHOOL_APPROVED, Stage.DRAFT, Stage.RETURNED])
def test_a_void_asked_for_below_passes_the_college_first(stage: Stage) -> None:
    for party in (G, C):
        assert EFFECTIVE(stage, Action.REQUEST_VOID, party) is Stage.VOID_AT_COLLEGE
    for party in (CO, SO):
        assert EFFECTIVE(stage, Action.REQUEST_VOID, party) is Stage.VOID_AT_SCHOOL


def test_both_void_stages_look_the_same_from_outside() -> None:
    assert Stage.VOID_AT_COLLEGE.state is Stage.VOID_AT_SCHOOL.state
