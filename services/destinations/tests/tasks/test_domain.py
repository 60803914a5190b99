"""Who answers a dispute, who reads it, and what ends the task, as tables."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from lives import ANNA, APPROVED, COLLEGE, FREELANCE, GRADUATE, SCHOOL, after, decided, row, stored

from common.identifiers import CollegeCode, RegistrationId
from destinations.registrations.domain import deciding
from destinations.registrations.domain.lifecycle import Action, Party
from destinations.registrations.domain.registration import Change, Person, Registration, Terms
from destinations.tasks.domain import Dispute, DisputeKind, Holder, Outcome, holder_of, outcome_of

DISPUTED = (*APPROVED, (Action.DISPUTE, GRADUATE))


@pytest.mark.parametrize(
    ("college", "last", "holder"),
    [
        ("C01", None, Holder.COLLEGE),
        ("C01", Outcome.CORRECTED, Holder.COLLEGE),
        ("C01", Outcome.WITHDRAWN, Holder.COLLEGE),
        ("C01", Outcome.KEPT, Holder.SCHOOL),
        (None, None, Holder.SCHOOL),
        (None, Outcome.KEPT, Holder.SCHOOL),
    ],
)
def test_the_college_answers_once(college: str | None, last: Outcome | None, holder: Holder) -> None:
    assert holder_of(CollegeCode(college) if college else None, last) is holder


@pytest.mark.parametrize("kind", DisputeKind)
def test_what_passes_the_college_by_is_read_by_graduate_and_school_alone(kind: DisputeKind) -> None:
    dispute = Dispute(RegistrationId(uuid4()), 5, kind, "因故", datetime(2024, 6, 1, tzinfo=UTC))
    readers = {party for party in (*Party, None) if dispute.is_shown_to(party)}
    secret = kind in {"not_mine", "pressed"}
    assert readers == ({Party.GRADUATE, Party.SCHOOL_OFFICER} if secret else {*Party, None})


def ending(before: Registration, *acts: tuple[Action, Person]) -> Outcome | None:
    """What the last act ends, once the acts before it are done and end nothing."""
    *earlier, (last, person) = acts
    for action, who in earlier:
        change = decided(before, action, who)
        assert outcome_of(before, change) is None, action
        before = stored(change, before)
    return outcome_of(before, decided(before, last, person))


@pytest.mark.parametrize(
    ("acts", "outcome"),
    [
        ([(Action.CONFIRM, GRADUATE)], Outcome.WITHDRAWN),
        ([(Action.DISPUTE, GRADUATE)], None),
        ([(Action.REQUEST_VOID, COLLEGE), (Action.VOID, SCHOOL)], Outcome.CORRECTED),
        ([(Action.REQUEST_VOID, COLLEGE), (Action.RETURN, SCHOOL)], None),
    ],
)
def test_what_ends_the_task_of_a_dispute(acts: Sequence[tuple[Action, Person]], outcome: Outcome | None) -> None:
    assert ending(after(*DISPUTED), *acts) is outcome


def test_other_content_ends_it_once_that_is_effective() -> None:
    before = after(*DISPUTED)
    edited = deciding.edit(before, {"reason": "signing"}, COLLEGE)
    assert outcome_of(before, edited) is None
    pending = stored(edited, before)
    other = Person(COLLEGE.party, "another co")
    acts = [(Action.SUBMIT, GRADUATE), (Action.COLLEGE_APPROVE, other), (Action.SCHOOL_APPROVE, SCHOOL)]
    assert ending(pending, *acts) is Outcome.CORRECTED


def at_once(before: Registration) -> Change:
    return deciding.edit(before, {"reason": "signing"}, SCHOOL)


def imported(before: Registration) -> Change:
    return deciding.imported(before, ANNA, FREELANCE, SCHOOL, Terms())


@pytest.mark.parametrize("change", [at_once, imported])
def test_what_is_effective_at_once_ends_it_at_once(change: object) -> None:
    assert callable(change)
    disputed, confirmed = after(*DISPUTED), after(*APPROVED, (Action.CONFIRM, GRADUATE))
    assert outcome_of(disputed, change(disputed)) is Outcome.CORRECTED
    assert outcome_of(confirmed, change(confirmed)) is None


def test_a_first_registration_ends_nothing() -> None:
    assert outcome_of(None, row(FREELANCE)) is None
