"""Acts on tip-offs: those of the reporter, whom nothing names, and those of who handles the case."""

from collections import Counter
from dataclasses import dataclass

from common.auth import Actor, Principal
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import NotFound
from common.identifiers import SchoolCode
from common.objects import ObjectName, drop, keep
from common.purposes import PurposeNotPermitted, purpose_of
from common.sql import Connection
from destinations.cases import commands as cases
from destinations.cases import storage as stored_cases
from destinations.cases.domain import Case, CaseId, Kind, Maker, Opening, must_handle
from destinations.tip_offs import storage
from destinations.tip_offs.domain import (
    A_DAY,
    MOST_MESSAGES,
    PURPOSE,
    SCOPE,
    Addition,
    File,
    FileState,
    TipOff,
    TooManyMessages,
    TooManyTipOffs,
    UnknownSchool,
)
from destinations.tip_offs.storage.keeping import Waiting

ANONYMOUS = Actor("anonymous", "anonymous")
"""Who a tip-off is recorded for: no one is known."""

UNTIL_TOMORROW = 3_600.0
"""After how many seconds who is refused may look again: a day ends within a day."""


@dataclass(frozen=True)
class Told:
    """What the reporter has said beside the text of the case."""

    messages: list[Addition]
    files: list[File]


async def must_take(connection: Connection, *, school_code: SchoolCode) -> None:
    """Raises UnknownSchool or TooManyTipOffs, before a file is stored."""
    if not await storage.knows_school(connection, school_code):
        raise UnknownSchool
    if await storage.received_today(connection, school_code) >= A_DAY:
        raise TooManyTipOffs(UNTIL_TOMORROW)


async def receive(unit: UnitOfWork, *, cipher: FieldCipher, tip_off: TipOff, receipt_hash: bytes) -> None:
    """Opens the case of a tip-off; raises UnknownSchool, TooManyTipOffs."""
    await must_take(unit.connection, school_code=SchoolCode(tip_off.school_code))
    if await storage.count_today(unit.connection, tip_off.school_code) > A_DAY:
        raise TooManyTipOffs(UNTIL_TOMORROW)
    opening = Opening(
        kind=Kind.TIP_OFF,
        school_code=SchoolCode(tip_off.school_code),
        accused=tip_off.accused,
        note=tip_off.text,
        by=Maker(subject=ANONYMOUS.subject, role=ANONYMOUS.role),
    )
    case_id = await cases.open_case(unit, opening, cipher)
    assert case_id is not None, "a case without a rule is one of its own"
    for each in tip_off.files:
        await keep(unit, each.name)
    await storage.add(unit.connection, cipher, case_id, tip_off, receipt_hash)


async def status(connection: Connection, *, receipt_hash: bytes) -> Case:
    """The case that a receipt opens; raises NotFound."""
    return await stored_cases.find_any(connection, await storage.case_of(connection, receipt_hash))


async def say(unit: UnitOfWork, *, cipher: FieldCipher, receipt_hash: bytes, said: str) -> Case:
    """Adds what the reporter says further; raises NotFound, TooManyMessages."""
    case_id = await storage.case_of(unit.connection, receipt_hash)
    await stored_cases.lock(unit.connection, case_id)
    if await storage.count_messages(unit.connection, case_id) >= MOST_MESSAGES:
        raise TooManyMessages
    await storage.say(unit.connection, cipher, case_id, said)
    case = await stored_cases.find_any(unit.connection, case_id)
    await unit.audit("case.message", "case", case_id, school_code=case.school_code)
    return case


async def told(connection: Connection, *, caller: Principal, cipher: FieldCipher, case_id: CaseId) -> Told:
    """What the reporter has said further; raises NotFound, Forbidden for another level than the one that handles it."""
    await _handled(connection, caller, case_id)
    return Told(await storage.messages_of(connection, cipher, case_id), await storage.files_of(connection, case_id))


async def open_file(unit: UnitOfWork, *, caller: Principal, case_id: CaseId, n: int, purpose: str | None) -> ObjectName:
    """A file for a link; raises NotFound, Forbidden, PurposeNotPermitted."""
    case = await _handled(unit.connection, caller, case_id)
    if purpose_of(purpose) != PURPOSE:
        raise PurposeNotPermitted
    file = await storage.file_of(unit.connection, case_id, n)
    if file.state is not FileState.KEPT or file.name is None:
        raise NotFound
    detail = {"n": n, "purpose": purpose}
    await unit.audit("case.file", "case", case_id, school_code=case.school_code, detail=detail)
    return file.name


async def reporter(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, case_id: CaseId, purpose: str | None
) -> str | None:
    """How to reach who reported, if that was said: a reading that the audit trail alone names.

    Raises NotFound, Forbidden for another level than the one that handles the case, ScopeMissing, PurposeNotPermitted.
    """
    case = await _handled(unit.connection, caller, case_id)
    caller.must_hold(SCOPE)
    if purpose_of(purpose) != PURPOSE:
        raise PurposeNotPermitted
    contact = await storage.contact_of(unit.connection, cipher, case_id)
    await unit.audit("case.reporter", "case", case_id, school_code=case.school_code, detail={"purpose": purpose})
    return contact


async def check(unit: UnitOfWork, *, waiting: Waiting, kept: ObjectName | None) -> None:
    """Puts the file that was written anew in the place of what was sent, or nothing where that cannot be read."""
    if kept is None:
        done = await storage.refused(unit.connection, waiting)
    else:
        done = await storage.kept(unit.connection, waiting, kept)
        if done:
            await keep(unit, kept)
    if done:
        await drop(unit, waiting.name)


async def end_part(unit: UnitOfWork, *, part: int) -> int:
    """Erases the texts and files of tip-offs past their day; how many tip-offs."""
    ended, names = await storage.end_part(unit.connection, part)
    await drop(unit, *names)
    for school_code, count in sorted(Counter(ended).items()):
        await unit.audit("retention.end", "retention", "tip_off", school_code=school_code, detail={"count": count})
    return len(ended)


async def _handled(connection: Connection, caller: Principal, case_id: CaseId) -> Case:
    case = await stored_cases.find(connection, stored_cases.scope_of(caller), case_id)
    if case.kind is not Kind.TIP_OFF:
        raise NotFound
    must_handle(case, cases.HANDLERS.get(caller.role))
    return case
