"""Putting a photo in place, and reviewing it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from common.accesses import record_accesses
from common.approvals.domain import must_not_identify
from common.auth import Principal, Role
from common.crypto import FieldCipher
from common.database import UnitOfWork, new_id
from common.errors import ExpectedVersion, NotFound, PreconditionFailed, Versions, must_equal
from common.identifiers import GraduateId, OperationId, SchoolCode
from common.imports import Overtaken
from common.objects import ObjectName, drop, keep
from common.sql import Connection
from registry.graduates.domain.notices import Notice
from registry.graduates.domain.refusals import ErasedPerson, must_not_be_erased
from registry.graduates.storage import roster
from registry.graduates.storage.notices import notify
from registry.photo_checks.rules import Check
from registry.photos import storage
from registry.photos.domain import Photo, PhotoAction, must_allow, must_be_rule, state_after

REVIEWERS = frozenset({Role.COLLEGE_OFFICER, Role.SCHOOL_OFFICER})
SENDERS = REVIEWERS | {Role.GRADUATE, Role.COUNSELLOR}
READERS = SENDERS | {Role.SYSTEM}

MEDIA_TYPE = "image/jpeg"
KIND = "photo"
"""Of an access: a photo is read in clear."""

NO_PHOTO = 0
"""The version that a graduate without a photo has, so that the first is put with `If-None-Match: *`."""


@dataclass(frozen=True)
class NewPhoto:
    """A photo that passed, stored already: its file, its checks, and by what the file as sent is recognised."""

    name: ObjectName
    checks: Sequence[Check]
    fingerprint: bytes = field(repr=False)


async def may_put(
    connection: Connection,
    *,
    caller: Principal,
    cipher: FieldCipher,
    graduate_id: GraduateId,
    expected: ExpectedVersion,
) -> str:
    """The profile of photos of the graduate's school, before a file is looked at.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, ErasedPerson.
    """
    found = await roster.get(connection, cipher, caller.row_scope(), graduate_id)
    caller.must_be_in(SENDERS)
    must_not_be_erased(found)
    _must_match(expected, await storage.find(connection, cipher, graduate_id))
    return await storage.profile_of(connection, found.school_code)


async def put(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    graduate_id: GraduateId,
    expected: ExpectedVersion,
    new: NewPhoto,
) -> Photo:
    """Puts a photo in the place of the one before, whose file is deleted; raises what `may_put` raises."""
    await roster.require(unit.connection, caller.row_scope(), graduate_id)
    caller.must_be_in(SENDERS)
    before = await _locked(unit, cipher, graduate_id)
    _must_match(expected, before)
    await _stored(unit, graduate_id, new, None if before is None else before.name)
    return await _recorded(unit, cipher, graduate_id, "put")


async def put_all(
    unit: UnitOfWork, operation_id: OperationId, school_code: SchoolCode, new: Mapping[GraduateId, NewPhoto]
) -> Collection[GraduateId]:
    """Puts photos of an import in place, whatever was there; gives the graduates who had one.

    Raises Overtaken where one of the graduates was erased meanwhile.
    """
    if await storage.lock(unit.connection, new):
        raise Overtaken
    before = await storage.files_of(unit.connection, new)
    for graduate_id, photo in new.items():
        await _stored(unit, graduate_id, photo, before[graduate_id].name if graduate_id in before else None)
    detail = {"photos": len(new)}
    await unit.audit("photo.import", "operation", operation_id, school_code=school_code, detail=detail)
    return before.keys()


async def read(unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, graduate_id: GraduateId) -> Photo:
    """The photo; notes that it is read, unless by the graduate. Raises NotFound where there is none, Forbidden."""
    await roster.require(unit.connection, caller.row_scope(), graduate_id)
    caller.must_be_in(READERS)
    photo = await storage.find(unit.connection, cipher, graduate_id)
    if photo is None:
        raise NotFound
    return await _noted(unit, caller, photo)


async def accept(
    unit: UnitOfWork, *, caller: Principal, cipher: FieldCipher, graduate_id: GraduateId, expected: ExpectedVersion
) -> Photo:
    """Lets a photo pass that waits for review; the answer leads to the photo, so that it is noted as read.

    Raises NotFound, Forbidden, PreconditionRequired, PreconditionFailed, ErasedPerson, TransitionNotAllowed.
    """
    await _reviewed(unit, caller, cipher, graduate_id, expected, PhotoAction.ACCEPT)
    await storage.accept(unit.connection, graduate_id)
    return await _noted(unit, caller, await _recorded(unit, cipher, graduate_id, "accept"))


async def refuse(
    unit: UnitOfWork,
    *,
    caller: Principal,
    cipher: FieldCipher,
    graduate_id: GraduateId,
    expected: ExpectedVersion,
    rule: str,
    reason: str,
) -> Photo:
    """Refuses a photo by a rule, noted as read; the graduate sends another.

    Raises what `accept` raises, UnknownRule, IdentifyingText.
    """
    photo = await _reviewed(unit, caller, cipher, graduate_id, expected, PhotoAction.REFUSE)
    must_be_rule(rule)
    must_not_identify("/reason", reason)
    await storage.refuse(unit.connection, cipher, photo, rule, reason)
    await notify(unit.connection, graduate_id, Notice.PHOTO_REFUSED)
    return await _noted(unit, caller, await _recorded(unit, cipher, graduate_id, "refuse"))


async def _reviewed(
    unit: UnitOfWork,
    caller: Principal,
    cipher: FieldCipher,
    graduate_id: GraduateId,
    expected: ExpectedVersion,
    action: PhotoAction,
) -> Photo:
    await roster.require(unit.connection, caller.row_scope(), graduate_id)
    caller.must_be_in(REVIEWERS)
    photo = await _locked(unit, cipher, graduate_id)
    if photo is None:
        raise NotFound
    must_equal(expected, photo.version)
    must_allow(photo, action)
    return photo


async def _noted(unit: UnitOfWork, caller: Principal, photo: Photo) -> Photo:
    """Notes that a photo is read, unless by the graduate."""
    if caller.role is Role.GRADUATE:
        return photo
    occasion, people = await new_id(unit.connection), {photo.graduate_id: photo.school_code}
    await record_accesses(unit.connection, caller, people, occasion_id=occasion, kind=KIND, purpose=None, fields=[KIND])
    detail = {"graduate": str(photo.graduate_id), "version": photo.version}
    await unit.audit("photo.read", "reading", occasion, school_code=photo.school_code, detail=detail)
    return photo


async def _stored(unit: UnitOfWork, graduate_id: GraduateId, new: NewPhoto, before: ObjectName | None) -> None:
    await keep(unit, new.name)
    await storage.put(unit.connection, graduate_id, state_after(new.checks), new.checks, new.name, new.fingerprint)
    if before is not None:
        await drop(unit, before)


async def _locked(unit: UnitOfWork, cipher: FieldCipher, graduate_id: GraduateId) -> Photo | None:
    if await storage.lock(unit.connection, [graduate_id]):
        raise ErasedPerson
    return await storage.find(unit.connection, cipher, graduate_id)


async def _recorded(unit: UnitOfWork, cipher: FieldCipher, graduate_id: GraduateId, action: str) -> Photo:
    photo = await storage.find(unit.connection, cipher, graduate_id)
    assert photo is not None, "it was stored in this act"
    detail = {"version": photo.version, "state": photo.state.value}
    await unit.audit(f"photo.{action}", "photo", graduate_id, school_code=photo.school_code, detail=detail)
    return photo


def _must_match(expected: ExpectedVersion, photo: Photo | None) -> None:
    """Raises PreconditionRequired, PreconditionFailed; `If-Match: *` matches no photo that is not there."""
    if photo is not None:
        must_equal(expected, photo.version)
    else:
        must_equal(expected, NO_PHOTO)
        if isinstance(expected, Versions) and expected.any:
            raise PreconditionFailed(NO_PHOTO)
