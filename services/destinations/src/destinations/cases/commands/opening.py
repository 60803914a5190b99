"""Opening cases, and reading them as their readers see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import FieldProblem, NotFound
from common.identifiers import CollegeCode, GraduateId, RegistrationId, SchoolCode
from common.sql import Connection
from destinations.cases import storage
from destinations.cases.domain import (
    Case,
    CaseId,
    Kind,
    Maker,
    Opening,
    Step,
    UnknownRegistration,
)
from destinations.cases.storage import Link
from destinations.registrations import storage as registrations
from destinations.roster import storage as roster

MAKERS = frozenset({Role.SCHOOL_OFFICER, Role.PROVINCIAL_OFFICER})
"""Who makes a case of kind `check`, and closes cases."""


@dataclass(frozen=True)
class Seen:
    """A case with the registrations that it links, and its history."""

    case: Case
    links: Sequence[Link]
    steps: Sequence[Step]

    @property
    def id(self) -> CaseId:
        """The case's id."""
        return self.case.id

    @property
    def version(self) -> int:
        """The case's version."""
        return self.case.version


async def open_case(unit: UnitOfWork, opening: Opening, cipher: FieldCipher | None = None) -> CaseId | None:
    """Opens a case within the act that finds its reason; None where one stands already, or was found of the same facts.

    The streams of the graduates of its registrations must be locked. A note needs the cipher.
    """
    opened = await storage.open_one(unit.connection, cipher, opening)
    if opened is not None:
        await audit_opened(unit, opening.school_code, [opened])
    return opened


async def audit_opened(unit: UnitOfWork, school_code: str, opened: Sequence[CaseId]) -> None:
    """Notes of cases of one school that they were opened."""
    if opened:
        await unit.audit_all("case.open", "case", [f"{each}" for each in opened], school_code=school_code)


async def get(connection: Connection, caller: Principal, cipher: FieldCipher, case_id: CaseId) -> Seen:
    """A case that the caller may see; raises NotFound."""
    return (await shown(connection, cipher, [await storage.find(connection, storage.scope_of(caller), case_id)]))[0]


async def as_answered(connection: Connection, cipher: FieldCipher, case_id: CaseId, version: int) -> Seen:
    """A case as an act left it, for who made the act and does not see the case any more."""
    (seen,) = await shown(connection, cipher, [await storage.find_any(connection, case_id)])
    steps = [each for each in seen.steps if each.version <= version]
    left = {name: getattr(steps[-1], name) for name in ("version", "state", "handler", "finding")}
    return Seen(replace(seen.case, **left), seen.links, steps)


async def shown(connection: Connection, cipher: FieldCipher, cases: Sequence[Case]) -> list[Seen]:
    """Cases with what they link and their histories."""
    ids = [each.id for each in cases]
    links, steps = await storage.links_of(connection, ids), await storage.steps_of(connection, cipher, ids)
    return [Seen(each, links.get(each.id, ()), steps.get(each.id, ())) for each in cases]


async def make(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    school_code: SchoolCode,
    registration_ids: Sequence[RegistrationId],
    accused: str | None,
    note: str | None,
) -> Seen:
    """Makes a case of kind `check`; raises NotFound for a school out of scope, Forbidden, UnknownRegistration."""
    if not caller.sees_school(school_code, await roster.province_of(unit.connection, school_code)):
        raise NotFound
    caller.must_be_in(MAKERS)
    people = await people_of(unit.connection, school_code, registration_ids)
    await registrations.open_streams(unit.connection, school_code, list(people))
    opening = Opening(
        kind=Kind.CHECK,
        school_code=school_code,
        registrations=tuple(registration_ids),
        accused=accused,
        note=note,
        by=Maker(subject=caller.subject, role=caller.role.value),
    )
    opened = await open_case(unit, opening, cipher)
    assert opened is not None, "a case without a rule is one of its own"
    # a school officer who accuses the own school does not see the case afterwards
    return (await shown(unit.connection, cipher, [await storage.find_any(unit.connection, opened)]))[0]


async def people_of(
    connection: Connection, school_code: SchoolCode, registration_ids: Sequence[RegistrationId]
) -> Mapping[GraduateId, CollegeCode | None]:
    """The graduates of the registrations, with their colleges; raises UnknownRegistration."""
    found = await storage.named(connection, school_code, registration_ids)
    if missing := [at for at, each in enumerate(registration_ids) if each not in found]:
        title = UnknownRegistration.title
        raise UnknownRegistration(
            [FieldProblem(f"/registrations/{at}", UnknownRegistration.code, title) for at in missing]
        )
    return dict(found.values())
