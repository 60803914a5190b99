"""Writing audit entries inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json import JSONEncoder
from typing import Any

from sqlalchemy import text

from common import copying
from common.auth.principal import Actor
from common.observability.redaction import redacted
from common.sql import Connection

_INSERT = text(
    """
    INSERT INTO audit_entries (subject, role, action, object_kind, object_id, school_code, correlation_id, detail)
    VALUES (:subject, :role, :action, :object_kind, :object_id, :school_code, :correlation_id, CAST(:detail AS jsonb))
    """
)

_SAME = ("subject", "role", "action", "object_kind", "school_code", "correlation_id")
"""What entries of the same act have in common."""

_as_json = JSONEncoder(default=str, ensure_ascii=False).encode


async def record(
    connection: Connection,
    actor: Actor,
    correlation_id: str | None,
    action: str,
    object_kind: str,
    object_id: str,
    *,
    school_code: str | None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Stores one entry and never commits. `detail` holds codes, counts and ids; what looks personal is blanked."""
    about = _about(actor, correlation_id, action, object_kind, school_code, detail)
    await connection.execute(_INSERT, {**about, "object_id": object_id})


async def record_all(
    connection: Connection,
    actor: Actor,
    correlation_id: str | None,
    action: str,
    object_kind: str,
    object_ids: Sequence[str],
    *,
    school_code: str | None,
    details: Sequence[Mapping[str, object]] | None = None,
) -> None:
    """Stores an entry of the same act for each object, with what is said of it, and never commits.

    What is said of many by one and the same mapping is put in words once.
    """
    about = _about(actor, correlation_id, action, object_kind, school_code, None)
    given = [{}] * len(object_ids) if details is None else details
    words = {key: _detail(each) for key, each in {id(each): each for each in given}.items()}
    said = [words[id(each)] for each in given]
    same = b"".join(copying.text(about[name]) for name in _SAME)
    rows = (
        same + copying.text(object_id) + copying.jsonb(detail)
        for object_id, detail in zip(object_ids, said, strict=True)
    )
    await copying.copy_rows(connection.driver, "audit_entries", (*_SAME, "object_id", "detail"), rows)


@dataclass(frozen=True)
class Entry:
    """Who did what to which object, and in which request; `detail` as for `record`."""

    actor: Actor
    correlation_id: str | None
    action: str
    object_kind: str
    object_id: str
    school_code: str | None
    detail: Mapping[str, object]


async def record_each(connection: Connection, entries: Sequence[Entry]) -> None:
    """Stores entries of different acts, and never commits.

    What is said of many by one and the same mapping, in one act of one actor, is put in words once.
    """
    worded: dict[object, tuple[bytes, bytes]] = {}
    rows = []
    for each in entries:
        act = (each.actor, each.correlation_id, each.action, each.object_kind, each.school_code, id(each.detail))
        if act not in worded:
            said = _about(*act[:-1], each.detail)
            worded[act] = b"".join(copying.text(said[name]) for name in _SAME), copying.jsonb(said["detail"])
        same, detail = worded[act]
        rows.append(same + copying.text(each.object_id) + detail)
    await copying.copy_rows(connection.driver, "audit_entries", (*_SAME, "object_id", "detail"), rows)


def _about(
    actor: Actor,
    correlation_id: str | None,
    action: str,
    object_kind: str,
    school_code: str | None,
    detail: Mapping[str, object] | None,
) -> dict[str, Any]:
    return {
        "subject": actor.subject,
        "role": actor.role,
        "action": action,
        "object_kind": object_kind,
        "school_code": school_code,
        "correlation_id": correlation_id,
        "detail": _detail(detail or {}),
    }


def _detail(said: Mapping[str, object]) -> str:
    return _as_json(redacted(said))
