"""What this service holds about a graduate: the roster's entry, registrations with all versions, extensions."""

from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Uuid, bindparam, select

from common.crypto import FieldCipher
from common.data_copies import Records
from common.identifiers import GraduateId
from common.sql import Connection
from destinations.registrations.domain.content import FIELDS
from destinations.registrations.storage import opened
from destinations.registrations.tables import registrations, versions
from destinations.roster.storage import STATED
from destinations.roster.tables import graduates
from destinations.seasons.storage import extensions_of

_DATED = ("decided_on", "recorded_at")
_REGISTRATION = (
    *("id", "version", "stage", "confirmation", "source", *FIELDS, "incomplete"),
    *("effective_version", "effective_decided_on", *_DATED),
)
# of who acted the role alone
_VERSION = (
    *("registration_id", "version", "state", "confirmation", "source", *FIELDS),
    *("by_role", "action", "note", "changed_fields", *_DATED),
)


def _of_graduate(table: Table, *columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).where(table.c.graduate_id == bindparam("id", type_=Uuid))


_RECORDS = {
    "roster_entry": _of_graduate(graduates, *STATED.values()),
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
    return {**records, "extensions": await extensions_of(connection, cipher, graduate_id)}
