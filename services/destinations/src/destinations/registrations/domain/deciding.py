"""What an act makes of a registration: pure decisions, each of which may refuse."""

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from common.errors import FieldProblem
from common.identifiers import Cohort
from destinations.evidence.domain import NOTHING_ASKED, Demand
from destinations.registrations.domain import fields, permitting, refusals
from destinations.registrations.domain.content import Destination, changed_fields
from destinations.registrations.domain.lifecycle import (
    UNDER_REVIEW,
    VOID_STAGES,
    Action,
    Confirmation,
    Party,
    Stage,
    level_of,
    levels_for,
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
    with_changes,
)
from destinations.roster.domain import Graduate
from destinations.seasons.domain import Level, Phase

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


def create(content: Destination, person: Person, cohort: Cohort, terms: Terms) -> Change:
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
        hands=Hands(written_by=person.subject),
        levels=terms.levels,
        phase=terms.phase,
        changed=changed_fields(None, content),
        takes_effect=False,
        announcement=None,
    )


def edit(
    registration: Registration, patch: Mapping[str, Any], person: Person, late_reason: LateReason | None = None
) -> Change:
    """Other content: effective at once when the school officer corrects what is approved in phase `open`, else pending.

    Raises what `permitting.must_be_possible` raises, LateReasonRequired and ContentRefused.
    """
    following = permitting.must_be_possible(registration, Action.EDIT, person)
    late_reason = permitting.late_reason_of(registration, Action.EDIT, late_reason)
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
    return with_changes(
        registration,
        Change(
            action=Action.EDIT,
            stage=following,
            # the graduate confirmed other content
            confirmation=None if registration.confirmation is None else Confirmation.UNCONFIRMED,
            source=_source(person),
            content=content,
            incomplete=fields.incomplete_fields(content, cohort),
            hands=Hands(written_by=person.subject),
            levels=registration.levels,
            phase=registration.phase,
            changed=(),
            takes_effect=at_once,
            announcement=Announcement.CHANGED if at_once else None,
            late_reason=late_reason,
        ),
    )


def submit(
    registration: Registration,
    person: Person,
    late_reason: LateReason | None = None,
    *,
    written_by: Party | None = None,
    demand: Demand = NOTHING_ASKED,
) -> Change:
    """A submission: it fixes the levels; content that a counsellor wrote (`written_by`) or submits skips that level.

    Raises what `permitting.must_be_possible` raises, LateReasonRequired, ContentRefused, and EvidenceMissing.
    """
    following = permitting.must_be_possible(registration, Action.SUBMIT, person)
    late_reason = permitting.late_reason_of(registration, Action.SUBMIT, late_reason)
    content = registration.content
    _refuse((*fields.incompleteness(content, registration.graduate.cohort), *fields.pair_problems(content)))
    by_counsellor = Party.COUNSELLOR in {person.party, written_by}
    skipped = frozenset({Level.COUNSELLOR} if by_counsellor else ())
    # staff who submit what the graduate wrote answer for it: it counts as theirs
    by_staff = person.party is not Party.GRADUATE and registration.source is Source.GRADUATE
    change = replace(
        _kept(registration, Action.SUBMIT, following),
        source=Source.PROXY if by_staff else registration.source,
        hands=Hands(written_by=registration.hands.written_by, submitted_by=person.subject),
        levels=tuple(level for level in registration.course.levels if level not in skipped),
        late_reason=late_reason,
        evidence_complete=permitting.must_be_sent(registration, demand),
    )
    return with_changes(registration, change)


def act(
    registration: Registration,
    action: Action,
    person: Person,
    note: str | None = None,
    late_reason: LateReason | None = None,
    demand: Demand = NOTHING_ASKED,
) -> Change:
    """Any other transition; `note` is the reason of a return or a dispute, `late_reason` that of a requested void.

    Raises what `permitting.must_be_possible` raises, LateReasonRequired, and EvidenceNotThere.
    """
    following = permitting.must_be_possible(registration, action, person)
    if action is Action.REQUEST_VOID:
        late_reason = permitting.late_reason_of(registration, action, late_reason)
        asked = _kept(_without_replacement(registration), action, following)
        change = replace(asked, hands=_asking(person), late_reason=late_reason)
    elif action is Action.RETURN and registration.stage in VOID_STAGES:
        change = _kept(_without_void(registration), action, following)
    else:
        level = level_of(action)
        hands = registration.hands.with_review(level, person.subject) if level else registration.hands
        proved = permitting.must_be_proved(registration, action, person, demand)
        change = replace(_kept(registration, action, following), hands=hands, evidence_complete=proved)
    return replace(with_changes(registration, change), note=note)


def imported(
    registration: Registration | None,
    graduate: Graduate,
    content: Destination,
    person: Person,
    terms: Terms,
    late_reason: LateReason | None = None,
) -> Change:
    """A school officer's row of a file, over what was under review: approved as it arrives, or submitted where late.

    Raises ContentRefused.
    """
    cohort, has_effective = graduate.cohort, registration is not None and registration.effective is not None
    _refuse(fields.contradictions(content, cohort))
    alike = _imported_alike(
        fields.missing_on_import(content, cohort),
        changed_fields(None, content),
        person.subject,
        levels_for(terms.levels, graduate),
        terms.phase,
        late_reason,
        has_effective=has_effective,
    )
    change = alike.saying(content)
    return with_changes(registration, change) if registration else change


_NOTHING = Destination("")


# of the rows of a file most differ in nothing but their contents
@lru_cache(maxsize=1_000)
def _imported_alike(
    incomplete: tuple[str, ...],
    changed: tuple[str, ...],
    subject: str,
    levels: tuple[Level, ...],
    phase: Phase,
    late_reason: LateReason | None,
    *,
    has_effective: bool,
) -> Change:
    """A row's change, but without its content."""
    late = phase is not Phase.OPEN
    return Change(
        action=Action.IMPORT,
        stage=Stage.SUBMITTED if late else Stage.SCHOOL_APPROVED,
        confirmation=None if late and not has_effective else Confirmation.UNCONFIRMED,
        source=Source.IMPORT,
        content=_NOTHING,
        incomplete=incomplete,
        # the import is the approval: no second person sees a row that is not late
        hands=Hands(written_by=subject, submitted_by=subject),
        levels=levels,
        phase=phase,
        changed=changed,
        takes_effect=not late,
        announcement=None if late else Announcement.CHANGED if has_effective else Announcement.DECIDED,
        late_reason=late_reason if late else None,
    )


def is_unchanged_by(registration: Registration | None, content: Destination, phase: Phase = Phase.OPEN) -> bool:
    """Whether a row says what is effective already; then what is under review stays, too.

    A row that comes late approves nothing: it changes nothing where it says what is under review, either.
    """
    if registration is None:
        return False
    if phase is not Phase.OPEN and registration.stage in UNDER_REVIEW and registration.content == content:
        return True
    return registration.effective is not None and registration.effective.content == content


def _kept(registration: Registration, action: Action, following: Stage) -> Change:
    """A transition that leaves content, hands, levels and the reason of a late change as they stand."""
    return Change(
        action=action,
        stage=following,
        confirmation=_ANSWERS.get(action, registration.confirmation),
        source=registration.source,
        content=registration.content,
        incomplete=registration.incomplete,
        hands=registration.hands,
        levels=registration.levels,
        phase=registration.phase,
        changed=(),
        takes_effect=action is Action.SCHOOL_APPROVE,
        announcement=_ANNOUNCED.get(action),
        late_reason=registration.late_reason,
    )


def _without_replacement(registration: Registration) -> Registration:
    """The effective content alone: a request for its void gives up the replacement under review."""
    effective = registration.effective
    if effective is None or registration.stage is Stage.SCHOOL_APPROVED:
        return registration
    judge = fields.missing_on_import if effective.source is Source.IMPORT else fields.incomplete_fields
    missing = judge(effective.content, registration.graduate.cohort)
    # with it returns what the graduate has answered to it
    answered = replace(registration, confirmation=effective.confirmation)
    return replace(answered, content=effective.content, source=effective.source, incomplete=missing)


def _without_void(registration: Registration) -> Registration:
    """What stands once a void is refused: the effective content, by the hands that made it."""
    effective = registration.effective
    if effective is None:
        return registration
    return replace(registration, hands=effective.hands, late_reason=effective.late_reason)


def _asking(person: Person) -> Hands:
    """The hands of a requested void: the request of a college officer is the college's consent."""
    if person.party is Party.COLLEGE_OFFICER:
        return Hands().with_review(Level.COLLEGE, person.subject)
    return Hands(submitted_by=person.subject)


def _source(person: Person) -> Source:
    return Source.GRADUATE if person.party is Party.GRADUATE else Source.PROXY


def _refuse(problems: tuple[FieldProblem, ...]) -> None:
    if problems:
        raise refusals.ContentRefused(problems)
