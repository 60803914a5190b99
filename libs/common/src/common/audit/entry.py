"""Writing audit entries inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from json import JSONEncoder

from sqlalchemy import text

from common.auth.principal import Actor
from common.observability.redaction import redacted
from common.sql import Connection

_INSERT = text(
    """
    INSERT INTO audit_entries (subject, role, action, object_kind, object_id, school_code, correlation_id, detail)
    VALUES (:subject, :role, :action, :object_kind, :object_id, :school_code, :correlation_id, CAST(:detail AS jsonb))
    """
)


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
    """Stores an entry of the same act for each object, with what is said of it, and never commits."""
    about = _about(actor, correlation_id, action, object_kind, school_code, None)
    said = [{}] * len(object_ids) if details is None else [{"detail": _detail(each)} for each in details]
    named = zip(object_ids, said, strict=True)
    await connection.execute_many(_INSERT, [{**about, "object_id": each, **detail} for each, detail in named])


def _about(
    actor: Actor,
    correlation_id: str | None,
    action: str,
    object_kind: str,
    school_code: str | None,
    detail: Mapping[str, object] | None,
) -> dict[str, object]:
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
