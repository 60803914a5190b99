"""Acts on registrations as persons of school 10001 make them, each committed by itself."""

from datetime import date
from functools import partial
from typing import Any

from enrolling import Enrolment
from sqlalchemy import text

from common.auth import Principal, Role
from common.crypto import FieldCipher, KeyRing
from common.database import Database
from common.identifiers import GraduateId, RegistrationId
from destinations.registrations import commands, storage
from destinations.registrations.commands import Recorded
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.lifecycle import Action
from destinations.registrations.domain.registration import Registration
from destinations.roster.domain import RosterEntry
from destinations.tasks.domain import DisputeKind
from destinations.tasks.storage import sealed_reason

SEEKING = Destination("70", reason="job_seeking")
UNIT = Destination(
    "10",
    employer_name="某某（郑州）公司",
    employer_uscc="91410100MA40ABCD15",
    employer_nature_code="39",
    industry_code="22",
    place_code="410102",
    employer_address="秘密路 1 号",
    position_code="40",
    signed_on=date(2024, 6, 15),
)
CIPHER = FieldCipher(KeyRing.generate())
COLLEGE = Principal("college", Role.COLLEGE_OFFICER, school_code="10001", college_code="C01")
SCHOOL = Principal("school", Role.SCHOOL_OFFICER, school_code="10001")
OTHER_SCHOOL = Principal("another school", Role.SCHOOL_OFFICER, school_code="10001")
COUNSELLOR = Principal("counsellor", Role.COUNSELLOR, school_code="10001", class_codes=frozenset({"K1"}))
STRANGER = Principal("stranger", Role.SCHOOL_OFFICER, school_code="10002")


def graduate_role(graduate_id: GraduateId) -> Principal:
    return Principal(f"graduate {graduate_id}", Role.GRADUATE, graduate_id=graduate_id)


async def register(
    database: Database,
    caller: Principal,
    graduate_id: GraduateId,
    content: Destination = SEEKING,
    entry: RosterEntry | None = None,
) -> Recorded:
    command = partial(commands.register, caller=caller, graduate_id=graduate_id, content=content, entry=entry)
    return await database.act(caller.actor, command)


async def edit(database: Database, before: Recorded, caller: Principal, **patch: Any) -> Recorded:
    edits = partial(commands.edit, caller=caller, registration_id=before.id, expected=before.version, cipher=CIPHER)
    command = partial(edits, patch=patch)
    return await database.act(caller.actor, command)


async def act(database: Database, before: Recorded, action: Action, caller: Principal | None = None) -> Recorded:
    """The act on the version that `before` is, by default as the graduate."""
    person = caller or graduate_role(before.registration.graduate.id)
    if action is Action.DISPUTE:
        return await dispute(database, before, caller=person)
    command = partial(
        commands.act,
        caller=person,
        registration_id=before.id,
        expected=before.version,
        action=action,
        note="因故",
    )
    return await database.act(person.actor, command)


async def dispute(
    database: Database,
    before: Recorded,
    kind: DisputeKind = DisputeKind.WRONG_DATA,
    reason: str = "因故",
    caller: Principal | None = None,
    cipher: FieldCipher = CIPHER,
) -> Recorded:
    """The graduate's dispute of the version that `before` is."""
    person = caller or graduate_role(before.registration.graduate.id)
    sealed = sealed_reason(cipher, before.id, reason)
    said = partial(commands.dispute, registration_id=before.id, expected=before.version, kind=kind, reason=sealed)
    return await database.act(person.actor, partial(said, caller=person))


async def registered(database: Database, content: Destination = SEEKING, **given: Any) -> Recorded:
    graduate_id = await Enrolment(database)(**given)
    return await register(database, graduate_role(graduate_id), graduate_id, content)


async def reviewed(database: Database, drafted: Recorded) -> Recorded:
    """Submitted by the graduate and approved at both levels."""
    submitted = await act(database, drafted, Action.SUBMIT)
    at_school = await act(database, submitted, Action.COLLEGE_APPROVE, COLLEGE)
    return await act(database, at_school, Action.SCHOOL_APPROVE, SCHOOL)


async def approved(database: Database, content: Destination = SEEKING, **given: Any) -> Recorded:
    return await reviewed(database, await registered(database, content, **given))


async def stored(database: Database, caller: Principal, registration_id: RegistrationId) -> Registration:
    """The registration as the caller may see it."""
    async with database.reading() as connection:
        return await storage.get(connection, commands.scope_of(caller), registration_id)


async def rows(database: Database, statement: str, **values: object) -> list[Any]:
    async with database.reading() as connection:
        return await connection.execute(text(statement), values)


async def events(database: Database) -> list[Any]:
    return await rows(database, "SELECT * FROM outbox ORDER BY id")
