"""Drafting publications, proposing, releasing and withdrawing them; who may do what."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from common.approvals.domain import must_not_identify
from common.auth import EVERYTHING, Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork
from common.errors import ExpectedVersion, FieldProblem, Message, NotFound, must_equal
from common.identifiers import Cohort, SchoolCode
from common.sql import Connection
from indicators.publishing import announcements, storage
from indicators.publishing.domain.publications import (
    Action,
    Consent,
    ConsentRequired,
    Draft,
    Publication,
    PublicationId,
    RevisionOutdated,
    State,
    must_allow,
    must_be_publishable,
)
from indicators.publishing.domain.tables import PublicationRefused, must_exist
from indicators.publishing_counts.people import Published
from indicators.rates.announcements import next_of_stream
from indicators.snapshots import commands as snapshots
from indicators.snapshots.domain.snapshots import Snapshot, SnapshotId
from indicators.snapshots.storage import now_and_today

READERS = frozenset({Role.SCHOOL_OFFICER, Role.PROVINCIAL_OFFICER, Role.AUDITOR})
WRITERS = frozenset({Role.SCHOOL_OFFICER})

_OTHER = Message("快照属于另一院校或届别", "The snapshot is of another school or cohort")
_FUTURE = Message("日期不得晚于今天", "The day must not be after today")


async def find(connection: Connection, cipher: FieldCipher, caller: Principal, of: UUID) -> Publication:
    """A publication that the caller sees; raises NotFound, Forbidden."""
    scope = snapshots.scope_of(caller)
    caller.must_be_in(READERS)
    return await storage.find(connection, cipher, scope, PublicationId(of))


async def page(
    connection: Connection,
    cipher: FieldCipher,
    caller: Principal,
    after: UUID | None,
    limit: int,
    *,
    school: SchoolCode | None,
    cohort: Cohort | None,
    state: State | None,
) -> list[Publication]:
    """A page of the publications that the caller sees."""
    scope = snapshots.scope_of(caller)
    caller.must_be_in(READERS)
    return await storage.page(connection, cipher, scope, after, limit, school=school, cohort=cohort, state=state)


async def create(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, draft: Draft) -> Publication:
    """Begins a draft; raises NotFound, Forbidden, NotFrozen, RevisionOutdated or PublicationRefused."""
    snapshot = await _snapshot(unit.connection, cipher, caller, draft)
    must_exist(draft.tables, snapshot.cohort)
    added = await storage.add(unit.connection, snapshot, snapshot.id, draft.title, draft.tables)
    return await _recorded(unit, cipher, added, "create")


async def change(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    of: PublicationId,
    expected: ExpectedVersion,
    patch: Mapping[str, Any],
) -> Publication:
    """Changes a draft; raises what `create` raises, PreconditionRequired, PreconditionFailed, TransitionNotAllowed."""
    before = await _locked(unit, caller, cipher, of, expected, Action.PATCH)
    draft = before.draft.with_changes(patch)
    snapshot = await _snapshot(unit.connection, cipher, caller, draft)
    must_exist(draft.tables, snapshot.cohort)
    await storage.change(unit.connection, of, snapshot, snapshot.id, draft.title, draft.tables)
    return await _recorded(unit, cipher, of, "change")


async def must_be_proposable(
    connection: Connection, *, caller: Principal, cipher: FieldCipher, of: UUID, expected: ExpectedVersion
) -> Publication:
    """A draft that the caller may have counted now; raises what `change` raises."""
    publication = await find(connection, cipher, caller, of)
    caller.must_be_in(WRITERS)
    must_equal(expected, publication.version)
    must_allow(publication, Action.PROPOSE, caller.subject)
    await _must_be_publishable(connection, cipher, caller, publication)
    return publication


async def keep(
    unit: UnitOfWork,
    *,
    cipher: FieldCipher,
    of: PublicationId,
    version: int,
    published: Published,
    taken: storage.Taken,
    digest: bytes,
    after: PublicationId | None,
) -> Publication:
    """Stores what a draft was counted to; raises PublicationRefused if it has changed meanwhile."""
    await storage.lock(unit.connection, of)
    publication = await storage.find(unit.connection, cipher, EVERYTHING, of)
    if publication.version != version or publication.state is not State.DRAFT:
        raise PublicationRefused([FieldProblem("", "revision_outdated", RevisionOutdated.title)])
    await storage.propose(
        unit.connection, publication, published, storage.tracked(taken, published), digest, after, unit.actor
    )
    return await _recorded(unit, cipher, of, "propose")


async def give_back(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    of: PublicationId,
    expected: ExpectedVersion,
    reason: str,
) -> Publication:
    """Makes a proposal a draft again; raises what `change` raises, or IdentifyingText."""
    await _locked(unit, caller, cipher, of, expected, Action.RETURN)
    must_not_identify("/reason", reason)
    await storage.give_back(unit.connection, cipher, of, reason)
    return await _recorded(unit, cipher, of, "return")


async def release(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    of: PublicationId,
    expected: ExpectedVersion,
    consent: Consent | None,
) -> Publication:
    """Opens a proposal to everybody; the one before it is superseded.

    Raises what `change` raises, SameReviewer for who proposed, ConsentRequired, or RevisionOutdated where a revision or
    another publication came between.
    """
    publication = await _locked(unit, caller, cipher, of, expected, Action.RELEASE)
    if consent is None:
        raise ConsentRequired([FieldProblem("/consent", "consent_required", ConsentRequired.title)])
    if consent.on > (await now_and_today(unit.connection))[1]:
        raise PublicationRefused([FieldProblem("/consent/on", "in_the_future", _FUTURE)])
    await _must_be_publishable(unit.connection, cipher, caller, publication)
    await storage.lock_line(unit.connection, publication)
    released = await storage.released(unit.connection, publication)
    content = await storage.content_of(unit.connection, of)
    assert content is not None, "what is proposed was counted"
    last = released[-1] if released else None
    if (last and last.id) != content.after_publication:
        raise RevisionOutdated(state=publication.state.value, allowed_transitions=[Action.RETURN.value])
    standing = next((row.id for row in released if row.state == State.RELEASED), None)
    await storage.release(unit.connection, of, consent, unit.actor, standing)
    sequence, recorded_at = await next_of_stream(unit.connection, publication.school_code)
    await unit.announce(announcements.released(publication, sequence, recorded_at))
    return await _recorded(unit, cipher, of, "release")


async def withdraw(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    of: PublicationId,
    expected: ExpectedVersion,
    reason: str,
) -> Publication:
    """Takes a released one back; raises what `change` raises, or IdentifyingText."""
    publication = await _locked(unit, caller, cipher, of, expected, Action.WITHDRAW)
    must_not_identify("/reason", reason)
    await storage.withdraw(unit.connection, cipher, of, reason)
    sequence, recorded_at = await next_of_stream(unit.connection, publication.school_code)
    await unit.announce(announcements.withdrawn(publication, sequence, recorded_at))
    return await _recorded(unit, cipher, of, "withdraw")


async def _snapshot(connection: Connection, cipher: FieldCipher, caller: Principal, draft: Draft) -> Snapshot:
    """The frozen snapshot of a draft, which is of the school and cohort that it names; raises NotFound, NotFrozen."""
    caller.must_be_in(WRITERS)
    if not caller.sees_school(draft.school_code):
        raise NotFound
    snapshot = await snapshots.find(connection, cipher, caller, SnapshotId(draft.snapshot_id))
    if (snapshot.school_code, snapshot.cohort) != (draft.school_code, draft.cohort):
        raise PublicationRefused([FieldProblem("/snapshot_id", "other_cohort", _OTHER)])
    must_be_publishable(snapshot)
    return snapshot


async def _must_be_publishable(
    connection: Connection, cipher: FieldCipher, caller: Principal, publication: Publication
) -> None:
    must_be_publishable(await snapshots.find(connection, cipher, caller, publication.snapshot_id))


async def _locked(
    unit: UnitOfWork,
    caller: Principal,
    cipher: FieldCipher,
    of: PublicationId,
    expected: ExpectedVersion,
    action: Action,
) -> Publication:
    """The publication under its lock, in a state that allows the act."""
    await find(unit.connection, cipher, caller, of)  # NotFound without waiting for the lock
    caller.must_be_in(WRITERS)
    await storage.lock(unit.connection, of)
    publication = await find(unit.connection, cipher, caller, of)
    must_equal(expected, publication.version)
    must_allow(publication, action, caller.subject)
    return publication


async def _recorded(unit: UnitOfWork, cipher: FieldCipher, of: PublicationId, action: str) -> Publication:
    """The publication after the act, which is audited."""
    publication = await storage.find(unit.connection, cipher, EVERYTHING, of)
    detail = {"cohort": publication.cohort, "kind": publication.kind, "state": publication.state}
    school = publication.school_code
    await unit.audit(f"publication.{action}", "publication", of, school_code=school, detail=detail)
    return publication
