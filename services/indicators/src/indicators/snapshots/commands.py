"""Asking for snapshots, revising and deciding them, freezing what need not wait; who may do what."""

from collections.abc import AsyncIterator, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from common.approvals.domain import must_not_identify
from common.auth import EVERYTHING, Owners, Principal, Role, RowScope
from common.change_feed.barrier import OwnerDigest, Waiting, reason_to_wait
from common.contracts import catalogue
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, NotFound, must_equal
from common.sql import Connection
from indicators.organisation.storage import province_of_school
from indicators.progress.storage import standing
from indicators.rates.announcements import next_of_stream
from indicators.reading.selection import READERS as READERS_OF_FIGURES
from indicators.reading.snapshot import FIGURE_TOPICS
from indicators.schemes.schemes import default_scheme
from indicators.snapshots import announcements, storage
from indicators.snapshots.domain.differences import Difference, differences
from indicators.snapshots.domain.snapshots import (
    AlreadyExists,
    NewSnapshot,
    Snapshot,
    SnapshotId,
    SnapshotState,
    definitions_of,
    must_be_decided_by_another,
    must_be_frozen,
    must_be_past,
    must_be_revisable,
)
from indicators.timeline.digests import TOPICS, digest_of

READERS = READERS_OF_FIGURES | {Role.AUDITOR}
ASKERS = frozenset({Role.SCHOOL_OFFICER})
DECIDERS = ASKERS | {Role.PROVINCIAL_OFFICER}
READ_ROWS = frozenset({Role.SCHOOL_OFFICER, Role.SYSTEM})
VERIFIERS = frozenset({Role.SCHOOL_OFFICER, Role.AUDITOR})
OF_COLLEGE = frozenset({Role.COUNSELLOR, Role.COLLEGE_OFFICER})
"""Roles that see no figures of the whole school."""

SEE_REASONS = DECIDERS | {Role.AUDITOR, Role.SYSTEM, Role.ADMIN}
"""Roles that read why people revised and refused."""


def scope_of(caller: Principal) -> RowScope:
    """The schools whose snapshots the caller sees, as of figures; raises Forbidden for a role that reads none."""
    caller.must_be_in(READERS)
    if caller.role is Role.PROVINCIAL_OFFICER:
        province = caller.province_code
        return RowScope(Owners(province_code=frozenset({province}))) if province else RowScope()
    if caller.school_code is not None and caller.role not in {Role.SYSTEM, Role.ADMIN, Role.MINISTRY}:
        return RowScope(Owners(school_code=frozenset({caller.school_code})))
    unlimited = {Role.SYSTEM, Role.ADMIN, Role.MINISTRY, Role.INTEGRATOR, Role.AUDITOR}
    return EVERYTHING if caller.role in unlimited else RowScope()


async def find(connection: Connection, cipher: FieldCipher, caller: Principal, snapshot_id: SnapshotId) -> Snapshot:
    """A snapshot that the caller sees; raises NotFound, Forbidden."""
    return await storage.find(connection, cipher, scope_of(caller), snapshot_id)


@dataclass(frozen=True)
class Changed:
    """What has changed since a snapshot was frozen: of how many graduates, and which measures."""

    drift: int
    differences: Sequence[Difference]


async def changed(connection: Connection, caller: Principal, snapshot: Snapshot) -> Changed | None:
    """What has changed since, as far as the caller sees colleges; None before it is frozen."""
    if snapshot.state is not SnapshotState.FROZEN:
        return None
    drift = await storage.drift(connection, snapshot.id, snapshot)
    frozen, present = await storage.counts(connection, snapshot.id, snapshot) if drift else ((), ())
    found = differences(frozen, present, default_scheme(snapshot.cohort))
    if caller.role in OF_COLLEGE:
        found = [each for each in found if each.college == caller.college_code and caller.role is not Role.COUNSELLOR]
    return Changed(drift, found)


async def page(
    connection: Connection,
    cipher: FieldCipher,
    caller: Principal,
    filters: storage.Filters,
    after: UUID | None,
    limit: int,
) -> list[Snapshot]:
    """A page of the snapshots that the caller sees."""
    return await storage.page(connection, cipher, scope_of(caller), filters, after, limit)


async def ask(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, asked: NewSnapshot) -> Snapshot:
    """Asks for a snapshot, which a worker freezes.

    Raises Forbidden, NotFound for a school out of scope, SnapshotRefused, or AlreadyExists for an official one.
    """
    caller.must_be_in(ASKERS)
    if not caller.sees_school(asked.school_code, await province_of_school(unit.connection, asked.school_code)):
        raise NotFound
    known_at = await _possible(unit.connection, asked.day, asked.known_at, asked.day_pointer)
    added = await storage.add(unit.connection, asked, known_at, unit.actor)
    if added is None:
        raise AlreadyExists
    return await _recorded(unit, caller, cipher, added, "ask")


async def revise(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    snapshot_id: SnapshotId,
    expected: ExpectedVersion,
    reason: str,
    known_at: datetime | None,
) -> Snapshot:
    """Asks for a revision of the newest frozen one of its line, which another person decides.

    Raises Forbidden, NotFound, PreconditionRequired, PreconditionFailed, TransitionNotAllowed, NotNewest, RevisionOpen,
    SnapshotRefused or IdentifyingText.
    """
    snapshot = await _locked(unit, caller, cipher, snapshot_id, ASKERS, expected)
    must_be_revisable(snapshot)
    must_not_identify("/reason", reason)
    moment = await _possible(unit.connection, snapshot.as_of, known_at)
    added = await storage.revise(unit.connection, cipher, snapshot_id, moment, reason, unit.actor)
    return await _recorded(unit, caller, cipher, added, "revise")


async def approve(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, snapshot_id: SnapshotId, expected: ExpectedVersion
) -> Snapshot:
    """Lets a worker freeze an open revision.

    Raises Forbidden, NotFound, PreconditionRequired, PreconditionFailed, TransitionNotAllowed or SameReviewer.
    """
    snapshot = await _locked(unit, caller, cipher, snapshot_id, DECIDERS, expected)
    must_be_decided_by_another(snapshot, caller.subject)
    await storage.decide(unit.connection, cipher, snapshot, SnapshotState.PENDING, unit.actor)
    return await _recorded(unit, caller, cipher, snapshot_id, "approve")


async def refuse(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    snapshot_id: SnapshotId,
    expected: ExpectedVersion,
    reason: str,
) -> Snapshot:
    """Ends an open revision. Raises what `approve` raises, or IdentifyingText."""
    snapshot = await _locked(unit, caller, cipher, snapshot_id, DECIDERS, expected)
    must_be_decided_by_another(snapshot, caller.subject)
    must_not_identify("/reason", reason)
    await storage.decide(unit.connection, cipher, snapshot, SnapshotState.REFUSED, unit.actor, reason)
    return await _recorded(unit, caller, cipher, snapshot_id, "refuse")


async def add_due(unit: UnitOfWork, *, due: storage.Due, watermark: datetime | None) -> bool:
    """Adds an official one if anybody was known at its moment; False if not, or if another worker has.

    Of a cohort of which nothing had been recorded by then, though all of then has arrived, none is due.
    """
    if not await storage.is_known(unit.connection, due):
        if watermark is not None and watermark >= due.known_at:
            await storage.dismiss(unit.connection, due)
        return False
    added = await storage.add(unit.connection, due, due.known_at, None)
    if added is None:
        return False
    detail = {"kind": due.kind.value, "cohort": due.cohort, "revision": 0}
    await unit.audit("snapshot.due", "snapshot", added, school_code=due.school_code, detail=detail)
    return True


async def freeze(
    unit: UnitOfWork, *, snapshot: storage.Listed, digests: Mapping[str, OwnerDigest | None], partition: int
) -> bool:
    """Freezes a pending one, once all that was recorded before its moment is here; False while it waits.

    `digests` is what the owners of the topics say of the moment, None of one that does not answer.
    """
    if not await storage.take(unit.connection, snapshot.id):
        return False
    school = snapshot.school_code
    letters = await storage.dead_letters(unit.connection, TOPICS, school, partition)
    waiting_for = [each async for each in _waiting_for(unit.connection, snapshot, digests)]
    if waiting_for:
        await storage.wait_for(unit.connection, snapshot.id, waiting_for, letters)
        return False
    # after the digests: what they proved to be here, the next statements see
    await storage.fill(unit.connection, snapshot.id, snapshot)
    base, digest = await storage.hash_of_rows(unit.connection, snapshot.id, snapshot)
    now = await standing(unit.connection, FIGURE_TOPICS, [partition])
    said = definitions_of(snapshot.cohort)
    await storage.seal(
        unit.connection,
        snapshot.id,
        base=base,
        digest=digest,
        definitions=said,
        watermark=now.watermark,
        letters=letters,
    )
    sequence, recorded_at = await next_of_stream(unit.connection, school)
    await unit.announce(announcements.frozen(snapshot.id, snapshot, base, digest, sequence, recorded_at))
    detail = {"kind": snapshot.kind.value, "cohort": snapshot.cohort, "base": base, "hash": digest.hex()}
    await unit.audit("snapshot.freeze", "snapshot", snapshot.id, school_code=school, detail=detail)
    return True


async def open_rows(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, snapshot_id: SnapshotId) -> Snapshot:
    """A frozen snapshot whose rows the caller is about to read; the access is audited.

    Raises Forbidden, NotFound or TransitionNotAllowed.
    """
    caller.must_be_in(READ_ROWS)
    snapshot = await find(unit.connection, cipher, caller, snapshot_id)
    must_be_frozen(snapshot)
    await unit.audit("snapshot.read_rows", "snapshot", snapshot_id, school_code=snapshot.school_code)
    return snapshot


async def must_be_verifiable(
    connection: Connection, cipher: FieldCipher, caller: Principal, snapshot_id: SnapshotId
) -> Snapshot:
    """A frozen snapshot that the caller may have verified; raises Forbidden, NotFound or TransitionNotAllowed."""
    caller.must_be_in(VERIFIERS)
    snapshot = await find(connection, cipher, caller, snapshot_id)
    must_be_frozen(snapshot)
    return snapshot


async def _waiting_for(
    connection: Connection, snapshot: storage.Listed, digests: Mapping[str, OwnerDigest | None]
) -> AsyncIterator[Waiting]:
    for topic in TOPICS:
        digest = digests.get(topic)
        settled = digest is not None and digest.is_settled
        ours = await digest_of(connection, topic, snapshot.school_code, snapshot.known_at) if settled else ()
        why = reason_to_wait(digest, ours)
        if why is not None:
            yield Waiting(catalogue.TOPICS[topic].owner, topic, why)


async def _possible(
    connection: Connection, as_of: date, known_at: datetime | None, pointer: str = "/as_of"
) -> datetime:
    """The moment of knowledge, now where none is said; raises SnapshotRefused."""
    now, today = await storage.now_and_today(connection)
    must_be_past(as_of, known_at or now, now, today, pointer)
    return known_at or now


async def _locked(
    unit: UnitOfWork,
    caller: Principal,
    cipher: FieldCipher,
    snapshot_id: SnapshotId,
    roles: Container[Role],
    expected: ExpectedVersion,
) -> Snapshot:
    """The snapshot under its lock, as the caller means it."""
    caller.must_be_in(roles)
    await find(unit.connection, cipher, caller, snapshot_id)  # NotFound without waiting for the lock
    await storage.lock(unit.connection, snapshot_id)
    snapshot = await find(unit.connection, cipher, caller, snapshot_id)
    must_equal(expected, snapshot.version)
    return snapshot


async def _recorded(
    unit: UnitOfWork, caller: Principal, cipher: FieldCipher, snapshot_id: SnapshotId, action: str
) -> Snapshot:
    """The snapshot after the act, which is audited."""
    snapshot = await find(unit.connection, cipher, caller, snapshot_id)
    detail = {"kind": snapshot.kind.value, "cohort": snapshot.cohort, "revision": snapshot.revision}
    school = snapshot.school_code
    await unit.audit(f"snapshot.{action}", "snapshot", snapshot_id, school_code=school, detail=detail)
    return snapshot
