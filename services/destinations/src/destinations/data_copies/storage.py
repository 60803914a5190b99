"""What this service holds about a graduate, from all of its areas."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, Uuid, bindparam, select

from common.accesses.entry import Access
from common.accesses.storage import accesses_to
from common.crypto import FieldCipher
from common.data_copies import Records
from common.identifiers import GraduateId
from common.sql import Connection
from destinations.cases import storage as cases
from destinations.checks import storage as checks
from destinations.evidence.storage import of_graduate
from destinations.filing.storage import of_graduate as filings_of
from destinations.outside import storage as outside
from destinations.reconciliations import storage as reconciliations
from destinations.registrations.domain.content import FIELDS
from destinations.registrations.storage import opened
from destinations.registrations.tables import registrations, versions
from destinations.reminders.storage import of_graduate as reminders_of_graduate
from destinations.roster.storage import STATED
from destinations.roster.tables import graduates
from destinations.roster.tables import versions as roster_versions
from destinations.seasons.storage import extensions_of
from destinations.support.domain import SupportPlan
from destinations.support.storage import of_graduate as plans_of_graduate
from destinations.tasks.storage import disputes_of
from destinations.tasks.storage import of_graduate as tasks_of_graduate

_DATED = ("decided_on", "recorded_at")
_REGISTRATION = (
    *("id", "version", "stage", "confirmation", "source", *FIELDS, "incomplete", "late_reason"),
    *("effective_version", "effective_decided_on", *_DATED),
)
# of who acted the role alone
_VERSION = (
    *("registration_id", "version", "state", "confirmation", "source", *FIELDS),
    *("by_role", "action", "note", "late_reason", "changed_fields", *_DATED),
)

_PIECE = (
    *("id", "registration_id", "version", "kind", "title", "issued_on", "media_type", "state", "rule", "reason"),
    *("keep_until", "hold", "uploaded_by_role", "decided_by_role", "decided_at", "deleted_on", "recorded_at"),
)
_DISPUTE = ("registration_id", "version", "kind", "reason", "recorded_at")
# the reason stands in the dispute
_TASK = (
    *("id", "version", "registration_id", "kind", "held_by", "due_on", "state", "outcome", "answer", "ended_at"),
    "recorded_at",
)
_FACT = ("id", "version", "source", "from_on", "to_on", "values", "recorded_at")
_ACCESS = ("recorded_at", "kind", "role", "unit", "purpose", "fields")
PAGE = 500


def _of_graduate(table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).where(table.c.graduate_id == bindparam("id", type_=Uuid))


_RECORDS = {
    "roster_entry": _of_graduate(graduates, *STATED.values()),
    "roster_versions": _of_graduate(
        roster_versions, *(each for each in roster_versions.c if each.name not in {"graduate_id", "event_id"})
    ).order_by(roster_versions.c.sequence),
    "registrations": _of_graduate(registrations, *(registrations.c[name] for name in _REGISTRATION)).order_by(
        registrations.c.id
    ),
    "registration_versions": _of_graduate(versions, *(versions.c[name] for name in _VERSION))
    # the key of the history begins with the registration
    .where(
        versions.c.registration_id.in_(select(registrations.c.id).where(registrations.c.graduate_id == bindparam("id")))
    )
    .order_by(versions.c.registration_id, versions.c.version),
}


async def collect(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> Records:
    """The records of a graduate."""
    records = {
        kind: [dict(row) for row in await connection.execute(query, {"id": graduate_id})]
        for kind, query in _RECORDS.items()
    }
    for record in (*records["registrations"], *records["registration_versions"]):
        record |= opened(cipher, graduate_id, record)
    pieces = await of_graduate(connection, cipher, graduate_id)
    return {
        **records,
        **await checks.of_graduate(connection, cipher, graduate_id),
        "extensions": await extensions_of(connection, cipher, graduate_id),
        "evidence": [{name: getattr(each, name) for name in _PIECE} | {"sha256": each.sha256.hex()} for each in pieces],
        "cases": await cases.of_graduate(connection, cipher, graduate_id),
        "disputes": [
            {name: getattr(said, name) for name in _DISPUTE}
            for each in records["registrations"]
            for said in await disputes_of(connection, cipher, each["id"])
        ],
        "tasks": [
            {name: getattr(each, name) for name in _TASK}
            for each in await tasks_of_graduate(connection, cipher, graduate_id)
        ],
        "reconciliations": await reconciliations.of_graduate(connection, cipher, graduate_id),
        "facts": [
            {name: getattr(each, name) for name in _FACT}
            for each in await outside.of_graduate(connection, cipher, graduate_id)
        ],
        "support_plans": [_plan(each) for each in await plans_of_graduate(connection, cipher, graduate_id)],
        "filings": await filings_of(connection, graduate_id),
        "reminders": await reminders_of_graduate(connection, graduate_id),
        "accesses": await _accesses(connection, graduate_id),
    }


def _plan(plan: SupportPlan) -> dict[str, Any]:
    stated = {name: getattr(plan, name) for name in ("id", "version", "cohort", "state", "opened_at", "recorded_at")}
    return {**stated, **asdict(plan.content)}


async def _accesses(connection: Connection, graduate_id: GraduateId) -> list[dict[str, Any]]:
    found: list[Access] = []
    after: tuple[datetime, UUID] | None = None
    while len(part := await accesses_to(connection, graduate_id, after=after, limit=PAGE)) == PAGE:
        found, after = [*found, *part], (part[-1].recorded_at, part[-1].id)
    return [{name: getattr(each, name) for name in _ACCESS} for each in (*found, *part)]
