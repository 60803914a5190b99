"""Authorising the use of a source, recording, reading and comparing what it says; who may do what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from common.approvals.domain import must_not_identify
from common.auth import Principal, Role
from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import NotFound
from common.identifiers import GraduateId, RegistrationId, SchoolCode
from common.sql import Connection
from destinations.cases.commands import clear_signals, open_signals
from destinations.cases.domain import Kind, Opening, Rule
from destinations.outside import storage
from destinations.outside.announcements import to_event
from destinations.outside.domain.authorisations import Authorisation, AuthorisationId, AuthorisationPlan
from destinations.outside.domain.contradictions import Registered, contradiction_of
from destinations.outside.domain.facts import Fact, differing
from destinations.outside.storage import Due, Look, Unsaved
from destinations.registrations import storage as registrations
from destinations.registrations.domain.content import Destination
from destinations.registrations.domain.registration import Registration
from destinations.roster import storage as roster

READERS = frozenset({Role.GRADUATE, Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER})
"""Who reads facts about a graduate in scope."""


@dataclass(frozen=True)
class Compared:
    """A fact, and the fields of which the registration in the figures says something else."""

    fact: Fact
    differs: tuple[str, ...]


async def authorise(unit: UnitOfWork, *, caller: Principal, plan: AuthorisationPlan) -> Authorisation:
    """Notes that the school may use a source; raises NotFound, Forbidden, Invalid, IdentifyingText."""
    if not caller.sees_school(plan.school_code):
        raise NotFound
    caller.must_be(Role.SCHOOL_OFFICER)
    plan.must_end_after_it_begins()
    must_not_identify("/basis", plan.basis)
    authorisation = await storage.add(unit.connection, plan, unit.actor)
    detail = {"source": plan.source.value, "valid_to": f"{plan.valid_to}"}
    await unit.audit(
        "source.authorise", "source_authorisation", authorisation.id, school_code=plan.school_code, detail=detail
    )
    return authorisation


async def facts_of(
    connection: Connection,
    cipher: FieldCipher,
    caller: Principal,
    graduate_id: GraduateId,
    after: UUID | None,
    limit: int,
) -> list[Compared]:
    """A page of what sources say of a graduate, beside the registration in the figures; raises NotFound."""
    await roster.must_be_in_scope(connection, caller.row_scope(), graduate_id)
    found = await storage.page_of_facts(connection, cipher, graduate_id, after, limit)
    registration = await registrations.current_of(connection, graduate_id) if found else None
    effective = registration.effective.content if registration and registration.effective else None
    return [Compared(each, differing(each.values, effective)) for each in found]


async def record(
    unit: UnitOfWork,
    cipher: FieldCipher,
    unsaved: Sequence[Unsaved],
    effective: Mapping[GraduateId, Destination],
    authorisation_id: AuthorisationId,
) -> ChangeToken | None:
    """Stores versions of facts, and announces them; the graduates' streams are locked. The token of the last event."""
    if not unsaved:
        return None
    stamped = await storage.save_many(unit.connection, cipher, unsaved, authorisation_id)
    return await unit.announce_all([to_event(each, effective.get(each.fact.graduate_id)) for each in stamped])


async def look(unit: UnitOfWork, *, cipher: FieldCipher, school_code: SchoolCode, due: Sequence[Due]) -> int:
    """Compares facts of a school with the registrations in the figures; how many.

    Opens a case for each contradiction, and clears the open ones that no longer are. Another worker that comes at the
    same moment finds nothing due.
    """
    ids = sorted({each.graduate_id for each in due})
    await registrations.open_streams(unit.connection, school_code, ids)
    still = await storage.still_due(unit.connection, ids)
    facts = await storage.newest_of_all(unit.connection, cipher, ids)
    current = await registrations.current(unit.connection, ids)
    looks = [_compared(each, facts[each.fact_id], current.get(each.graduate_id)) for each in still]
    found = [each for each in looks if each.contradiction]
    await open_signals(unit, [_opening(each) for each in found])
    gone = [subject_of(each) for each in looks if not each.contradiction]
    if gone:
        await clear_signals(unit, school_code, [Rule.OUTSIDE_DATA.value], gone)
    await storage.looked(unit.connection, school_code, looks)
    return len(looks)


def _compared(due: Due, fact: Fact, registration: Registration | None) -> Look:
    effective = registration.effective if registration else None
    if registration is None or effective is None:
        return Look(due, None, None, None)
    registered = Registered(effective.content, effective.decided_on, due.graduation_day)
    return Look(due, registration.id, effective.version, contradiction_of(fact, registered))


def _opening(look: Look) -> Opening:
    assert look.registration_id is not None, "without a registration nothing is contradicted"
    return Opening(
        kind=Kind.SIGNAL,
        school_code=look.due.school_code,
        rule=Rule.OUTSIDE_DATA.value,
        subject=subject_of(look),
        facts={
            "contradiction": look.contradiction,
            "fact_id": f"{look.due.fact_id}",
            "fact_version": look.due.fact_version,
            "registration_version": look.registration_version,
        },
        registrations=(RegistrationId(look.registration_id),),
    )


def subject_of(look: Look) -> str:
    """What a case about a fact is about."""
    return f"fact:{look.due.fact_id}"


async def end_part(unit: UnitOfWork, *, part: int) -> int:
    """Deletes up to so many facts that are past their day; how many those were."""
    ended = await storage.end(unit.connection, part)
    if ended:
        await unit.audit("retention.end", "retention", "fact", school_code=None, detail={"count": ended})
    return ended
