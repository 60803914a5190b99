"""Acts on the ledger: each locks the graduate's stream, and then looks at the effective content."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from common.auth import Owners, Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import ExpectedVersion, NotFound, must_equal
from common.identifiers import GraduateId
from common.sql import Connection
from destinations.checks.domain.ledger import AlreadyEntered, Entry, EntryId, Finding, must_hold, round_of
from destinations.checks.storage import contents, entries
from destinations.checks.storage.entries import NewEntry
from destinations.registrations import storage as registrations
from destinations.registrations.domain.permitting import must_not_be_frozen
from destinations.registrations.domain.refusals import UnknownGraduate
from destinations.roster import storage as roster
from destinations.roster.domain import Graduate
from destinations.seasons import storage as seasons

KEEPERS = frozenset({Role.COLLEGE_OFFICER})
"""Who keeps the ledger, and reads it."""


async def enter(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    graduate_id: GraduateId,
    number: int,
    finding: Finding,
) -> Entry:
    """Enters what was found about a graduate in a round, once; of who is not registered, too.

    Raises UnknownGraduate for one outside the scope, ErasedPerson, GraduateWithdrawn, LedgerRefused, AlreadyEntered.
    """
    known = await roster.find(unit.connection, graduate_id)
    if known is None or not caller.sees_row(
        Owners(school_code=known[0].school_code, college_code=known[0].college_code)
    ):
        raise UnknownGraduate
    graduate = await _held(unit.connection, known[0])
    standing = await entries.of_round(unit.connection, cipher, graduate.cohort, number, [graduate.id])
    if before := standing.get(graduate.id):
        raise AlreadyEntered(before.id)
    await _must_hold(unit.connection, graduate, number, finding)
    new = NewEntry(
        id=EntryId(await new_id(unit.connection)),
        school_code=graduate.school_code,
        cohort=graduate.cohort,
        graduate_id=graduate.id,
        round=number,
        finding=finding,
        seen=await contents.seen_of(unit.connection, graduate.id),
        subject=caller.subject,
    )
    await entries.add(unit.connection, cipher, [new])
    return await _recorded(unit, caller, cipher, new.id, "enter")


async def renew(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    entry_id: EntryId,
    expected: ExpectedVersion,
    changes: Mapping[str, Any],
) -> Entry:
    """Looks again: what the changes leave out stays, and the content of now counts as looked at.

    Raises NotFound, PreconditionRequired, PreconditionFailed, ErasedPerson, GraduateWithdrawn, LedgerRefused.
    """
    about = (await get(unit.connection, caller, cipher, entry_id)).graduate_id
    known = await roster.find(unit.connection, about)
    if known is None:
        raise NotFound
    graduate = await _held(unit.connection, known[0])
    before = await get(unit.connection, caller, cipher, entry_id)
    must_equal(expected, before.version)
    finding = replace(before.finding, **changes)
    await _must_hold(unit.connection, graduate, before.round, finding)
    seen = await contents.seen_of(unit.connection, graduate.id)
    await entries.renew(unit.connection, cipher, [(entry_id, finding, seen)], caller.subject)
    return await _recorded(unit, caller, cipher, entry_id, "renew")


async def get(connection: Connection, caller: Principal, cipher: FieldCipher, entry_id: EntryId) -> Entry:
    """An entry about a graduate of the scope; raises NotFound."""
    found = await entries.find(connection, cipher, caller.row_scope(), entry_id)
    if found is None:
        raise NotFound
    return found


async def _held(connection: Connection, graduate: Graduate) -> Graduate:
    """The graduate as the roster says once the stream is locked; raises ErasedPerson, GraduateWithdrawn."""
    await registrations.open_streams(connection, graduate.school_code, [graduate.id])
    locked = (await roster.entries(connection, [graduate.id]))[graduate.id].graduate
    must_not_be_frozen(locked)
    return locked


async def _must_hold(connection: Connection, graduate: Graduate, number: int, finding: Finding) -> None:
    round_ = round_of(await seasons.of(connection, graduate.school_code, graduate.cohort), number)
    must_hold(
        finding,
        has_version=graduate.id in await contents.written_in(connection, round_, [graduate.id]),
        of_graduate=await contents.pieces_of(connection, graduate.id, finding.evidence_ids),
    )


async def _recorded(unit: UnitOfWork, caller: Principal, cipher: FieldCipher, entry_id: EntryId, act: str) -> Entry:
    entry = await get(unit.connection, caller, cipher, entry_id)
    finding = entry.finding
    detail = {"round": entry.round, "version": entry.version, "method": finding.method, "result": finding.result}
    await unit.audit(f"ledger.{act}", "ledger_entry", entry.id, school_code=entry.school_code, detail=detail)
    return entry
