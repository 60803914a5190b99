"""Bulk decisions and their rows: found in a scope, sealed, applied once, decided row by row."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    Uuid,
    bindparam,
    insert,
    literal_column,
    select,
    text,
)

from common import copying, rows
from common.auth import Owners, RowScope, ScopeShape
from common.clock import NOW_SQL
from common.database.pages import page_by_id
from common.errors import NotFound
from common.identifiers import Cohort, OperationId, RegistrationId, SchoolCode
from common.sql import Connection, Row, array, array_sql
from destinations.reviews.domain import (
    DONE,
    KEPT,
    READY,
    BulkDecision,
    BulkDecisionId,
    BulkState,
    Counts,
    Item,
    Narrowing,
    Sealed,
    Skip,
)
from destinations.reviews.tables import bulk_decision_items, bulk_decisions

_EXPIRES_AT = f"sealed_at + interval '{KEPT}'"
_STATE = f"""
    CASE WHEN applied_at IS NOT NULL THEN '{BulkState.APPLIED}'
         WHEN {_EXPIRES_AT} <= {NOW_SQL} THEN '{BulkState.EXPIRED}' ELSE '{BulkState.PREPARED}' END
"""
_ALL = select(
    bulk_decisions,
    literal_column(_STATE).label("state"),
    literal_column(_EXPIRES_AT).label("expires_at"),
).where(bulk_decisions.c.sealed_at.is_not(None))
_ADD = insert(bulk_decisions)
_UNSEALED = select(
    bulk_decisions, literal_column(f"'{BulkState.PREPARED}'").label("state"), literal_column("NULL").label("expires_at")
).where(bulk_decisions.c.id == bindparam("id"))
_SEAL = text(f"UPDATE bulk_decisions SET sealed_at = {NOW_SQL} WHERE id = :id")
_LOCK = text("SELECT 1 FROM bulk_decisions WHERE id = :id FOR NO KEY UPDATE")
_APPLY = text(
    f"""
    UPDATE bulk_decisions SET applied_at = {NOW_SQL}, operation_id = :operation_id, excepted = :excepted WHERE id = :id
    """
).bindparams(bindparam("excepted", type_=ARRAY(Uuid)))

# what was not decided yet shows what has come between; a row that was is not looked up
_OUTCOME = f"""
    CASE WHEN item.outcome IS NOT NULL THEN item.outcome
         WHEN standing.version IS DISTINCT FROM item.version THEN '{Skip.CHANGED_SINCE}'
         ELSE coalesce(item.foreseen, '{READY}') END
"""
# joined, so that the rows of many decisions are compared at once
_WITH_OUTCOMES = """
    bulk_decision_items item
    LEFT JOIN registrations standing ON standing.id = item.registration_id AND item.outcome IS NULL
"""
_COUNTS = text(
    f"""
    SELECT bulk_decision_id, {_OUTCOME}, count(*) FROM {_WITH_OUTCOMES} WHERE bulk_decision_id = ANY(:ids) GROUP BY 1, 2
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_ITEMS = f"""
    SELECT n, registration_id, graduate_id, version, became AS outcome FROM (
        SELECT item.*, {_OUTCOME} AS became FROM {_WITH_OUTCOMES} WHERE bulk_decision_id = :id AND n > :after
    ) listed
"""
_BECAME = {
    None: "",
    READY: f"WHERE became = '{READY}'",
    DONE: f"WHERE became = '{DONE}'",
    "skipped": f"WHERE became NOT IN ('{READY}', '{DONE}')",
}
_PAGES = {
    state: text(f"{_ITEMS} {became} ORDER BY n LIMIT :limit").bindparams(bindparam("limit", type_=Integer))
    for state, became in _BECAME.items()
}
_SEALED = text(
    """
    SELECT n, registration_id, graduate_id, version FROM bulk_decision_items
     WHERE bulk_decision_id = :id AND n > :after AND n <= :last ORDER BY n
    """
)
_UNSEALED_OF = text(
    f"""
    SELECT named.id FROM unnest({array_sql("named", "uuid")}) AS named (id)
     WHERE NOT EXISTS (SELECT FROM bulk_decision_items item
                        WHERE item.bulk_decision_id = :id AND item.registration_id = named.id)
    """
)
_KEEP_OUTCOMES = text(
    f"""
    UPDATE bulk_decision_items item SET outcome = became.outcome
      FROM unnest({array_sql("numbers", "int")}, {array_sql("outcomes", "text")}) AS became (n, outcome)
     WHERE item.bulk_decision_id = :id AND item.n = became.n
    """
)
_ITEM_COLUMNS = ("bulk_decision_id", "n", "registration_id", "graduate_id", "version", "foreseen")


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    made_by: str | None = None
    school_code: SchoolCode | None = None
    cohort: Cohort | None = None


async def add(connection: Connection, values: Mapping[str, object]) -> None:
    """Stores a bulk decision that has sealed nothing yet: it is not seen before it has."""
    await connection.execute(_ADD, values)


async def unsealed_of(
    connection: Connection, decision_id: BulkDecisionId, named: Sequence[RegistrationId]
) -> set[RegistrationId]:
    """Those of the registrations that are not rows of the bulk decision."""
    return set(await connection.scalars(_UNSEALED_OF, {"id": decision_id, "named": array(named)}))


async def to_seal(connection: Connection, decision_id: BulkDecisionId) -> BulkDecision:
    """A bulk decision, whether or not it is sealed."""
    return rows.one(BulkDecision, await connection.execute(_UNSEALED, {"id": decision_id}), **_READ)


async def seal_items(
    connection: Connection, decision_id: BulkDecisionId, items: Iterable[tuple[Sealed, Skip | None]]
) -> None:
    """Adds rows, each with the reason for which it would be skipped as it stands."""
    values: dict[str, list[object]] = {name: [] for name in _ITEM_COLUMNS}
    for row, reason in items:
        for name, value in {**vars(row), "bulk_decision_id": decision_id, "foreseen": reason}.items():
            values[name].append(value)
    fields = {name: copying.fields_of(bulk_decision_items.c[name].type, column) for name, column in values.items()}
    await copying.copy_rows(
        connection.driver, bulk_decision_items.name, _ITEM_COLUMNS, copying.joined(fields, _ITEM_COLUMNS)
    )


async def seal(connection: Connection, decision_id: BulkDecisionId) -> None:
    """Ends the sealing: from now on the bulk decision is seen, and its hours begin."""
    await connection.execute(_SEAL, {"id": decision_id})


async def find(connection: Connection, scope: RowScope, decision_id: BulkDecisionId) -> BulkDecision:
    """A sealed bulk decision in scope; raises NotFound."""
    found = await connection.execute(_one(scope.shape), {**scope.values, "id": decision_id})
    decision = rows.one_or_none(BulkDecision, found, **_READ)
    if decision is None:
        raise NotFound
    return decision


async def lock(connection: Connection, decision_id: BulkDecisionId) -> None:
    """Makes others who would apply it wait until the transaction ends."""
    await connection.execute(_LOCK, {"id": decision_id})


async def page(
    connection: Connection, scope: RowScope, filters: Filters, after: UUID | None, limit: int
) -> list[BulkDecision]:
    """Sealed bulk decisions of the scope in the order in which they were made."""
    query = page_by_id(bulk_decisions, _visible, scope, after, limit, _ALL, **vars(filters))
    return rows.all(BulkDecision, await connection.execute(*query), **_READ)


async def counts(connection: Connection, decision_ids: Sequence[BulkDecisionId]) -> dict[BulkDecisionId, Counts]:
    """What became of the rows of each, or would become of them as far as versions say."""
    found: dict[BulkDecisionId, dict[str, int]] = {each: {} for each in decision_ids}
    for decision_id, outcome, count in await connection.execute(_COUNTS, {"ids": list(decision_ids)}):
        found[decision_id][outcome] = count
    return {each: Counts.of(outcomes) for each, outcomes in found.items()}


async def items(
    connection: Connection, decision_id: BulkDecisionId, after: int, limit: int, state: str | None
) -> list[Item]:
    """Rows by their number, those after one; all, or those that are `ready`, `done` or `skipped`."""
    found = await connection.execute(_PAGES[state], {"id": decision_id, "after": after, "limit": limit})
    return rows.all(Item, found)


async def apply(
    connection: Connection, decision_id: BulkDecisionId, operation: OperationId, excepted: Iterable[RegistrationId]
) -> None:
    """Notes that the bulk decision is applied, by which work, and but for which registrations."""
    await connection.execute(_APPLY, {"id": decision_id, "operation_id": operation, "excepted": list(excepted)})


async def sealed(connection: Connection, decision_id: BulkDecisionId, after: int, last: int) -> list[Sealed]:
    """The rows between two numbers, the later one included."""
    return rows.all(Sealed, await connection.execute(_SEALED, {"id": decision_id, "after": after, "last": last}))


async def keep_outcomes(
    connection: Connection, decision_id: BulkDecisionId, outcomes: Mapping[int, Skip | None]
) -> None:
    """Notes what became of rows, by number: None were done."""
    values = {"numbers": array(outcomes), "outcomes": array(each or DONE for each in outcomes.values())}
    await connection.execute(_KEEP_OUTCOMES, {"id": decision_id, **values})


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=bulk_decisions.c.school_code, college_code=bulk_decisions.c.college_code))


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _ALL.where(bulk_decisions.c.id == bindparam("id"), _visible(seen))


def _filter(row: Row) -> Narrowing:
    return Narrowing.of(row["filter"])


def _excepted(row: Row) -> frozenset[RegistrationId]:
    return frozenset(row["excepted"] or ())


_READ = {"filter": _filter, "excepted": _excepted}
