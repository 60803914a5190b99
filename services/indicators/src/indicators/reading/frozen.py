"""Which frozen snapshots a figure is to be of: one, or the newest of a kind of all schools of a scope."""

from functools import lru_cache
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import TextClause, text

from common.errors import BadQuery, FieldProblem, Message, NotFound
from common.sql import Connection, Row
from indicators.reading.query import AsOf
from indicators.reading.selection import Frozen, Level, Selection
from indicators.reading.spans import IN_SCOPE, parameters_of

KINDS = frozenset({"initial", "year_end"})

_OVER_DAYS = Message(
    "快照只有一天，此处按日期逐日统计，请去掉 snapshot",
    "A snapshot is of one day, and this is about several: leave `snapshot` out",
)
_EITHER = Message("snapshot 与 as_of 只能给出一个", "Give either `snapshot` or `as_of`")


class NotFrozen(NotFound):
    """No school of the scope has such a snapshot that is frozen."""

    code = "not_frozen"
    title = Message("尚无已冻结的快照", "Nothing is frozen yet")


class AskedSnapshot(NamedTuple):
    """A snapshot by its id, or the newest revisions of a kind; neither for live figures."""

    id: UUID | None = None
    kind: str | None = None


LIVE = AskedSnapshot()


async def read_snapshot(
    as_of: AsOf,
    snapshot: Annotated[
        str | None,
        Query(
            pattern=r"^(initial|year_end|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$",
            description="Frozen figures: the id of a snapshot, or `initial` or `year_end` for the newest of that kind;"
            " not with `as_of`",
        ),
    ] = None,
) -> AskedSnapshot:
    """Which snapshot is asked for; raises BadQuery."""
    if snapshot is None:
        return LIVE
    if as_of is not None:
        raise BadQuery([FieldProblem(name, "either_snapshot_or_day", _EITHER) for name in ("snapshot", "as_of")])
    return AskedSnapshot(kind=snapshot) if snapshot in KINDS else AskedSnapshot(UUID(snapshot))


SnapshotQuery = Annotated[AskedSnapshot, Depends(read_snapshot)]


async def refuse_snapshot(
    snapshot: Annotated[str | None, Query(description="Refused: a snapshot is of one day")] = None,
) -> None:
    """For what is about several days: raises BadQuery for a snapshot."""
    if snapshot is not None:
        raise BadQuery([FieldProblem("snapshot", "over_days", _OVER_DAYS)])


OF_SEVERAL_DAYS = Depends(refuse_snapshot)
"""In the `dependencies` of a route."""


async def frozen_of(connection: Connection, selection: Selection, asked: AskedSnapshot) -> Frozen:
    """What is frozen of the selection's schools and cohort.

    Raises NotFound for a snapshot of another school or cohort, NotFrozen where nothing is frozen.
    """
    level = selection.scope.level
    bound = parameters_of(Selection(selection.scope, selection.cohort))
    if asked.id is not None:
        row = (await connection.execute(_one(level), {**bound, "id": asked.id})).one_or_none()
        if row is None:
            raise NotFound
        return _frozen(row, level)
    return _frozen((await connection.execute(_newest(level), {**bound, "kind": asked.kind})).one(), level)


def _frozen(row: Row, level: Level) -> Frozen:
    if not row.ids:
        raise NotFrozen
    schools = None if level is Level.SCHOOL else (len(row.ids), row.schools)
    return Frozen(tuple(row.ids), row.as_of, row.watermark, schools)


_WATERMARK = "(SELECT watermark FROM snapshot_contents WHERE snapshot_id = snapshots.id)"


@lru_cache
def _one(level: Level) -> TextClause:
    return text(
        f"""
        SELECT CASE WHEN state = 'frozen' THEN ARRAY[id] END AS ids, as_of, {_WATERMARK} AS watermark, 1 AS schools
        FROM snapshots WHERE id = CAST(:id AS uuid) AND {IN_SCOPE[level]} AND cohort = :cohort
        """
    )


# the schools that could be frozen are those that have graduates of the cohort
@lru_cache
def _newest(level: Level) -> TextClause:
    return text(
        f"""
        WITH newest AS (
            SELECT DISTINCT ON (school_code) id, as_of, {_WATERMARK} AS watermark FROM snapshots
            WHERE {IN_SCOPE[level]} AND cohort = :cohort AND kind = :kind AND state = 'frozen'
            ORDER BY school_code, revision DESC
        )
        SELECT array_agg(id) AS ids, max(as_of) AS as_of, min(watermark) AS watermark,
               (SELECT count(DISTINCT school_code) FROM cells
                 WHERE {IN_SCOPE[level]} AND cohort = :cohort AND dimension = 'total') AS schools
        FROM newest
        """
    )
