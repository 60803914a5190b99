"""What registry holds about the entry of a graduate: its newest version, its history, what was found of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Uuid, bindparam, select

from common.crypto import DataCipher, FieldCipher
from common.data_copies import Records
from common.identifiers import GraduateId
from common.sql import Connection, Row
from registry.graduates.domain.entry import CLEAR, FIELDS
from registry.graduates.domain.findings import FILLED_BITS, RULE_BITS
from registry.graduates.storage.keys import openers
from registry.graduates.storage.roster import PHOTO_STATE
from registry.graduates.storage.sealing import REASON, codes_of, content_of
from registry.graduates.storage.self_checks import SELF_CHECK
from registry.graduates.tables import graduate_versions, graduates, notices
from registry.histories import storage as histories

_ID = bindparam("graduate_id", type_=Uuid)
_STATED = ("school_code", "cohort", "version", "exclusion_ground", "decided_on", "recorded_at", "continues")
_ERASING = ("restricted", "erased_at")
_MADE = (
    *("version", "sequence", "decided_on", "recorded_at", "action", "source", "role", "exclusion_ground"),
    *("changed_fields", "code_lists_version"),
)
_SEALED = (*CLEAR, "sealed", "sealed_reason")
_NEWEST = select(
    graduates.c.id,
    *(graduates.c[name] for name in dict.fromkeys((*_STATED, *_MADE, *_SEALED))),
    *(graduates.c[name] for name in (*_ERASING, "self_checked_version", "filled", "checked", "broken")),
    SELF_CHECK.label("self_check"),
    PHOTO_STATE.label("photo_state"),
).where(graduates.c.id == _ID)
_SUPERSEDED = (
    select(
        graduate_versions.c.graduate_id.label("id"),
        *(graduate_versions.c[name] for name in (*_MADE, *_SEALED)),
    )
    .where(graduate_versions.c.graduate_id == _ID)
    .order_by(graduate_versions.c.version)
)
_NOTICES = (
    select(*(notices.c[name] for name in ("kind", "recorded_at", "read_at")))
    .where(notices.c.graduate_id == _ID)
    .order_by(notices.c.id)
)


async def collected(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> Records:
    """The records of the entry; none of a graduate who is not in the roster."""
    bound = {"graduate_id": graduate_id}
    newest = (await connection.execute(_NEWEST, bound)).one_or_none()
    if newest is None:
        return {}
    versions = [*(await connection.execute(_SUPERSEDED, bound)), newest]
    ciphers = await openers(connection, cipher, versions)
    provenance = await histories.provenance(connection, cipher, graduate_id)
    return {
        "entry": [_entry(ciphers[-1], newest)],
        "versions": [_version(data, row) for data, row in zip(ciphers, versions, strict=True)],
        "provenance": [dict(vars(each)) for each in provenance],
        "findings": [_findings(newest)],
        "notices": [dict(each) for each in await connection.execute(_NOTICES, bound)],
    }


def _entry(data: DataCipher | None, row: Row) -> Mapping[str, Any]:
    beside = {name: row[name] for name in (*_STATED, *_ERASING, "self_check", "self_checked_version", "photo_state")}
    return {**dict.fromkeys(FIELDS), **_content(data, row), **beside}


def _version(data: DataCipher | None, row: Row) -> Mapping[str, Any]:
    reason = data and row.sealed_reason and data.open(REASON, row.id, row.version, row.sealed_reason).decode()
    return {**{name: row[name] for name in _MADE}, "reason": reason, "content": _content(data, row)}


def _content(data: DataCipher | None, row: Row) -> Mapping[str, Any]:
    """The fields that have a value; of a version that was emptied the codes alone are left."""
    content = codes_of(row) if data is None else content_of(data, row)
    return {name: value for name, value in content.items() if value is not None}


def _findings(row: Row) -> Mapping[str, Sequence[str]]:
    rules = RULE_BITS.items()
    return {
        "filled": _set(row.filled, FILLED_BITS.items()),
        "checked": _set(row.checked, rules),
        "broken": _set(row.broken, rules),
    }


def _set(bits: int, named: Iterable[tuple[str, int]]) -> Sequence[str]:
    return [name for name, bit in named if bits & bit]
