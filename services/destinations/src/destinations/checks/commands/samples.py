"""Acts on samples: drawing one, deciding its items, giving one to the province, showing whom one is about."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.accesses import record_accesses
from common.auth import Owners, Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import Forbidden, NotFound
from common.identifiers import CollegeCode, GraduateId
from common.purposes import PurposeNotPermitted, purpose_of
from common.sampling import SEED_BYTES
from common.sql import Connection
from destinations.cases.commands import open_case
from destinations.cases.domain import Kind, Maker, NotIndependent, Opening
from destinations.checks.domain.ledger import CheckResult, Finding, must_fit
from destinations.checks.domain.samples import (
    AlreadyAssigned,
    CheckedBy,
    Item,
    ItemDecided,
    Sample,
    SampleId,
    SamplePlan,
    StratumResult,
    draw,
    is_independent,
    next_college,
    results,
)
from destinations.checks.storage import deciding, drawing, samples
from destinations.checks.storage.samples import Viewer
from destinations.registrations import storage as registrations
from destinations.registrations.domain.refusals import ErasedPerson
from destinations.roster import storage as roster

DRAWERS = frozenset({Role.SCHOOL_OFFICER, Role.PROVINCIAL_OFFICER, Role.AUDITOR})
"""Who draws samples, and decides their items."""

READERS = DRAWERS | {Role.COLLEGE_OFFICER}
"""A college reads the items that it decides."""

PACK, PACKED = "pack", ("registrations", "evidence")
"""The kind of an access by a pack, and what it holds."""

PURPOSE, KIND, SHOWN = "verification", "person", ("name", "phone", "home_phone")
"""What persons of samples are shown for; the kind of such an access; what is shown."""


@dataclass(frozen=True)
class Seen:
    """A sample with what its decisions say, by stratum: nothing to a college, which sees its own items alone."""

    sample: Sample
    results: Sequence[StratumResult]

    @property
    def id(self) -> SampleId:
        """The sample's id."""
        return self.sample.id

    version = 1


@dataclass(frozen=True)
class Acted:
    """An item as an act left it."""

    item: Item
    version: None = None

    @property
    def id(self) -> str:
        """What names the item."""
        return self.item.id


async def make(unit: UnitOfWork, *, caller: Principal, plan: SamplePlan) -> Seen:
    """Draws a sample: the frame as it stands is hashed, then the seed is drawn.

    Raises NotFound for a school out of scope, Forbidden, OneCollege, NothingToDraw, SampleTooLarge.
    """
    if not await _sees(unit.connection, caller, plan):
        raise NotFound
    caller.must_be_in(DRAWERS)
    await drawing.lock_draws(unit.connection, plan.school_code, plan.cohort)
    held: dict[CollegeCode | None, CollegeCode] = {}
    if plan.checked_by is CheckedBy.NEXT_COLLEGE:
        colleges = await drawing.colleges(unit.connection, plan.school_code, plan.cohort)
        held = {each: next_college(colleges, each) for each in (*colleges, None)}
    framed = await drawing.framed(unit.connection, plan)
    seed = secrets.token_hex(SEED_BYTES)
    drawn = draw(framed, plan, seed)
    by = (caller.role.value, caller.subject)
    sample_id = await drawing.add(unit.connection, plan, drawn, seed, held, by)
    detail = {"cohort": plan.cohort, "size": plan.size, "frame_hash": drawn.frame_hash, "seed": seed}
    await unit.audit("sample.draw", "sample", sample_id, school_code=plan.school_code, detail=detail)
    return await get(unit.connection, caller, sample_id)


async def get(connection: Connection, caller: Principal, sample_id: SampleId) -> Seen:
    """A sample that the caller sees; raises NotFound."""
    found = await samples.find(connection, Viewer.of(caller), sample_id)
    if found is None:
        raise NotFound
    return (await seen(connection, caller, [found]))[0]


async def seen(connection: Connection, caller: Principal, found: Sequence[Sample]) -> list[Seen]:
    """Samples with what their decisions say."""
    if caller.role not in DRAWERS:
        return [Seen(each, ()) for each in found]
    decided = await samples.results(connection, [each.id for each in found])
    return [
        Seen(each, results(each.populations, decided[each.id]) if each.by_role == caller.role else ()) for each in found
    ]


async def get_item(connection: Connection, caller: Principal, cipher: FieldCipher, sample_id: SampleId, n: int) -> Item:
    """An item that the caller sees; raises NotFound."""
    found = await samples.item(connection, cipher, Viewer.of(caller), sample_id, n)
    if found is None:
        raise NotFound
    return found


async def decide(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, sample_id: SampleId, n: int, finding: Finding
) -> Acted:
    """Says what was found about an item, once; a wrong one opens a case.

    Raises NotFound, Forbidden for another role than the one that decides it, ItemDecided, NotIndependent, ErasedPerson,
    LedgerRefused.
    """
    item = await _held(unit.connection, caller, cipher, sample_id, n)
    await _must_decide(unit.connection, caller, item)
    if item.decision is not None:
        raise ItemDecided
    known = await roster.find(unit.connection, item.graduate_id)
    if known is None or known[0].erased:
        raise ErasedPerson
    must_fit(finding)
    await deciding.decide(unit.connection, cipher, item, finding, (caller.role.value, caller.subject))
    detail = {"n": n, "result": finding.result, "method": finding.method}
    await unit.audit("sample.decide", "sample", sample_id, school_code=item.school_code, detail=detail)
    if finding.result is CheckResult.WRONG:
        await open_case(unit, _case_of(item, caller))
    return Acted(await get_item(unit.connection, caller, cipher, sample_id, n))


async def assign(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, sample_id: SampleId, n: int) -> Acted:
    """Gives an item that is not decided to the province; raises NotFound, Forbidden, ItemDecided, AlreadyAssigned."""
    item = await _held(unit.connection, caller, cipher, sample_id, n)
    caller.must_be(Role.SCHOOL_OFFICER)
    if item.decision is not None:
        raise ItemDecided
    if item.is_assigned:
        raise AlreadyAssigned
    await deciding.assign(unit.connection, item, (caller.role.value, caller.subject))
    await unit.audit("sample.assign", "sample", sample_id, school_code=item.school_code, detail={"n": n})
    return Acted(await get_item(unit.connection, caller, cipher, sample_id, n))


async def open_person(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, sample_id: SampleId, n: int, header: str | None
) -> GraduateId:
    """The graduate of an item, to be shown with name and phones to who may decide it; notes that they are read.

    Raises NotFound, PurposeRequired, PurposeUnknown, PurposeNotPermitted, Forbidden.
    """
    item = await get_item(unit.connection, caller, cipher, sample_id, n)
    if (purpose := purpose_of(header)) != PURPOSE:
        raise PurposeNotPermitted
    if caller.role is Role.SCHOOL_OFFICER or item.drawn_by_role != caller.role:
        try:
            await _must_decide(unit.connection, caller, item)
        except NotIndependent:
            raise Forbidden from None
    occasion, people = await new_id(unit.connection), {item.graduate_id: item.school_code}
    await record_accesses(
        unit.connection, caller, people, occasion_id=occasion, kind=KIND, purpose=purpose, fields=SHOWN
    )
    detail = {"sample": f"{sample_id}", "n": n, "purpose": purpose}
    await unit.audit("sample.person", "reading", occasion, school_code=item.school_code, detail=detail)
    return item.graduate_id


def parameters_of(caller: Principal, sample_id: SampleId) -> dict[str, Any]:
    """What the work needs to know: which sample, and by whose claims it is read."""
    return {"sample_id": f"{sample_id}", "school_code": caller.school_code, "province_code": caller.province_code}


async def may_pack(connection: Connection, *, caller: Principal, sample_id: SampleId, header: str | None) -> Sample:
    """The sample, for who drew it; raises NotFound, Forbidden, PurposeRequired, PurposeUnknown, PurposeNotPermitted."""
    sample = (await get(connection, caller, sample_id)).sample
    if caller.role != sample.by_role:
        raise Forbidden
    if purpose_of(header) != PURPOSE:
        raise PurposeNotPermitted
    return sample


async def note_packed(unit: UnitOfWork, *, caller: Principal, sample_id: SampleId, occasion_id: UUID) -> None:
    """Notes of all graduates of a sample that their histories and evidence are read; `occasion_id` is the work's."""
    people = await samples.graduates(unit.connection, sample_id)
    await record_accesses(
        unit.connection, caller, people, occasion_id=occasion_id, kind=PACK, purpose=PURPOSE, fields=PACKED
    )


async def _sees(connection: Connection, caller: Principal, plan: SamplePlan) -> bool:
    if caller.role is Role.AUDITOR:
        return caller.record_scope().allows(Owners(school_code=plan.school_code))
    return caller.sees_school(plan.school_code, await roster.province_of(connection, plan.school_code))


async def _held(connection: Connection, caller: Principal, cipher: FieldCipher, sample_id: SampleId, n: int) -> Item:
    """The item once the stream of its graduate is locked: it is decided or given away by one act alone."""
    item = await get_item(connection, caller, cipher, sample_id, n)
    await registrations.open_streams(connection, item.school_code, [item.graduate_id])
    return await get_item(connection, caller, cipher, sample_id, n)


async def _must_decide(connection: Connection, caller: Principal, item: Item) -> None:
    """Raises Forbidden for another role than the one that decides the item, NotIndependent."""
    if caller.role != item.handler:
        raise Forbidden
    known = await roster.find(connection, item.graduate_id)
    colleges = {item.college_code, known[0].college_code if known else None}
    if not is_independent(caller.subject, caller.own_college(), await deciding.hands(connection, item), colleges):
        raise NotIndependent


def _case_of(item: Item, caller: Principal) -> Opening:
    return Opening(
        kind=Kind.CHECK,
        school_code=item.school_code,
        cohort=item.cohort,
        facts={"sample_id": f"{item.sample_id}", "n": item.n, "graduate_id": f"{item.graduate_id}"},
        registrations=() if item.registration_id is None else (item.registration_id,),
        by=Maker(subject=caller.subject, role=caller.role.value),
    )
