"""Acts on filings: asking for one, keeping what was prepared, sending, answering, discarding, opening the file."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.accesses import record_accesses
from common.approvals.domain import must_not_identify
from common.auth import Principal, Role
from common.clock import day_in_shanghai
from common.database import UnitOfWork, new_id
from common.errors import ExpectedVersion, FieldProblem, Forbidden, NotFound, must_equal
from common.identifiers import OperationId
from common.objects import ObjectName, drop, keep
from common.purposes import PurposeNotPermitted, purpose_of
from common.sql import Connection
from destinations.evidence.domain import keep_until
from destinations.filing import storage
from destinations.filing.domain.filing import (
    ANSWERS,
    KIND,
    Act,
    Asked,
    Filing,
    FilingHasErased,
    FilingId,
    FilingWithoutFile,
    Manifest,
    NobodySelected,
    State,
    following,
)
from destinations.filing.domain.judging import Item
from destinations.filing.formats import FORMATS
from destinations.filing.formats.layouts import Of

MAKERS = frozenset({Role.SCHOOL_OFFICER, Role.COLLEGE_OFFICER})
"""Who prepares files, and may have them: a college for itself, of its own graduates."""

READERS = MAKERS | {Role.PROVINCIAL_OFFICER, Role.AUDITOR}
"""Who sees what was filed; the province, once it was sent."""

ANSWERING = frozenset({Role.SCHOOL_OFFICER, Role.PROVINCIAL_OFFICER})


def sees_sent_alone(caller: Principal) -> bool:
    """True of the recipients, who see nothing before it is sent."""
    return caller.role is Role.PROVINCIAL_OFFICER


async def get(connection: Connection, caller: Principal, filing_id: FilingId) -> Filing:
    """A filing that the caller may see; raises NotFound, Forbidden."""
    found = await storage.find(connection, caller.record_scope(), filing_id, sent=sees_sent_alone(caller))
    caller.must_be_in(READERS)
    return found


async def must_make(connection: Connection, caller: Principal, asked: Asked) -> None:
    """Raises NotFound for a school or college out of scope, Forbidden, NobodySelected."""
    if not caller.sees_school(asked.school_code):
        raise NotFound
    caller.must_be_in(MAKERS)
    if caller.role is Role.COLLEGE_OFFICER:
        if asked.recipient is not None:
            raise Forbidden
        if asked.filter.college_code != caller.own_college():
            raise NotFound
    if not await storage.count_people(connection, asked):
        raise NobodySelected([FieldProblem("/filter", NobodySelected.code, NobodySelected.title)])


async def make(
    unit: UnitOfWork, *, caller: Principal, filing_id: FilingId, asked: Asked, operation: OperationId
) -> None:
    """Begins a filing, so that long work can prepare it; the caller must be known to be allowed. Raises FilingOpen."""
    values = {
        "id": filing_id,
        **{name: value for name, value in vars(asked).items() if name != "filter"},
        "filter": asked.filter.to_json(),
        "college_code": caller.own_college(),
        "operation_id": operation,
        "made_by": caller.subject,
        "made_by_role": caller.role.value,
    }
    # colleges share the serials of files without a recipient
    await storage.take_turn(unit.connection, asked)
    await storage.close_abandoned(unit.connection, values)
    await storage.add(unit.connection, values)
    detail = {"format": asked.format.value, "recipient": asked.recipient and asked.recipient.value}
    await unit.audit("filing.ask", KIND, filing_id, school_code=asked.school_code, detail=detail)


async def keep_prepared(
    unit: UnitOfWork, *, filing: Filing, manifest: Manifest, items: Sequence[Item], file: Sequence[ObjectName]
) -> bool:
    """Stores the file with what is in it; False once it was discarded. Raises StoredTooLongAgo."""
    until = keep_until(filing.asked.cohort, day_in_shanghai(manifest.known_at))
    if not await storage.prepared(unit.connection, filing.id, manifest, until):
        return False
    for name in file:
        await keep(unit, name)
    await storage.keep_file(unit.connection, filing.id, filing.asked.school_code, file)
    await storage.keep_items(unit.connection, filing, items)
    detail = {"rows": manifest.rows, "left_out": manifest.left_out, "sha256": manifest.sha256.hex()}
    await unit.audit("filing.prepare", KIND, filing.id, school_code=filing.asked.school_code, detail=detail)
    return True


async def act(
    unit: UnitOfWork,
    *,
    caller: Principal,
    filing_id: FilingId,
    expected: ExpectedVersion,
    act: Act,
    reason: str | None = None,
) -> Filing:
    """Sends, discards, accepts or returns; who sends is the school, or a college what it made for itself.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, IdentifyingText.
    """
    await get(unit.connection, caller, filing_id)
    caller.must_be_in(ANSWERING if act in ANSWERS else MAKERS)
    must_not_identify("/reason", reason or "")
    await storage.lock(unit.connection, filing_id)
    filing = await get(unit.connection, caller, filing_id)
    must_equal(expected, filing.version)
    after = following(filing.state, act)
    await storage.record(unit.connection, filing_id, act, after, reason)
    if after is State.DISCARDED:
        await drop(unit, *await storage.drop_file(unit.connection, filing_id))
    detail = {"version": filing.version + 1, "state": after.value}
    await unit.audit(f"filing.{act.value}", KIND, filing_id, school_code=filing.asked.school_code, detail=detail)
    return await get(unit.connection, caller, filing_id)


async def open_file(
    unit: UnitOfWork, *, caller: Principal, filing_id: FilingId, x_purpose: str | None
) -> tuple[Filing, Sequence[ObjectName]]:
    """The parts of the file; notes that everybody in it is read.

    Raises NotFound, Forbidden, PurposeRequired, PurposeUnknown, PurposeNotPermitted, FilingWithoutFile and
    FilingHasErased.
    """
    filing = await get(unit.connection, caller, filing_id)
    caller.must_be_in(MAKERS)
    # after the scope: a stranger must not learn from a missing purpose that there is such a filing
    purpose = purpose_of(x_purpose)
    if purpose != KIND:
        raise PurposeNotPermitted
    file = await storage.parts_of(unit.connection, filing_id)
    if not file or filing.manifest is None:
        raise FilingWithoutFile(state=filing.state.value, allowed_transitions=[])
    if await storage.has_erased(unit.connection, filing_id):
        raise FilingHasErased
    occasion, school_code = await new_id(unit.connection), filing.asked.school_code
    people = dict.fromkeys(await storage.people_in(unit.connection, filing_id), school_code)
    fields = FORMATS[filing.asked.format].values(Of.PERSON)
    await record_accesses(
        unit.connection, caller, people, occasion_id=occasion, kind=KIND, purpose=purpose, fields=fields
    )
    detail: Mapping[str, Any] = {"filing": str(filing_id), "people": len(people), "purpose": purpose}
    await unit.audit("filing.read", "reading", occasion, school_code=school_code, detail=detail)
    return filing, file


async def end_part(unit: UnitOfWork) -> bool:
    """Deletes one file past its day; hashes and counts stay. False where there is none."""
    ended = await storage.end(unit.connection)
    if ended is None:
        return False
    filing_id, school_code = ended
    await drop(unit, *await storage.drop_file(unit.connection, filing_id))
    await unit.audit("retention.end", "retention", KIND, school_code=school_code, detail={"filing": str(filing_id)})
    return True
