"""Reconciliations: one for a filing and a file, by any officer and however often."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, bindparam, select, text

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.database.pages import page_by_id
from common.errors import NotFound
from common.identifiers import Cohort, OperationId, SchoolCode
from common.sql import Connection, Row
from destinations.filing.domain.filing import FilingId
from destinations.reconciliations.domain import Counts, Reconciliation, ReconciliationId
from destinations.reconciliations.tables import COUNTS, reconciliations

_ALL = select(reconciliations)
_ID = bindparam("id", type_=Uuid)
# of a file that was compared, or still is
_UNDER_WAY = text(
    """
    SELECT work.id FROM reconciliations kept JOIN operations work ON work.id = kept.operation_id
     WHERE kept.filing_id = :filing_id AND kept.sha256 = :sha256 AND work.state IN ('queued', 'running', 'succeeded')
    """
).bindparams(bindparam("filing_id", type_=Uuid))
_ADD = text(
    """
    INSERT INTO reconciliations (id, filing_id, school_code, cohort, sha256, terms, operation_id, made_by, made_by_role)
    VALUES (:id, :filing_id, :school_code, :cohort, :sha256, CAST(:terms AS jsonb), :operation_id, :made_by,
            :made_by_role)
    -- what failed, or whose week is over, is done again
    ON CONFLICT (filing_id, sha256) DO UPDATE SET operation_id = EXCLUDED.operation_id,
       -- what was never compared is compared under the season of now
       terms = CASE WHEN reconciliations.equal IS NULL THEN EXCLUDED.terms ELSE reconciliations.terms END
    """
).bindparams(*(bindparam(name, type_=Uuid) for name in ("id", "filing_id", "operation_id")))
_LOCK = text("SELECT 1 FROM reconciliations WHERE id = :id FOR UPDATE").bindparams(_ID)
_COMPARED = text(
    f"""
    UPDATE reconciliations SET {", ".join(f"{name} = :{name}" for name in COUNTS)}, by_field = CAST(:by_field AS jsonb)
     WHERE id = :id
    """
).bindparams(_ID)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    filing_id: FilingId | None = None


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=reconciliations.c.school_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _ALL.where(_visible(seen), reconciliations.c.id == _ID)


@lru_cache
def _of_work(seen: ScopeShape) -> Select[Any]:
    return _ALL.where(_visible(seen), reconciliations.c.operation_id == bindparam("operation", type_=Uuid))


async def under_way(connection: Connection, filing_id: FilingId, sha256: bytes) -> OperationId | None:
    """The work that compares this file with this filing, or has done so; the filing must be locked."""
    found = await connection.scalar(_UNDER_WAY, {"filing_id": filing_id, "sha256": sha256})
    return None if found is None else OperationId(found)


async def add(connection: Connection, values: Mapping[str, Any]) -> None:
    """Begins a reconciliation, or the work of one that is not done."""
    await connection.execute(_ADD, {**values, "terms": json.dumps(values["terms"])})


async def find(
    connection: Connection,
    scope: RowScope,
    reconciliation_id: ReconciliationId | None = None,
    *,
    of_work: UUID | None = None,
) -> Reconciliation:
    """A reconciliation of the scope, by its id or that of its work; raises NotFound."""
    bound = {**scope.values, "id": reconciliation_id} if of_work is None else {**scope.values, "operation": of_work}
    found = await connection.execute((_one if of_work is None else _of_work)(scope.shape), bound)
    reconciliation = rows.one_or_none(Reconciliation, found, counts=_counts)
    if reconciliation is None:
        raise NotFound
    return reconciliation


async def lock(connection: Connection, reconciliation_id: ReconciliationId) -> None:
    """Makes another process that has compared the same wait until the transaction ends."""
    await connection.execute(_LOCK, {"id": reconciliation_id})


async def compared(connection: Connection, reconciliation_id: ReconciliationId, counts: Counts) -> None:
    """Notes what was found."""
    said = {name: getattr(counts, name) for name in COUNTS}
    await connection.execute(
        _COMPARED, {"id": reconciliation_id, **said, "by_field": json.dumps(dict(counts.by_field))}
    )


async def page(
    connection: Connection, scope: RowScope, filters: Filters, after: UUID | None, limit: int
) -> list[Reconciliation]:
    """Reconciliations of the scope in the order in which they were begun."""
    query = page_by_id(reconciliations, _visible, scope, after, limit, **vars(filters))
    return rows.all(Reconciliation, await connection.execute(*query), counts=_counts)


def _counts(row: Row) -> Counts | None:
    return None if row.equal is None else Counts(**{name: row[name] for name in (*COUNTS, "by_field")})
