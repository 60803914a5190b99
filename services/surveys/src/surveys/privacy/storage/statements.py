"""Privacy statements in SQL."""

from dataclasses import asdict
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from common import rows
from common.auth import EVERYTHING, RowScope, ScopeShape
from common.database import NOW
from common.database.pages import page_by_id
from common.identifiers import SchoolCode
from common.sql import Connection
from surveys.privacy.domain import Said, Statement, StatementId, StatementVersion, said_of
from surveys.privacy.tables import statement_versions as versions
from surveys.privacy.tables import statements
from surveys.questionnaires.storage import shared_or

_ADD = insert(statements).returning(statements)
_SAVE = (
    update(statements)
    .where(statements.c.id == bindparam("of_id"))
    .values(version=statements.c.version + 1, recorded_at=NOW)
    .returning(statements)
)
_ADD_VERSION = insert(versions)
_NEWEST = (
    select(versions)
    .where(versions.c.school_code == bindparam("school_code"))
    .order_by(versions.c.published_at.desc(), versions.c.statement_id.desc(), versions.c.number.desc())
    .limit(1)
)
_NEWEST_OF = (
    select(versions).where(versions.c.statement_id == bindparam("id")).order_by(versions.c.number.desc()).limit(1)
)


async def add(connection: Connection, school_code: SchoolCode | None, said: Said) -> Statement:
    """Stores a new draft."""
    return rows.one(Statement, await connection.execute(_ADD, {"school_code": school_code, **asdict(said)}))


async def find(
    connection: Connection, scope: RowScope, statement_id: StatementId, *, for_update: bool = False
) -> Statement | None:
    """The statement if the scope sees it, locked on demand."""
    query = _one(scope.shape, for_update=for_update)
    return rows.one_or_none(Statement, await connection.execute(query, {**scope.values, "id": statement_id}))


async def page(
    connection: Connection, scope: RowScope, school_code: SchoolCode | None, after: UUID | None, limit: int
) -> list[Statement]:
    """Statements in the order of their creation."""
    query = page_by_id(statements, _visible, scope, after, limit, school_code=school_code)
    return rows.all(Statement, await connection.execute(*query))


async def save(connection: Connection, statement: Statement, said: Said, **changes: Any) -> Statement:
    """Stores the next version of a locked statement; what was published stays as it is."""
    changed = {**asdict(said_of(said)), **changes, "of_id": statement.id}
    return rows.one(Statement, await connection.execute(_SAVE, changed))


async def add_version(connection: Connection, statement: Statement, number: int) -> None:
    """Freezes what is said under this number."""
    place = {"statement_id": statement.id, "number": number, "school_code": statement.school_code}
    await connection.execute(_ADD_VERSION, {**place, **asdict(said_of(statement))})


async def find_version(
    connection: Connection, scope: RowScope, statement_id: StatementId, number: int
) -> StatementVersion | None:
    """A published version, if the scope sees it."""
    bound = {**scope.values, "id": statement_id, "number": number}
    return rows.one_or_none(StatementVersion, await connection.execute(_version(scope.shape), bound))


async def version_of(connection: Connection, statement_id: StatementId, number: int) -> StatementVersion | None:
    """A published version of any school."""
    return await find_version(connection, EVERYTHING, statement_id, number)


async def newest(
    connection: Connection, school_code: SchoolCode, statement_id: StatementId | None
) -> StatementVersion | None:
    """The newest version of a statement; without one the version that the school published last."""
    if statement_id is not None:
        return rows.one_or_none(StatementVersion, await connection.execute(_NEWEST_OF, {"id": statement_id}))
    return rows.one_or_none(StatementVersion, await connection.execute(_NEWEST, {"school_code": school_code}))


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return shared_or(statements.c.school_code, seen)


@lru_cache
def _one(seen: ScopeShape, *, for_update: bool) -> Select[Any]:
    query = select(statements).where(statements.c.id == bindparam("id"), _visible(seen))
    return query.with_for_update() if for_update else query


@lru_cache
def _version(seen: ScopeShape) -> Select[Any]:
    number = versions.c.number == bindparam("number", type_=Integer)
    visible = shared_or(versions.c.school_code, seen)
    return select(versions).where(versions.c.statement_id == bindparam("id"), number, visible)
