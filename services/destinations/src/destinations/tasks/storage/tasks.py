"""Tasks as they stand, cut to a scope by the graduates that they are about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, Uuid, bindparam, insert, select, text

from common import rows
from common.auth import RowScope, ScopeShape
from common.clock import NOW_SQL
from common.crypto import FieldCipher
from common.database import Database
from common.errors import NotFound
from common.identifiers import Cohort, CollegeCode, GraduateId, SchoolCode
from common.resealing import PART, by_another_key, reseal_rows
from common.sql import Connection, Row, Rows
from destinations.registrations.domain.registration import Registration
from destinations.roster import storage as roster
from destinations.roster.tables import graduates, schools
from destinations.tasks.domain import Holder, Task, TaskId, TaskKind, TaskState
from destinations.tasks.storage.disputes import opened_reason
from destinations.tasks.tables import disputes, tasks

_ANSWER = "answer of a task"
_TASKS = select(
    *(each for each in tasks.c if each.name not in {"disputed_version"}),
    graduates.c.college_code,
    disputes.c.kind.label("dispute_kind"),
    disputes.c.reason_cipher,
).select_from(
    tasks.join(graduates, graduates.c.graduate_id == tasks.c.graduate_id)
    .outerjoin(schools, schools.c.school_code == graduates.c.school_code)
    .join(
        disputes,
        (disputes.c.registration_id == tasks.c.registration_id) & (disputes.c.version == tasks.c.disputed_version),
    )
)
_FILTERED: Mapping[str, ColumnElement[Any]] = {
    "school": tasks.c.school_code,
    "cohort": tasks.c.cohort,
    "college": graduates.c.college_code,
    "graduate_id": tasks.c.graduate_id,
    "state": tasks.c.state,
    "held_by": tasks.c.held_by,
}
_OF_GRADUATE = _TASKS.where(tasks.c.graduate_id == bindparam("id", type_=Uuid)).order_by(tasks.c.id)
_LAST = (
    select(tasks.c.id, tasks.c.state, tasks.c.outcome)
    .where(tasks.c.registration_id == bindparam("id", type_=Uuid), tasks.c.graduate_id == bindparam("graduate_id"))
    .order_by(tasks.c.id.desc())
    .limit(1)
)
_ADD = insert(tasks).returning(tasks.c.id)
_ASK_AGAIN = text("UPDATE tasks SET version = version + 1, disputed_version = :disputed_version WHERE id = :id")
_STORE_ANSWER = text(
    f"""
    UPDATE tasks SET version = version + 1, state = 'done', outcome = 'kept', ended_at = {NOW_SQL},
           answer_cipher = :answer
     WHERE id = :id
    """
)
_OTHERS = text(
    f"""
    SELECT id, answer_cipher FROM tasks
     WHERE {by_another_key("answer_cipher")}
     ORDER BY id LIMIT :part FOR UPDATE
    """
)
_RESEAL = text("UPDATE tasks SET answer_cipher = :answer WHERE id = :id")


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; None narrows nothing."""

    school: SchoolCode | None = None
    cohort: Cohort | None = None
    college: CollegeCode | None = None
    graduate_id: GraduateId | None = None
    state: TaskState | None = None
    held_by: Holder | None = None


@dataclass(frozen=True)
class Last:
    """What is known of the newest task of a registration."""

    id: TaskId
    state: TaskState
    outcome: str | None


async def get(connection: Connection, cipher: FieldCipher, scope: RowScope, task_id: TaskId) -> Task:
    """A task about a graduate of the scope; raises NotFound."""
    found = await connection.execute(_one(scope.shape), {**scope.values, "id": task_id})
    if not found:
        raise NotFound
    return _opened(cipher, found)[0]


async def page(
    connection: Connection, cipher: FieldCipher, scope: RowScope, filters: Filters, after: UUID | None, limit: int
) -> list[Task]:
    """Tasks about graduates of the scope in the order in which they were made."""
    given = {name: value for name, value in vars(filters).items() if value is not None}
    query = _page(scope.shape, tuple(given), following=after is not None)
    bound = {**scope.values, **given, "limit": limit} | ({} if after is None else {"after": after})
    return _opened(cipher, await connection.execute(query, bound))


async def of_graduate(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> list[Task]:
    """All tasks about a graduate, oldest first."""
    return _opened(cipher, await connection.execute(_OF_GRADUATE, {"id": graduate_id}))


async def last_of(connection: Connection, registration: Registration) -> Last | None:
    """The newest task of a registration."""
    found = await connection.execute(_LAST, {"id": registration.id, "graduate_id": registration.graduate.id})
    return rows.one_or_none(Last, found)


async def add(connection: Connection, registration: Registration, held_by: Holder, due_on: date) -> TaskId:
    """Lets a level answer the dispute that has made the version of a registration."""
    graduate = registration.graduate
    values = {
        "school_code": graduate.school_code,
        "cohort": graduate.cohort,
        "graduate_id": graduate.id,
        "registration_id": registration.id,
        "disputed_version": registration.version,
        "kind": TaskKind.ANSWER_DISPUTE.value,
        "held_by": held_by.value,
        "due_on": due_on,
    }
    return TaskId(await connection.scalar(_ADD, values))


async def ask_again(connection: Connection, task_id: TaskId, version: int) -> None:
    """Lets an open task be about a newer dispute, due as before."""
    await connection.execute(_ASK_AGAIN, {"id": task_id, "disputed_version": version})


async def answer(connection: Connection, cipher: FieldCipher, task_id: TaskId, content: str) -> None:
    """Ends a task by an answer: the content stays."""
    await connection.execute(_STORE_ANSWER, {"id": task_id, "answer": cipher.encrypt(_ANSWER, task_id, content)})


async def reseal_answers(database: Database, cipher: FieldCipher, part: int = PART) -> int:
    """Seals answers by the ring's current key; how many it has sealed anew."""

    def anew(row: Row) -> dict[str, object]:
        return {"id": row.id, "answer": cipher.encrypt(_ANSWER, row.id, _answered(cipher, row) or "")}

    return await reseal_rows(database, cipher, _OTHERS, _RESEAL, anew, part)


@lru_cache
def _one(seen: ScopeShape) -> Select[Any]:
    return _TASKS.where(roster.visible(seen), tasks.c.id == bindparam("id", type_=Uuid))


@lru_cache(maxsize=256)
def _page(seen: ScopeShape, filtered: tuple[str, ...], *, following: bool) -> Select[Any]:
    listed = _TASKS.where(roster.visible(seen), *(_FILTERED[name] == bindparam(name) for name in filtered))
    if following:
        listed = listed.where(tasks.c.id > bindparam("after", type_=Uuid))
    return listed.order_by(tasks.c.id).limit(bindparam("limit", type_=Integer))


def _opened(cipher: FieldCipher, found: Rows) -> list[Task]:
    return rows.all(
        Task, found, reason=lambda row: opened_reason(cipher, row), answer=lambda row: _answered(cipher, row)
    )


def _answered(cipher: FieldCipher, row: Row) -> str | None:
    sealed = row["answer_cipher"]
    return None if sealed is None else cipher.decrypt(_ANSWER, row.id, sealed)
