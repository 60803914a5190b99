"""Managers appoint liaisons; these read whom it is worth to contact, and report."""

from collections.abc import Mapping, Sequence
from typing import Any

from common.accesses import record_accesses
from common.auth import EVERYTHING, Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, NotFound, must_equal
from common.identifiers import GraduateId, WaveId
from common.sql import Connection
from surveys.contact.commands.opting_out import end_contact
from surveys.contact.domain import OptOutSource
from surveys.entries.commands import invited
from surveys.liaisons import storage
from surveys.liaisons.domain import (
    FIELDS,
    KIND,
    PURPOSE,
    Appointment,
    Liaison,
    LiaisonId,
    Outcome,
    Reach,
    Report,
)
from surveys.roster.domain import UnknownGraduate
from surveys.roster.storage import must_be_in_scope
from surveys.waves import storage as waves
from surveys.waves.commands import MANAGERS
from surveys.waves.domain import Wave


async def appoint(unit: UnitOfWork, *, caller: Principal, asked: Appointment) -> Liaison:
    """Makes a liaison of the caller's school; raises Forbidden, NotFound for a school out of scope, or Invalid."""
    caller.must_be_in(MANAGERS)
    if not caller.sees_school(asked.school_code):
        raise NotFound
    asked.must_be_possible()
    if asked.graduate_id is not None:
        try:
            await must_be_in_scope(unit.connection, caller.row_scope(), asked.graduate_id)
        except NotFound:
            raise UnknownGraduate from None
    made = await storage.add(unit.connection, asked)
    await _audit(unit, "appoint", made)
    return made


async def change(
    unit: UnitOfWork,
    *,
    caller: Principal,
    liaison_id: LiaisonId,
    expected: ExpectedVersion,
    changes: Mapping[str, Any],
) -> Liaison:
    """Changes whom a liaison looks after, or until when.

    Raises NotFound, Forbidden, the refusals of a precondition, or Invalid.
    """
    scope = caller.row_scope()
    found = permitted(caller, await storage.find(unit.connection, scope, liaison_id, for_update=True))
    must_equal(expected, found.version)
    found.with_changes(changes)
    saved = await storage.save(unit.connection, found, changes) if changes else found
    await _audit(unit, "change", saved)
    return saved


async def looked_after(connection: Connection, caller: Principal, wave_id: WaveId) -> tuple[Wave, Sequence[Reach]]:
    """A wave, and whom the caller looks after there: as a liaison, and a counsellor the own classes.

    Raises NotFound for who looks after no one of that school.
    """
    wave = await waves.find(connection, EVERYTHING, wave_id)
    if wave is None:
        raise NotFound
    reaches = await storage.reaches_of(connection, caller, wave.school_code)
    if caller.role is Role.COUNSELLOR and caller.school_code == wave.school_code:
        reaches += [Reach(college_code=caller.college_code, class_code=each) for each in sorted(caller.class_codes)]
    if not reaches:
        raise NotFound
    return wave, reaches


async def audit_list_read(
    unit: UnitOfWork, *, caller: Principal, wave: Wave, graduate_ids: Sequence[GraduateId]
) -> None:
    """Notes that the names of these graduates are read; they are shown after the commit."""
    people = dict.fromkeys(graduate_ids, wave.school_code)
    await record_accesses(
        unit.connection, caller, people, occasion_id=wave.id, kind=KIND, purpose=PURPOSE, fields=FIELDS
    )
    detail = {"people": len(people)}
    await unit.audit("liaison.read_list", "wave", wave.id, school_code=wave.school_code, detail=detail)


async def report(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, wave_id: WaveId, ref: bytes, outcome: Outcome
) -> Report:
    """Stores what became of an attempt; who asks to be left alone is, in this wave.

    Raises NotFound for a ref that the caller was not given, or of a person whom the caller no longer looks after.
    """
    wave, reaches = await looked_after(unit.connection, caller, wave_id)
    graduate_id = storage.graduate_of(cipher, wave, caller, ref)
    if graduate_id is None or not await storage.is_reached(unit.connection, wave, reaches, graduate_id):
        raise NotFound
    if outcome is Outcome.ASKS_TO_STOP:
        held_wave = await waves.current(unit.connection, wave.id, hold=True)
        held = await invited(unit, cipher=cipher, wave=held_wave, graduate_id=graduate_id)
        await end_contact(unit, invitation_id=held.id, source=OptOutSource.LIAISON)
    made = await storage.add_report(unit.connection, wave, graduate_id, outcome)
    detail = {"outcome": outcome.value}
    await unit.audit("liaison.report", "liaison_report", made.id, school_code=wave.school_code, detail=detail)
    return made


def permitted(caller: Principal, liaison: Liaison | None) -> Liaison:
    """The liaison that was looked for in the caller's scope; raises NotFound, then Forbidden."""
    if liaison is None:
        raise NotFound
    caller.must_be_in(MANAGERS)
    return liaison


async def _audit(unit: UnitOfWork, act: str, liaison: Liaison) -> None:
    detail = {"version": liaison.version, "level": liaison.level.value}
    await unit.audit(f"liaison.{act}", "liaison", liaison.id, school_code=liaison.school_code, detail=detail)
