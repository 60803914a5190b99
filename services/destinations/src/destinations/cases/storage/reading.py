"""Cases as their readers see them: what one may not see is not found, and counts nowhere."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, Uuid, and_, any_, bindparam, or_, select, text

from common import rows
from common.auth import Owners, Principal, Role, RowScope, ScopeShape
from common.crypto import FieldCipher
from common.errors import NotFound
from common.identifiers import Cohort, GraduateId, RegistrationId, SchoolCode
from common.sql import Connection, Row
from destinations.cases.domain import SCHOOL, Case, CaseId, Finding, Handler, Kind, Step
from destinations.cases.storage.opening import opened_note
from destinations.cases.tables import IS_STANDING, cases, events, links
from destinations.roster.tables import schools

READERS = frozenset({Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER, Role.PROVINCIAL_OFFICER})
"""Who sees any case at all."""

_PROVINCE = select(schools.c.province_code).where(schools.c.school_code == cases.c.school_code).scalar_subquery()
_OWNERS = Owners[Any](school_code=cases.c.school_code, college_code=cases.c.college_code, province_code=_PROVINCE)
# what accuses the school is closed by the province, also where a college looked at it
_BY_PROVINCE = or_(
    cases.c.handler == Handler.PROVINCE.value,
    cases.c.made_by_role == Role.PROVINCIAL_OFFICER.value,
    cases.c.accused == SCHOOL,
)
_IS_STANDING = text(f"cases.{IS_STANDING}")
_LINKED = any_(bindparam("ids", type_=ARRAY(Uuid)))
_STANDING = (
    select(links.c.registration_id, cases.c.kind, cases.c.rule)
    .select_from(links.join(cases, cases.c.id == links.c.case_id))
    .where(links.c.registration_id == _LINKED, _IS_STANDING)
    .order_by(links.c.registration_id, cases.c.id)
)
_LINKS = select(links).where(links.c.case_id == _LINKED).order_by(links.c.case_id, links.c.registration_id)
_STEPS = select(events).where(events.c.case_id == _LINKED).order_by(events.c.case_id, events.c.version)
_OF_GRADUATE = (
    select(cases)
    .where(cases.c.id.in_(select(links.c.case_id).where(links.c.graduate_id == bindparam("id", type_=Uuid))))
    .order_by(cases.c.id)
)
_ANY = select(cases).where(cases.c.id == bindparam("id", type_=Uuid))
_FOUND_TRUE = text(
    f"""
    SELECT EXISTS (
        SELECT FROM cases JOIN case_registrations link ON link.case_id = cases.id
         WHERE cases.id = :case_id AND link.registration_id = :registration_id
           AND cases.finding = '{Finding.TRUE}'
    )
    """
)


@dataclass(frozen=True)
class Doubted:
    """An open case about a registration, as far as its readers need to know."""

    kind: Kind
    rule: str | None


@dataclass(frozen=True)
class Link:
    """A registration of a case, and its version that is doubted."""

    registration_id: RegistrationId
    graduate_id: GraduateId
    version: int


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    college_code: str | None = None
    kind: str | None = None
    rule: str | None = None
    state: str | None = None
    handler: str | None = None
    finding: str | None = None
    registration_id: RegistrationId | None = None


def scope_of(caller: Principal) -> RowScope:
    """The cases that a caller may see: none for roles that handle none."""
    return caller.row_scope() if caller.role in READERS else RowScope()


def visible(seen: ScopeShape) -> ColumnElement[bool]:
    """The cases of a scope of `scope_of`.

    C sees what it handles, S all but what accuses the school, P what it handles or made, or what accuses the school.
    """
    owned = seen.condition(_OWNERS)
    if "college_code" in seen.names:
        return and_(owned, cases.c.handler == Handler.COLLEGE.value)
    return and_(owned, _BY_PROVINCE if "province_code" in seen.names else cases.c.accused.is_distinct_from(SCHOOL))


async def find(connection: Connection, scope: RowScope, case_id: CaseId) -> Case:
    """A case in the scope; raises NotFound."""
    found = await connection.execute(_one(scope.shape), {**scope.values, "id": case_id})
    case = rows.one_or_none(Case, found)
    if case is None:
        raise NotFound
    return case


async def find_any(connection: Connection, case_id: CaseId) -> Case:
    """A case without regard to its reader: for the answer of an act that was allowed."""
    return rows.one(Case, await connection.execute(_ANY, {"id": case_id}))


async def page(connection: Connection, scope: RowScope, filters: Filters, after: UUID | None, limit: int) -> list[Case]:
    """Cases of the scope in the order in which they were opened, those after one."""
    given = {name: value for name, value in vars(filters).items() if value is not None}
    bound = {**scope.values, **given, "limit": limit} | ({} if after is None else {"after": after})
    query = _page(scope.shape, tuple(given), following=after is not None)
    return rows.all(Case, await connection.execute(query, bound))


async def links_of(connection: Connection, case_ids: Sequence[CaseId]) -> Mapping[CaseId, list[Link]]:
    """The registrations of each of the cases."""
    found: dict[CaseId, list[Link]] = defaultdict(list)
    for row in await connection.execute(_LINKS, {"ids": list(case_ids)}):
        found[CaseId(row.case_id)].append(Link(row.registration_id, row.graduate_id, row.version))
    return found


async def steps_of(
    connection: Connection, cipher: FieldCipher, case_ids: Sequence[CaseId]
) -> Mapping[CaseId, list[Step]]:
    """The history of each of the cases."""
    found = await connection.execute(_STEPS, {"ids": list(case_ids)})
    steps = rows.all(Step, found, note=partial(_note, cipher))
    grouped: dict[CaseId, list[Step]] = defaultdict(list)
    for row, step in zip(found, steps, strict=True):
        grouped[CaseId(row.case_id)].append(step)
    return grouped


async def standing(
    connection: Connection, scope: RowScope, registration_ids: Collection[RegistrationId]
) -> Mapping[RegistrationId, list[Doubted]]:
    """The open cases of registrations that a reader may see; a registration without any is left out."""
    if scope.nothing:
        return {}
    found: dict[RegistrationId, list[Doubted]] = defaultdict(list)
    bound = {**scope.values, "ids": list(registration_ids)}
    for registration_id, kind, rule in await connection.execute(_standing(scope.shape), bound):
        found[registration_id].append(Doubted(Kind(kind), rule))
    return found


async def is_found_true(connection: Connection, case_id: CaseId, registration_id: RegistrationId) -> bool:
    """Whether a case that links the registration was found true."""
    found: bool = await connection.scalar(_FOUND_TRUE, {"case_id": case_id, "registration_id": registration_id})
    return found


async def of_graduate(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> list[dict[str, Any]]:
    """The cases that link a graduate, for the copy of this person's data: of a tip-off no text, which is another's."""
    found = rows.all(Case, await connection.execute(_OF_GRADUATE, {"id": graduate_id}))
    history = await steps_of(connection, cipher, [each.id for each in found])
    return [
        {name: getattr(each, name) for name in ("id", "kind", "rule", "state", "finding", "recorded_at")}
        | {"notes": [step.note for step in history[each.id] if step.note and each.kind is not Kind.TIP_OFF]}
        for each in found
    ]


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return select(cases).where(cases.c.id == bindparam("id", type_=Uuid), visible(seen))


@lru_cache
def _standing(seen: ScopeShape) -> Select[Any]:
    return _STANDING.where(visible(seen))


@lru_cache(maxsize=256)
def _page(seen: ScopeShape, filtered: tuple[str, ...], *, following: bool) -> Select[Any]:
    linking = select(links.c.case_id).where(links.c.registration_id == bindparam("registration_id", type_=Uuid))
    conditions = [
        cases.c.id.in_(linking) if name == "registration_id" else cases.c[name] == bindparam(name) for name in filtered
    ]
    if following:
        conditions.append(cases.c.id > bindparam("after", type_=Uuid))
    listed = select(cases).where(visible(seen), *conditions).order_by(cases.c.id)
    return listed.limit(bindparam("limit", type_=Integer))


def _note(cipher: FieldCipher, row: Row) -> str | None:
    return opened_note(cipher, CaseId(row.case_id), row.note_cipher)
