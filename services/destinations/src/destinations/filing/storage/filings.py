"""Filings with their files: found in a scope, begun once for a recipient, prepared, sent, answered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Uuid, bindparam, literal_column, select, text
from sqlalchemy.dialects.postgresql import JSONB

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.clock import NOW_SQL, TODAY_SQL
from common.database.pages import page_by_id
from common.errors import NotFound
from common.identifiers import Cohort, SchoolCode
from common.objects import ObjectName
from common.sql import Connection, Row
from destinations.filing.domain.filing import (
    Act,
    Asked,
    Filing,
    FilingId,
    FilingOpen,
    Manifest,
    Narrowing,
    Recipient,
    State,
)
from destinations.filing.tables import filings, parts
from destinations.roster.tables import schools

_WORKING = "EXISTS (SELECT FROM operations WHERE id = filings.operation_id AND state IN ('queued', 'running'))"
# work that has failed, or was cancelled, has left nothing behind
_STATE = f"""
    CASE WHEN filings.state = '{State.PREPARING}' AND NOT {_WORKING} THEN '{State.DISCARDED}' ELSE filings.state END
"""
_ALL = select(
    *(each for each in filings.c if each.name not in {"state", "made_by", "made_by_role", "operation_id"}),
    literal_column(_STATE).label("state"),
).select_from(filings.outerjoin(schools, schools.c.school_code == filings.c.school_code))
_SERIES = """
    school_code = :school_code AND cohort = :cohort AND recipient IS NOT DISTINCT FROM CAST(:recipient AS text)
"""
_CLOSE_ABANDONED = text(
    f"""
    UPDATE filings SET state = '{State.DISCARDED}', version = version + 1
     WHERE {_SERIES} AND state = '{State.PREPARING}' AND NOT {_WORKING}
    """
)
_ADD = text(
    f"""
    INSERT INTO filings (id, school_code, cohort, recipient, college_code, format, file_type, filter, content,
                         unregistered, state, operation_id, made_by, made_by_role, serial, previous)
    SELECT :id, :school_code, :cohort, CAST(:recipient AS text), CAST(:college_code AS text), :format, :file_type,
           :filter, :content, :unregistered, '{State.PREPARING}', :operation_id, :made_by, :made_by_role,
           (SELECT coalesce(max(serial), 0) + 1 FROM filings WHERE {_SERIES}),
           (SELECT id FROM filings WHERE {_SERIES} AND state IN ('{State.SENT}', '{State.ACCEPTED}')
                                     AND college_code IS NOT DISTINCT FROM CAST(:college_code AS text)
             ORDER BY serial DESC LIMIT 1)
    ON CONFLICT DO NOTHING
    """
).bindparams(bindparam("filter", type_=JSONB), bindparam("id", type_=Uuid), bindparam("cohort", type_=Integer))
_IN_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended('filings of ' || :series, 0))")
_LOCK = text("SELECT 1 FROM filings WHERE id = :id FOR NO KEY UPDATE")
_PREPARED = text(
    f"""
    UPDATE filings SET state = '{State.PREPARED}', version = version + 1, known_at = :known_at, rows = :rows,
           by_code = :by_code, as_seeking = :as_seeking, withdrawn = :withdrawn, left_out = :left_out, sha256 = :sha256,
           size = :size, code_list_version = :code_list_version, keep_until = :keep_until
     WHERE id = :id AND state = '{State.PREPARING}'
    """
).bindparams(bindparam("by_code", type_=JSONB))
_RECORDED = {
    Act.SEND: f", sent_at = {NOW_SQL}",
    Act.DISCARD: "",
    Act.ACCEPT: f", answered_at = {NOW_SQL}",
    Act.RETURN: f", answered_at = {NOW_SQL}, reason = :reason",
}
_RECORD = {
    act: text(f"UPDATE filings SET state = :state, version = version + 1{also} WHERE id = :id")
    for act, also in _RECORDED.items()
}
_KEEP_FILE = text("INSERT INTO filing_parts (filing_id, n, school_code, name) VALUES (:id, :n, :school_code, :name)")
_PARTS = select(parts.c.name).where(parts.c.filing_id == bindparam("id", type_=Uuid)).order_by(parts.c.n)
_HASHES = text(
    """
    SELECT id, sha256 FROM filings
     WHERE id > :after AND EXISTS (SELECT FROM filing_parts WHERE filing_id = filings.id) ORDER BY id LIMIT :limit
    """
).bindparams(bindparam("after", type_=Uuid), bindparam("limit", type_=Integer))
_DROP_FILE = text("DELETE FROM filing_parts WHERE filing_id = :id RETURNING name")
_IS_PAST = f"""
    filings.keep_until < {TODAY_SQL} AND EXISTS (SELECT FROM filing_parts WHERE filing_id = filings.id)
"""
_PAST = text(f"SELECT count(*), min(keep_until) FROM filings WHERE {_IS_PAST}")
_NEXT_PAST = text(
    f"SELECT id, school_code FROM filings WHERE {_IS_PAST} ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"
)


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school_code: SchoolCode | None = None
    cohort: Cohort | None = None
    recipient: Recipient | None = None


async def take_turn(connection: Connection, asked: Asked) -> None:
    """Makes others that ask for the next serial of the same recipient wait until the transaction ends."""
    series = f"{asked.school_code} {asked.cohort} {asked.recipient}"
    await connection.execute(_IN_TURN, {"series": series})


async def close_abandoned(connection: Connection, values: Mapping[str, object]) -> None:
    """Discards what work has left unprepared that has failed or was cancelled, for one recipient."""
    await connection.execute(_CLOSE_ABANDONED, values)


async def add(connection: Connection, values: Mapping[str, object]) -> None:
    """Begins a filing, under the next serial of its recipient, in its turn; raises FilingOpen."""
    if not await connection.affected(_ADD, values):
        raise FilingOpen(state=State.PREPARED.value, allowed_transitions=[])


async def find(connection: Connection, scope: RowScope, filing_id: FilingId, *, sent: bool = False) -> Filing:
    """A filing in scope, only one that was sent to a recipient if `sent`; raises NotFound."""
    found = await connection.execute(_one(scope.shape, sent=sent), {**scope.values, "id": filing_id})
    filing = rows.one_or_none(Filing, found, **_READ)
    if filing is None:
        raise NotFound
    return filing


async def lock(connection: Connection, filing_id: FilingId) -> None:
    """Makes other acts on it wait until the transaction ends."""
    await connection.execute(_LOCK, {"id": filing_id})


async def page(
    connection: Connection, scope: RowScope, filters: Filters, after: UUID | None, limit: int, *, sent: bool
) -> list[Filing]:
    """Filings of the scope in the order in which they were begun."""
    listed = _SENT if sent else _ALL
    query = page_by_id(filings, _visible, scope, after, limit, listed, **vars(filters))
    return rows.all(Filing, await connection.execute(*query), **_READ)


async def prepared(connection: Connection, filing_id: FilingId, manifest: Manifest, keep_until: date) -> bool:
    """Notes that the file is there; False once it was discarded."""
    values = {"id": filing_id, "keep_until": keep_until, **vars(manifest)}
    return bool(await connection.affected(_PREPARED, values))


async def record(connection: Connection, filing_id: FilingId, act: Act, state: State, reason: str | None) -> None:
    """Notes an act."""
    await connection.execute(_RECORD[act], {"id": filing_id, "state": state.value, "reason": reason})


async def keep_file(
    connection: Connection, filing_id: FilingId, school_code: SchoolCode, names: Iterable[ObjectName]
) -> None:
    """Names the parts of the file, in their order."""
    values = [{"id": filing_id, "n": n, "school_code": school_code, "name": name} for n, name in enumerate(names)]
    await connection.execute_many(_KEEP_FILE, values)


async def parts_of(connection: Connection, filing_id: FilingId) -> list[ObjectName]:
    """The parts of the file in their order; none where it has none."""
    return await connection.scalars(_PARTS, {"id": filing_id})


async def hashes(connection: Connection, after: FilingId | None, limit: int) -> list[tuple[FilingId, bytes]]:
    """Filings that have a file, in the order of their ids, those after one, with the hash that it must have."""
    values = {"after": after or UUID(int=0), "limit": limit}
    return [(FilingId(row.id), row.sha256) for row in await connection.execute(_HASHES, values)]


async def drop_file(connection: Connection, filing_id: FilingId) -> Sequence[ObjectName]:
    """Takes the file out; gives the parts that are to be deleted."""
    return [row[0] for row in await connection.execute(_DROP_FILE, {"id": filing_id})]


async def past(connection: Connection) -> tuple[int, date | None]:
    """How many files are past their day, and the oldest such day."""
    count, oldest = (await connection.execute(_PAST)).one()
    return count, oldest


async def end(connection: Connection) -> tuple[FilingId, SchoolCode] | None:
    """A filing whose file is past its day, locked."""
    row = (await connection.execute(_NEXT_PAST)).one_or_none()
    return None if row is None else (FilingId(row.id), SchoolCode(row.school_code))


_SENT = _ALL.where(filings.c.recipient.is_not(None), filings.c.sent_at.is_not(None))


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(
        Owners(
            school_code=filings.c.school_code,
            college_code=filings.c.college_code,
            province_code=schools.c.province_code,
        )
    )


@lru_cache
def _one(seen: ScopeShape, *, sent: bool) -> Select[Any]:
    return (_SENT if sent else _ALL).where(filings.c.id == bindparam("id", type_=Uuid), _visible(seen))


def _filter(row: Row) -> Narrowing:
    return Narrowing.of(row["filter"])


def _asked(row: Row) -> Asked:
    return rows.maker(Asked, tuple(row.keys()), filter=_filter)(row)


def _manifest(row: Row) -> Manifest | None:
    return None if row["known_at"] is None else rows.maker(Manifest, tuple(row.keys()))(row)


_READ = {"asked": _asked, "manifest": _manifest}
