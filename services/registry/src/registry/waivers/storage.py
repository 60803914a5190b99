"""Waivers in SQL, and what those in force cover."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from common.approvals.domain import RequestState
from common.approvals.storage import RequestFilters, page_of_requests
from common.auth import Owners, RowScope, ScopeShape
from common.clock import TODAY_SQL
from common.crypto import DataCipher, FieldCipher, data_key_of
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode
from common.sql import Connection, Rows
from registry.graduates.domain.findings import RULE_BITS
from registry.graduates.storage.keys import keys_of, text_of
from registry.waivers.domain import Waiver, WaiverId
from registry.waivers.tables import waiver_graduates as covering
from registry.waivers.tables import waivers

_PLAIN = tuple(field.name for field in fields(Waiver) if field.name in waivers.c)
_ALL = select(
    *(waivers.c[name] for name in (*_PLAIN, "reason_cipher", "decision_reason_cipher")),
    select(func.array_agg(aggregate_order_by(covering.c.graduate_id, covering.c.place)))
    .where(covering.c.waiver_id == waivers.c.id)
    .scalar_subquery()
    .label("graduate_ids"),
)
_ITS = covering.alias("its")
_NAMING = (
    _ALL.join_from(waivers, _ITS, _ITS.c.waiver_id == waivers.c.id)
    .where(_ITS.c.graduate_id == bindparam("graduate_id", type_=Uuid))
    .order_by(waivers.c.id)
)
_ADD = insert(waivers)
# sorted, in the order in which the entries are locked
_COVER = text(
    """
    INSERT INTO waiver_graduates (waiver_id, graduate_id, place)
    SELECT CAST(:waiver_id AS uuid), asked.graduate_id, asked.place
      FROM unnest(CAST(:graduate_ids AS uuid[])) WITH ORDINALITY AS asked (graduate_id, place)
     ORDER BY asked.graduate_id
    """
)


async def find(
    connection: Connection, cipher: FieldCipher, scope: RowScope, waiver_id: WaiverId, *, lock: bool = False
) -> Waiver | None:
    """One waiver in scope, locked until the end of the transaction if `lock`."""
    found = await connection.execute(_one(scope.shape, lock=lock), {**scope.values, "id": waiver_id})
    opened = await _opened(connection, cipher, found)
    return opened[0] if opened else None


async def page(
    connection: Connection,
    cipher: FieldCipher,
    scope: RowScope,
    filters: RequestFilters,
    after: UUID | None,
    limit: int,
) -> list[Waiver]:
    """Waivers in scope in the order in which they were asked."""
    query = page_of_requests(_ALL, waivers, _visible, scope, filters, after, limit)
    return await _opened(connection, cipher, await connection.execute(*query))


async def naming(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> list[Waiver]:
    """The waivers that name a graduate, in the order in which they were asked."""
    return await _opened(connection, cipher, await connection.execute(_NAMING, {"graduate_id": graduate_id}))


async def add(connection: Connection, values: Mapping[str, object], graduate_ids: Sequence[GraduateId]) -> None:
    """Stores a new waiver with the graduates that it is to cover."""
    await connection.execute(_ADD, values)
    if graduate_ids:
        await connection.execute(_COVER, {"waiver_id": values["id"], "graduate_ids": list(graduate_ids)})


async def tolerances(
    connection: Connection, school_code: SchoolCode, cohort: Cohort, college_code: CollegeCode | None
) -> list[tuple[str, Decimal]]:
    """Rule and share of each waiver in force for the report of a college, or without one of the school."""
    bound = {"school_code": school_code, "cohort": cohort, "college_code": college_code}
    return [(row.rule_id, row.tolerance) for row in await connection.execute(_TOLERANCES, bound)]


def covered() -> Subquery:
    """`graduate_id` and `rules`, the bits of the rules of which waivers in force cover the graduate.

    Of one roster, by `school_code` and `cohort` as the query binds them.
    """
    bits = case(
        {name: literal_column(str(bit)) for name, bit in RULE_BITS.items()},
        value=waivers.c.rule_id,
        else_=literal_column("0"),
    )
    in_force = select(covering.c.graduate_id, func.bit_or(bits, type_=Integer).label("rules"))
    return (
        in_force.join(waivers, waivers.c.id == covering.c.waiver_id)
        .where(_IN_FORCE)
        .group_by(covering.c.graduate_id)
        .subquery("covered")
    )


def sealed(data: DataCipher, waiver_id: WaiverId, column: str, text: str) -> bytes:
    """The ciphertext of a text of a waiver, under the data key of its roster."""
    return data.seal(column, waiver_id, 1, text.encode())


async def _opened(connection: Connection, cipher: FieldCipher, found: Rows) -> list[Waiver]:
    keys = await keys_of(connection, cipher, {data_key_of(row.reason_cipher) for row in found})
    return [
        Waiver(
            **{**{name: row[name] for name in _PLAIN}, "state": RequestState(row.state)},
            graduate_ids=row.graduate_ids,
            reason=text_of(keys, "reason", row.id, 1, row.reason_cipher),
            decision_reason=text_of(keys, "decision_reason", row.id, 1, row.decision_reason_cipher),
        )
        for row in found
    ]


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    """One without a college is the school's."""
    return seen.condition(Owners(school_code=waivers.c.school_code, college_code=waivers.c.college_code))


@lru_cache
def _one(seen: ScopeShape, *, lock: bool) -> Select[Any]:
    query = _ALL.where(waivers.c.id == bindparam("id"), _visible(seen))
    return query.with_for_update(of=waivers) if lock else query


_IN_FORCE = and_(
    waivers.c.school_code == bindparam("school_code"),
    waivers.c.cohort == bindparam("cohort"),
    waivers.c.state == literal_column(f"'{RequestState.APPROVED.value}'"),
    waivers.c.expires_on >= literal_column(TODAY_SQL, Date()),
)
_TOLERANCES = select(waivers.c.rule_id, waivers.c.tolerance).where(
    _IN_FORCE,
    waivers.c.tolerance.is_not(None),
    waivers.c.college_code.is_not_distinct_from(bindparam("college_code", type_=waivers.c.college_code.type)),
)
