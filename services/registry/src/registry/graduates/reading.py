"""Reading graduates within the caller's scope."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from common.auth import Principal, RowScope
from common.crypto import FieldCipher
from common.database import Database
from common.errors import FieldProblem, Invalid, Message, NotFound
from common.http import Paging
from registry.graduates import storage
from registry.graduates.identity import compact, comparable_name, document_number
from registry.graduates.models import Search
from registry.graduates.sealing import citizen_id_index, name_index
from registry.graduates.storage import Filters, Stored

FOUND_AT_MOST = 100
"""A search is for one person; more hits than these help nobody."""

_KEYS: Mapping[str, Callable[[str], str]] = {
    "name": comparable_name,
    "citizen_id": document_number,
    "student_number": compact,
    "exam_number": compact,
}
"""What a person is searched by, and the form in which it is compared."""


async def graduate_in_scope(database: Database, caller: Principal, graduate_id: UUID) -> Stored:
    """One graduate; NotFound for a missing one and for one outside the scope."""
    async with database.reading() as connection:
        row = await storage.find(connection, caller.row_scope(), graduate_id)
    if row is None:
        raise NotFound
    return row


async def page_of_graduates(
    database: Database, caller: Principal, filters: Filters, page: Paging
) -> tuple[list[Stored], str | None]:
    """A page of the graduates in scope, and the cursor of the next."""
    after = page.after(str, int, UUID)
    async with database.reading() as connection:
        rows = await storage.listed(connection, caller.row_scope(), filters, after=after, limit=page.limit + 1)
    shown, last = rows[: page.limit], rows[page.limit - 1 : page.limit]
    more = len(rows) > page.limit
    return shown, page.cursor_for(*_order(last[0])) if more else None


async def page_of_history(
    database: Database, caller: Principal, graduate_id: UUID, page: Paging
) -> tuple[list[Stored], str | None]:
    """A page of a graduate's versions, oldest first, and the cursor of the next."""
    after = page.after(int)
    await graduate_in_scope(database, caller, graduate_id)
    async with database.reading() as connection:
        rows = await storage.history(connection, graduate_id, after=after[0] if after else None, limit=page.limit + 1)
    shown = rows[: page.limit]
    return shown, page.cursor_for(shown[-1]["version"]) if len(rows) > page.limit else None


async def found(database: Database, cipher: FieldCipher, caller: Principal, search: Search) -> list[Stored]:
    """Graduates in scope that fit exactly; names compare without spaces and width, numbers in their stored form."""
    name, citizen_id, student_number, exam_number = (_key(search, key) for key in _KEYS)
    if not (name or citizen_id or student_number or exam_number):
        text = Message(
            "请至少给出姓名、证件号、学号、考生号之一", "Give a name, citizen id, student or examinee number"
        )
        raise Invalid([FieldProblem("", "required", text)])
    equal = {
        "student_number": student_number,
        "exam_number": exam_number,
        "citizen_id_index": citizen_id and citizen_id_index(cipher, citizen_id),
    }
    scope = caller.row_scope()
    async with database.reading() as connection:
        names = await _name_indexes(connection, cipher, scope, search.name if name else None)
        if name and not names:
            return []
        filters = Filters(school_code=search.school_code, cohort=search.cohort)
        return await storage.found_by_indexes(connection, scope, filters, equal, names=names, limit=FOUND_AT_MOST)


async def _name_indexes(
    connection: AsyncConnection, cipher: FieldCipher, scope: RowScope, name: str | None
) -> list[bytes]:
    """What the name looks like in each school of the scope, for it is indexed within a school only."""
    if name is None or scope.among.graduate_id is not None or scope.nothing:
        return []
    schools = await storage.schools_in_scope(connection, scope)
    return [name_index(cipher, school, name) for school in schools]


def _key(search: Search, key: str) -> str | None:
    """The key in its stored form; None for one that is not given, or blank."""
    return _KEYS[key](getattr(search, key) or "") or None


def _order(row: Stored) -> tuple[Any, ...]:
    return row["school_code"], row["cohort"], row["id"]
