"""What an act makes of a registration: pure decisions, each of which may refuse."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from common.errors import FieldProblem
from common.identifiers import Cohort
from destinations.registrations.domain import fields, refusals
from destinations.registrations.domain.content import Destination, changed_fields
from destinations.registrations.domain.lifecycle import (
    AUTHORS,
    Action,
    Confirmation,
    Party,
    Review,
    Stage,
    next_stage,
    parties_of,
    review_of,
    transitions_from,
)
from destinations.registrations.domain.registration import (
    Announcement,
    Change,
    Person,
    Registration,
    Reviewers,
    Source,
)
from destinations.roster.domain import Graduate

_ANNOUNCED: Mapping[Action, Announcement] = {
    Action.SCHOOL_APPROVE: Announcement.DECIDED,
    Action.CONFIRM: Announcement.CONFIRMED,
    Action.DISPUTE: Announcement.DISPUTED,
    Action.VOID: Announcement.VOIDED,
}
_ANSWERS: Mapping[Action, Confirmation] = {
    Action.SCHOOL_APPROVE: Confirmation.UNCONFIRMED,
    Action.CONFIRM: Confirmation.CONFIRMED,
    Action.DISPUTE: Confirmation.DISPUTED,
}


def allowed_transitions(registration: Registration, person: Person | None) -> tuple[Action, ...]:
    """The transitions that this person could make now: none where the registration is frozen."""
    if registration.graduate.frozen or person is None:
        return ()
    possible = transitions_from(registration.stage, person.party, effective=registration.effective is not None)
    # most callers of a list have reviewed none of it
    if person.subject not in vars(registration.reviewers).values():
        return possible
    return tuple(action for action in possible if not _same_person(registration, action, person))


def must_take_part(action: Action, person: Person | None) -> Person:
    """The person, if the party may do this in some state at all; raises RoleMayNotAct."""
    if person is None or person.party not in (AUTHORS if action is Action.CREATE else parties_of(action)):
        raise refusals.RoleMayNotAct(action)
    return person


def create(content: Destination, person: Person, cohort: Cohort) -> Change:
    """A new draft: it may be incomplete, but neither contradict itself nor lack the reason of 70, 71, 72.

    Raises ContentRefused.
    """
    _refuse((*fields.refused_over_http(content, cohort), *fields.pair_problems(content)))
    return Change(
        action=Action.CREATE,
        stage=Stage.DRAFT,
        confirmation=None,
        source=_source(person),
        content=content,
        incomplete=fields.incomplete_fields(content, cohort),
        reviewers=Reviewers(),
        changed=changed_fields(None, content),
        takes_effect=False,
        announcement=None,
    )


def must_not_be_frozen(graduate: Graduate, stage: Stage | None = None) -> None:
    """Raises ErasedPerson or GraduateWithdrawn, with the stage in which the registration stays."""
    if graduate.erased:
        raise refusals.ErasedPerson(stage)
    if not graduate.counted:
        raise refusals.GraduateWithdrawn(stage)


def must_be_possible(registration: Registration, action: Action, person: Person) -> Stage:
    """The stage that follows; raises what `must_not_be_frozen` raises, ActNotPossible or SamePerson."""
    must_not_be_frozen(registration.graduate, registration.stage)
    following = next_stage(registration.stage, action, person.party, effective=registration.effective is not None)
    if following is None:
        raise refusals.ActNotPossible(action, registration.stage, allowed_transitions(registration, person))
    if _same_person(registration, action, person):
        raise refusals.SamePerson(registration.stage, allowed_transitions(registration, person))
    return following


def edit(registration: Registration, patch: Mapping[str, Any], person: Person) -> Change:
    """Other content: effective at once when the school officer corrects what is approved, else pending.

    Raises what `must_be_possible` raises, and ContentRefused.
    """
    following = must_be_possible(registration, Action.EDIT, person)
    before, cohort = registration.content, registration.graduate.cohort
    content = fields.recoded(before, patch, cohort)
    # codes that a file brought together stay until one of them changes
    ill_matched = [each for each in fields.pair_problems(content) if each not in fields.pair_problems(before)]
    _refuse((*fields.refused_over_http(content, cohort), *ill_matched))
    at_once = following is Stage.SCHOOL_APPROVED
    if at_once:
        # imported history has gaps: a correction need not fill them, but may not tear new ones
        gaps = {f"/{name}" for name in fields.missing_fields(before, cohort)}
        _refuse(tuple(problem for problem in fields.incompleteness(content, cohort) if problem.pointer not in gaps))
    return _with_changes(
        registration,
        Change(
            action=Action.EDIT,
            stage=following,
            # the graduate confirmed other content
            confirmation=None if registration.confirmation is None else Confirmation.UNCONFIRMED,
            source=_source(person),
            content=content,
            incomplete=fields.incomplete_fields(content, cohort),
            # pending content passes both levels anew
            reviewers=registration.reviewers if at_once else Reviewers(),
            changed=(),
            takes_effect=at_once,
            announcement=Announcement.CHANGED if at_once else None,
        ),
    )


def act(registration: Registration, action: Action, person: Person, note: str | None = None) -> Change:
    """A transition; `note` is the reason of a return or a dispute.

    Raises what `must_be_possible` raises, and ContentRefused for the submission of what is incomplete.
    """
    following = must_be_possible(registration, action, person)
    if action is Action.SUBMIT:
        content = registration.content
        _refuse((*fields.incompleteness(content, registration.graduate.cohort), *fields.pair_problems(content)))
    acted_on = _without_replacement(registration) if action is Action.REQUEST_VOID else registration
    # staff who submit what the graduate wrote answer for it: it counts as theirs
    by_staff = action is Action.SUBMIT and person.party is not Party.GRADUATE
    return _with_changes(
        registration,
        Change(
            action=action,
            stage=following,
            confirmation=_ANSWERS.get(action, registration.confirmation),
            source=Source.PROXY if by_staff and acted_on.source is Source.GRADUATE else acted_on.source,
            content=acted_on.content,
            incomplete=acted_on.incomplete,
            reviewers=_reviewers(acted_on, action, person, following),
            changed=(),
            takes_effect=action is Action.SCHOOL_APPROVE,
            announcement=_ANNOUNCED.get(action),
            note=note,
        ),
    )


def imported(registration: Registration | None, content: Destination, person: Person, cohort: Cohort) -> Change:
    """A school officer's row of a file: approved as it arrives, over what was under review; raises ContentRefused."""
    _refuse(fields.contradictions(content, cohort))
    effective = registration.effective if registration else None
    change = Change(
        action=Action.IMPORT,
        stage=Stage.SCHOOL_APPROVED,
        confirmation=Confirmation.UNCONFIRMED,
        source=Source.IMPORT,
        content=content,
        incomplete=fields.missing_on_import(content, cohort),
        # the import is the approval: no second person sees the row
        reviewers=Reviewers(approved_by_school=person.subject),
        changed=changed_fields(None, content),
        takes_effect=True,
        announcement=Announcement.CHANGED if effective else Announcement.DECIDED,
    )
    return _with_changes(registration, change) if registration else change


def is_unchanged_by(registration: Registration | None, content: Destination) -> bool:
    """Whether a row says what is effective already; then what is under review stays, too."""
    effective = registration.effective if registration else None
    return effective is not None and effective.content == content


def _without_replacement(registration: Registration) -> Registration:
    """The effective content alone: a request for its void gives up the replacement under review, and its reviews."""
    effective = registration.effective
    if effective is None or registration.stage is Stage.SCHOOL_APPROVED:
        return registration
    judge = fields.missing_on_import if effective.source is Source.IMPORT else fields.incomplete_fields
    return replace(
        registration,
        content=effective.content,
        source=effective.source,
        incomplete=judge(effective.content, registration.graduate.cohort),
        reviewers=Reviewers(),
    )


def _with_changes(before: Registration, change: Change) -> Change:
    states = ("state",) if change.stage.state is not before.state else ()
    confirmations = ("confirmation",) if change.confirmation is not before.confirmation else ()
    return replace(change, changed=(*changed_fields(before.content, change.content), *states, *confirmations))


def _source(person: Person) -> Source:
    return Source.GRADUATE if person.party is Party.GRADUATE else Source.PROXY


def _reviewers(registration: Registration, action: Action, person: Person, following: Stage) -> Reviewers:
    if action is Action.SUBMIT:
        return Reviewers()
    reviewers = registration.reviewers
    if action is Action.RETURN and following is Stage.SCHOOL_APPROVED:
        return replace(reviewers, void_by_college=None, void_by_school=None)
    level = review_of(action, person.party)
    return replace(reviewers, **{_place(registration, action, level): person.subject}) if level else reviewers


def _same_person(registration: Registration, action: Action, person: Person) -> bool:
    level = review_of(action, person.party)
    if level is None:
        return False
    other = Review.SCHOOL if level is Review.COLLEGE else Review.COLLEGE
    reviewed_by: str | None = getattr(registration.reviewers, _place(registration, action, other))
    return reviewed_by == person.subject


def _place(registration: Registration, action: Action, level: Review) -> str:
    voiding = action in {Action.REQUEST_VOID, Action.VOID} or registration.stage is Stage.VOID_AT_COLLEGE
    return f"{'void' if voiding else 'approved'}_by_{level}"


def _refuse(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        raise refusals.ContentRefused(problems)
