"""Authorising the use of a source, recording and reading what it says; who may do what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from common.approvals.domain import must_not_identify
from common.auth import Principal, Role
from common.contracts import ChangeToken
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import NotFound
from common.identifiers import GraduateId
from common.sql import Connection
from destinations.outside import storage
from destinations.outside.announcements import to_event
from destinations.outside.domain.authorisations import Authorisation, AuthorisationId, AuthorisationPlan
from destinations.outside.domain.facts import Fact, differing
from destinations.outside.storage import Unsaved
from destinations.registrations import storage as registrations
from destinations.registrations.domain.content import Destination
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


async def end_part(unit: UnitOfWork, *, part: int) -> int:
    """Deletes up to so many facts that are past their day; how many those were."""
    ended = await storage.end(unit.connection, part)
    if ended:
        await unit.audit("facts.end", "facts", "past", school_code=None, detail={"facts": ended})
    return ended
