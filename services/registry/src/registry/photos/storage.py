"""SQL of photos."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from typing import Any

from sqlalchemy import ARRAY, Uuid, any_, bindparam, delete, select, text

from common import rows
from common.clock import NOW_SQL
from common.crypto import FieldCipher, data_key_of
from common.identifiers import GraduateId, SchoolCode
from common.objects import ObjectName
from common.sql import Connection, Row
from registry.graduates.domain.photo_state import PhotoState
from registry.graduates.storage.keys import key_of_roster, keys_of
from registry.graduates.tables import graduates
from registry.organisation.tables import schools
from registry.photo_checks.rules import Check, Result
from registry.photos.domain import Photo
from registry.photos.tables import photos

REASON = "photo_reason"

_FIND = select(photos, graduates.c.school_code, graduates.c.cohort).join(graduates)
_ONE = _FIND.where(photos.c.graduate_id == bindparam("graduate_id"))
_THEIRS = any_(bindparam("graduate_ids", type_=ARRAY(Uuid)))
# a graduate without a photo has no other row to lock; who only refers to the entry need not wait
_LOCK = (
    select(graduates.c.erased_at.is_not(None).label("is_erased"))
    .where(graduates.c.id == _THEIRS)
    .order_by(graduates.c.id)
    .with_for_update(key_share=True)
)
_FILES = select(photos.c.graduate_id, photos.c.name, photos.c.fingerprint).where(photos.c.graduate_id == _THEIRS)
_REMOVE = delete(photos).where(photos.c.graduate_id == _THEIRS).returning(photos.c.name)
_PROFILE = select(schools.c.photo_profile).where(schools.c.code == bindparam("school_code"))
_PUT = text(
    f"""
    INSERT INTO photos AS stored (graduate_id, version, state, checks, name, fingerprint)
    VALUES (:graduate_id, 1, :state, CAST(:checks AS jsonb), :name, :fingerprint)
    ON CONFLICT (graduate_id) DO UPDATE
       SET version = stored.version + 1, state = excluded.state, checks = excluded.checks, name = excluded.name,
           fingerprint = excluded.fingerprint, rule = NULL, reason_cipher = NULL, recorded_at = {NOW_SQL}
    """
).bindparams(bindparam("graduate_id", type_=photos.c.graduate_id.type), bindparam("name", type_=photos.c.name.type))
_DECIDE = text(
    f"""
    UPDATE photos SET version = version + 1, state = :state, rule = :rule, reason_cipher = :reason_cipher,
           recorded_at = {NOW_SQL}
     WHERE graduate_id = :graduate_id
    """
)


async def profile_of(connection: Connection, school_code: SchoolCode) -> str:
    """The profile of a school's photos."""
    profile: str = await connection.scalar(_PROFILE, {"school_code": school_code})
    return profile


async def files_of(connection: Connection, graduate_ids: Iterable[GraduateId]) -> dict[GraduateId, Row]:
    """`name` and `fingerprint` of the photos of those of the graduates who have one."""
    found = await connection.execute(_FILES, {"graduate_ids": list(graduate_ids)})
    return {row.graduate_id: row for row in found}


async def find(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> Photo | None:
    """The newest photo of a graduate."""
    found = await connection.execute(_ONE, {"graduate_id": graduate_id})
    keys = await keys_of(connection, cipher, {data_key_of(row.reason_cipher) for row in found if row.reason_cipher})

    def reason(row: Row) -> str | None:
        if row.reason_cipher is None:
            return None
        data = keys[data_key_of(row.reason_cipher)]
        return data.open(REASON, row.graduate_id, row.version, row.reason_cipher).decode()

    return rows.one_or_none(Photo, found, checks=_checks, reason=reason)


async def lock(connection: Connection, graduate_ids: Iterable[GraduateId]) -> bool:
    """Locks graduates' entries, and so their photos, until the end of the transaction; True if one is erased."""
    return any(row.is_erased for row in await connection.execute(_LOCK, {"graduate_ids": list(graduate_ids)}))


async def put(
    connection: Connection,
    graduate_id: GraduateId,
    state: PhotoState,
    checks: Sequence[Check],
    name: ObjectName,
    fingerprint: bytes,
) -> None:
    """Stores a photo in the place of the one before."""
    values = {
        "graduate_id": graduate_id,
        "state": state.value,
        "checks": json.dumps([astuple(each) for each in checks]),
        "name": name,
        "fingerprint": fingerprint,
    }
    await connection.execute(_PUT, values)


async def remove(connection: Connection, graduate_ids: Iterable[GraduateId]) -> list[ObjectName]:
    """Deletes the photos of graduates who are locked, and gives their files, to be dropped."""
    return await connection.scalars(_REMOVE, {"graduate_ids": list(graduate_ids)})


async def accept(connection: Connection, graduate_id: GraduateId) -> None:
    """Notes that a locked photo is good."""
    await _decide(connection, graduate_id, PhotoState.ACCEPTED, None, None)


async def refuse(connection: Connection, cipher: FieldCipher, photo: Photo, rule: str, reason: str) -> None:
    """Notes which rule a locked photo breaks, and why."""
    data = await key_of_roster(connection, cipher, photo.school_code, photo.cohort)
    sealed = data.seal(REASON, photo.graduate_id, photo.version + 1, reason.encode())
    await _decide(connection, photo.graduate_id, PhotoState.REFUSED, rule, sealed)


async def _decide(
    connection: Connection, graduate_id: GraduateId, state: PhotoState, rule: str | None, sealed: bytes | None
) -> None:
    values = {"graduate_id": graduate_id, "state": state.value, "rule": rule, "reason_cipher": sealed}
    await connection.execute(_DECIDE, values)


def _checks(row: Row) -> Any:
    return tuple(Check(rule, Result(state), measured) for rule, state, measured in row.checks)
