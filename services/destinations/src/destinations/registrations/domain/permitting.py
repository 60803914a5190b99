"""Who may do what now: the table, and the rules that one graduate, person or season sets above it."""

from destinations.evidence.domain import Demand, complete
from destinations.registrations.domain import refusals
from destinations.registrations.domain.lifecycle import (
    APPROVALS,
    AUTHORS,
    VOID_STAGES,
    Action,
    Stage,
    level_of,
    next_stage,
    parties_of,
    transitions_from,
)
from destinations.registrations.domain.registration import LateReason, Person, Registration
from destinations.roster.domain import Graduate
from destinations.seasons.domain import Level, Phase

LATE_BOUND = frozenset({Action.EDIT, Action.SUBMIT, Action.REQUEST_VOID, Action.IMPORT})
"""Acts that say why they come so late after the last day of changes, and are not done after the closing day."""


def allowed_transitions(registration: Registration, person: Person | None) -> tuple[Action, ...]:
    """The transitions that this person could make now: none where the registration is frozen."""
    if registration.graduate.frozen or person is None:
        return ()
    possible = transitions_from(registration.stage, person.party, registration.course)
    if registration.phase is Phase.CLOSED:
        possible = tuple(action for action in possible if action not in LATE_BOUND)
    # most callers of a list had no hand in any of it
    if person.subject not in vars(registration.hands).values():
        return possible
    return tuple(action for action in possible if _conflict(registration, action, person) is None)


def must_take_part(action: Action, person: Person | None, levels: tuple[Level, ...] = tuple(Level)) -> Person:
    """The person, if the party may do this in some state of what passes these levels; raises RoleMayNotAct."""
    taking_part = AUTHORS if action is Action.CREATE else parties_of(action, levels)
    if person is None or person.party not in taking_part:
        raise refusals.RoleMayNotAct(action)
    return person


def must_not_be_frozen(graduate: Graduate, stage: Stage | None = None) -> None:
    """Raises ErasedPerson or GraduateWithdrawn, with the stage in which the registration stays."""
    if graduate.erased:
        raise refusals.ErasedPerson(stage)
    if not graduate.counted:
        raise refusals.GraduateWithdrawn(stage)


def must_be_possible(registration: Registration, action: Action, person: Person) -> Stage:
    """The stage that follows.

    Raises what `must_not_be_frozen` raises, ActNotPossible, SamePerson or OwnRecord; CohortClosed where nothing changes
    any more.
    """
    must_not_be_frozen(registration.graduate, registration.stage)
    following = next_stage(registration.stage, action, person.party, registration.course)
    if following is None:
        raise refusals.ActNotPossible(action, registration.stage, allowed_transitions(registration, person))
    if conflict := _conflict(registration, action, person):
        raise conflict(registration.stage, allowed_transitions(registration, person))
    if registration.phase is Phase.CLOSED and registration.by_case is None and _is_late_bound(registration, action):
        raise refusals.CohortClosed(registration.stage, allowed_transitions(registration, person))
    return following


def _is_late_bound(registration: Registration, action: Action) -> bool:
    """Whether the act needs a reason once it is late; of a draft only the submission does."""
    return action in LATE_BOUND and (action is not Action.EDIT or registration.stage is not Stage.DRAFT)


def judges_content(registration: Registration, action: Action) -> bool:
    """Whether the act is the approval of content by a level, not of its void."""
    return action in APPROVALS and registration.stage not in VOID_STAGES


def must_be_sent(registration: Registration, demand: Demand) -> bool:
    """Whether all evidence was sent that the code needs; raises EvidenceMissing where the season asks for it."""
    code = registration.content.destination_code
    if not demand.is_met(code):
        raise refusals.EvidenceMissing
    return complete(code, demand.standing.sent)


def must_be_proved(registration: Registration, action: Action, person: Person, demand: Demand) -> bool | None:
    """Whether an approval finds all evidence sent that the code needs; None for other acts. Raises EvidenceNotThere."""
    if not judges_content(registration, action):
        return None
    code = registration.content.destination_code
    if not demand.is_met(code, last=action is Action.SCHOOL_APPROVE):
        raise refusals.EvidenceNotThere(registration.stage, allowed_transitions(registration, person))
    return complete(code, demand.standing.sent)


def late_reason_of(registration: Registration, action: Action, given: LateReason | None) -> LateReason | None:
    """The reason that a version keeps: in phase `open` none; raises LateReasonRequired where one is needed."""
    if registration.phase is Phase.OPEN:
        return None
    if given is None and _is_late_bound(registration, action):
        raise refusals.LateReasonRequired
    return given or registration.late_reason


def _conflict(
    registration: Registration, action: Action, person: Person
) -> type[refusals.SamePerson | refusals.OwnRecord] | None:
    """Why this person is no independent reviewer: who filled another level, wrote or submitted what is judged."""
    level, hands = level_of(action), registration.hands
    if level is None:
        return None
    if person.subject in {hands.reviewer(other) for other in Level if other is not level}:
        return refusals.SamePerson
    return refusals.OwnRecord if person.subject in {hands.written_by, hands.submitted_by} else None
