"""Registrations as pure decisions make them, one after the other."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from common.identifiers import ClassCode, Cohort, CollegeCode, GraduateId, RegistrationId, SchoolCode
from destinations.registrations.domain import deciding
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Action, Party
from destinations.registrations.domain.registration import Change, Person, Registration, Stamp, Terms
from destinations.registrations.domain.registration import after as registration_after
from destinations.roster.domain import Graduate

GRADUATE = Person(Party.GRADUATE, "g")
COUNSELLOR = Person(Party.COUNSELLOR, "c")
OTHER_SCHOOL = Person(Party.SCHOOL_OFFICER, "another so")
COLLEGE = Person(Party.COLLEGE_OFFICER, "co")
SCHOOL = Person(Party.SCHOOL_OFFICER, "so")
ANNA = Graduate(
    id=GraduateId(UUID(int=1)),
    school_code=SchoolCode("10001"),
    cohort=Cohort(2024),
    college_code=CollegeCode("C01"),
    major_code=None,
    class_code=ClassCode("K1"),
    education_level_code="31",
    status="registered",
    counted=True,
)
SEEKING = Destination("70", reason="job_seeking")
FREELANCE = Destination("76", freelance_kind="翻译", place_code="410102")
DAY = date(2024, 6, 1)


def stored(change: Change, before: Registration | None = None) -> Registration:
    stamp = Stamp(RegistrationId(before.id if before else uuid4()), DAY, datetime(2024, 6, 1, tzinfo=UTC))
    return registration_after(ANNA, before, change, stamp)


def after(*acts: tuple[Action, Person], content: Destination = SEEKING, author: Person = GRADUATE) -> Registration:
    registration = stored(deciding.create(content, author, ANNA.cohort, Terms()))
    for action, person in acts:
        registration = stored(decided(registration, action, person), registration)
    return registration


def decided(registration: Registration, action: Action, person: Person, late_reason: Any = None) -> Change:
    if action is Action.SUBMIT:
        return deciding.submit(registration, person, late_reason)
    return deciding.act(registration, action, person, late_reason=late_reason)


def row(content: Destination, terms: Terms | None = None) -> Change:
    return deciding.imported(None, ANNA, content, SCHOOL, terms or Terms())


APPROVED = (
    (Action.SUBMIT, GRADUATE),
    (Action.COLLEGE_APPROVE, COLLEGE),
    (Action.SCHOOL_APPROVE, SCHOOL),
)
