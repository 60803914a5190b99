"""What this service holds about a graduate: versions of both timelines, spans, the part in surveys, answers."""

from typing import Any

from sqlalchemy import Select, Table, Uuid, bindparam, func, select

from common.crypto import FieldCipher
from common.data_copies import Records
from common.identifiers import GraduateId
from common.sql import Connection
from indicators.facts.tables import fact_versions
from indicators.measures.tables import measure_answers
from indicators.responses.tables import response_versions
from indicators.snapshots.tables import rows as snapshot_rows
from indicators.snapshots.tables import snapshots
from indicators.timeline.domain import OPEN
from indicators.timeline.tables import destination_versions, roster_versions, spans

_OF_EVENT = {"graduate_id", "event_id"}


def _of_graduate(table: Table, order: str) -> Select[Any]:
    columns = (column for column in table.c if column.name not in {*_OF_EVENT, "to_day"})
    return select(*columns).where(table.c.graduate_id == bindparam("id", type_=Uuid)).order_by(table.c[order])


_OF_SNAPSHOTS = (
    _of_graduate(snapshot_rows, "snapshot_id")
    .join(snapshots, snapshots.c.id == snapshot_rows.c.snapshot_id)
    .add_columns(*(snapshots.c[name] for name in ("kind", "as_of", "known_at", "revision")))
)
_RECORDS = {
    "roster_versions": _of_graduate(roster_versions, "sequence"),
    "destination_versions": _of_graduate(destination_versions, "sequence"),
    # none of a span that lasts
    "spans": _of_graduate(spans, "from_day").add_columns(func.nullif(spans.c.to_day, OPEN).label("to_day")),
    "snapshot_rows": _OF_SNAPSHOTS,
    "fact_versions": _of_graduate(fact_versions, "sequence"),
    "response_versions": _of_graduate(response_versions, "sequence"),
    "measures": _of_graduate(measure_answers, "response_id"),
}


async def collect(connection: Connection, _cipher: FieldCipher | None, graduate_id: GraduateId) -> Records:
    """The records of a graduate; codes and days, as events said them."""
    return {
        kind: [dict(row) for row in await connection.execute(query, {"id": graduate_id})]
        for kind, query in _RECORDS.items()
    }
