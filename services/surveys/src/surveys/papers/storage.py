"""Papers in SQL; each keying is one ciphertext, bound to its paper and its place there."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, Text, Uuid, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningUpdate

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.clock import NOW_SQL
from common.crypto import FieldCipher, UndecryptableError
from common.database import NOW, Database, new_id
from common.database.pages import page_by_id
from common.identifiers import GraduateId, ResponseId, SchoolCode, WaveId
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row
from surveys.papers.domain import Keyed, Paper, PaperId, PaperState
from surveys.papers.tables import papers
from surveys.waves.domain import Wave

FIELD = "papers.keyed"
FIRST, SECOND = "first", "second"

_ADD = insert(papers).returning(papers)
_OF_GRADUATE = (
    select(papers)
    .where(papers.c.wave_id == bindparam("wave_id"), papers.c.graduate_id == bindparam("graduate_id"))
    .with_for_update()
)
_KEYINGS = select(papers.c.first_ciphertext, papers.c.second_ciphertext).where(papers.c.id == bindparam("id"))
_DROPPED = f"""
    UPDATE papers SET state = 'dropped', first_ciphertext = NULL, second_ciphertext = NULL,
           version = papers.version + 1, recorded_at = {NOW_SQL}
"""
_DROP_OVERDUE = text(
    f"""
    {_DROPPED}
      FROM waves
     WHERE waves.id = papers.wave_id AND waves.closed_at IS NOT NULL AND papers.state IN ('keyed', 'differs')
    """
)
_DROP = text(
    f"""
    {_DROPPED}
     WHERE wave_id = :wave_id AND graduate_id = :graduate_id AND state IN ('keyed', 'differs')
    """
)
_DROP_ERASED = text(
    f"""
    {_DROPPED}
      FROM graduates AS person
     WHERE papers.graduate_id = ANY(:ids) AND person.graduate_id = papers.graduate_id AND person.erased
       AND papers.state IN ('keyed', 'differs')
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_PART = text(
    """
    SELECT id, state, differing, first_ciphertext, second_ciphertext FROM papers
     WHERE id > :after AND first_ciphertext IS NOT NULL AND (CAST(:school AS text) IS NULL OR school_code = :school)
     ORDER BY id LIMIT :part
    """
).bindparams(bindparam("after", type_=Uuid), bindparam("school", type_=Text), bindparam("part", type_=Integer))
_OF_PERSON = select(papers).where(papers.c.graduate_id == bindparam("graduate_id")).order_by(papers.c.id)


def _others(place: str) -> Any:
    column = f"{place}_ciphertext"
    return text(
        f"""
        SELECT id, {column} AS keyed FROM papers WHERE {by_another_key(column)}
         ORDER BY id LIMIT :part FOR UPDATE SKIP LOCKED
        """
    ), text(f"UPDATE papers SET {column} = :new WHERE id = :id")


_RESEALED = {place: _others(place) for place in (FIRST, SECOND)}


async def add(
    connection: Connection, cipher: FieldCipher, wave: Wave, graduate_id: GraduateId, keyer: str, keyed: Keyed
) -> Paper:
    """Stores what the first person has keyed."""
    paper_id = await new_id(connection)
    values = {
        "id": paper_id,
        "wave_id": wave.id,
        "graduate_id": graduate_id,
        "school_code": wave.school_code,
        "first_keyer": keyer,
        "first_ciphertext": _sealed(cipher, PaperId(paper_id), FIRST, keyed),
    }
    return rows.one(Paper, await connection.execute(_ADD, values))


async def lock_of(connection: Connection, wave_id: WaveId, graduate_id: GraduateId) -> Paper | None:
    """The paper of a graduate in a wave, locked; None while there is none."""
    bound = {"wave_id": wave_id, "graduate_id": graduate_id}
    return rows.one_or_none(Paper, await connection.execute(_OF_GRADUATE, bound))


async def find(connection: Connection, scope: RowScope, paper_id: PaperId, *, hold: bool = False) -> Paper | None:
    """The paper if the scope sees it, locked on demand."""
    bound = {**scope.values, "id": paper_id}
    return rows.one_or_none(Paper, await connection.execute(_one(scope.shape, hold=hold), bound))


async def page(
    connection: Connection, scope: RowScope, wave_id: WaveId, state: PaperState | None, after: UUID | None, limit: int
) -> list[Paper]:
    """Papers of a wave in the order in which they were keyed first."""
    stated = None if state is None else state.value
    query = page_by_id(papers, _visible, scope, after, limit, wave_id=wave_id, state=stated)
    return rows.all(Paper, await connection.execute(*query))


async def keyings(connection: Connection, cipher: FieldCipher, paper_id: PaperId) -> list[Keyed]:
    """What was keyed of a paper, once or twice; nothing once it has ended."""
    return _opened(cipher, (await connection.execute(_KEYINGS, {"id": paper_id})).one(), paper_id)


async def differ(
    connection: Connection, cipher: FieldCipher, paper: Paper, keyer: str, keyed: Keyed, names: Sequence[str]
) -> Paper:
    """Stores a second keying that differs from the first under these names."""
    sealed = _sealed(cipher, paper.id, SECOND, keyed)
    changes = {"second_keyer": keyer, "second_ciphertext": sealed, "differing": list(names)}
    return await save(connection, paper, state=PaperState.DIFFERS.value, **changes)


async def end(
    connection: Connection, paper: Paper, state: PaperState, response_id: ResponseId, **further: object
) -> Paper:
    """Notes what became of a paper, and destroys what was keyed."""
    ended = {"first_ciphertext": None, "second_ciphertext": None, "response_id": response_id}
    return await save(connection, paper, state=state.value, **ended, **further)


async def save(connection: Connection, paper: Paper, **changes: object) -> Paper:
    """Stores the next version of a locked paper."""
    return rows.one(Paper, await connection.execute(_save(tuple(changes)), {**changes, "of_id": paper.id}))


async def drop_overdue(connection: Connection) -> None:
    """Gives up what was keyed for waves that are closed and never became an answer."""
    await connection.execute(_DROP_OVERDUE, {})


async def drop_of(connection: Connection, wave_id: WaveId, graduate_id: GraduateId | None) -> None:
    """Gives up what was keyed of a graduate who has withdrawn; of an employer there is none."""
    await connection.execute(_DROP, {"wave_id": wave_id, "graduate_id": graduate_id})


async def drop_erased(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Gives up what was keyed of those of these graduates who are erased; repeatable."""
    await connection.execute(_DROP_ERASED, {"ids": graduate_ids})


async def papers_of(connection: Connection, cipher: FieldCipher, graduate_id: GraduateId) -> list[dict[str, Any]]:
    """The papers of a graduate: `id`, `wave_id`, `state`, and what was `keyed` as long as it stands."""
    found = await connection.execute(_OF_PERSON, {"graduate_id": graduate_id})
    return [
        {
            **{name: row[name] for name in ("id", "wave_id", "state", "created_at", "recorded_at")},
            "keyed": [asdict(each) for each in _opened(cipher, row, PaperId(row.id))],
        }
        for row in found
    ]


async def sealed_part(
    connection: Connection, cipher: FieldCipher, school: SchoolCode | None, after: UUID, part: int
) -> list[tuple[UUID, bool]]:
    """The next papers that wait, in the order of their ids, each with whether its keyings do not give its state."""
    found = await connection.execute(_PART, {"after": after, "school": school, "part": part})
    return [(row.id, not _follows(cipher, row)) for row in found]


def _follows(cipher: FieldCipher, row: Row) -> bool:
    """Whether what was keyed can be read, and differs under the names that the paper says."""
    try:
        first, *second = _opened(cipher, row, PaperId(row.id))
    except UndecryptableError:
        return False
    return [*row.differing] == [name for other in second for name in first.differing(other)]


async def reseal_papers(database: Database, cipher: FieldCipher) -> int:
    """Seals what was keyed by the ring's current key; how many keyings it has sealed anew."""
    count = 0
    for place, (others, reseal) in _RESEALED.items():

        def anew(row: Row, place: str = place) -> dict[str, object]:
            record = _record(row.id, place)
            return {"id": row.id, "new": cipher.encrypt(FIELD, record, cipher.decrypt(FIELD, record, row.keyed))}

        count += await reseal_rows(database, cipher, others, reseal, anew)
    return count


def _sealed(cipher: FieldCipher, paper_id: PaperId, place: str, keyed: Keyed) -> bytes:
    return cipher.encrypt(FIELD, _record(paper_id, place), json.dumps(asdict(keyed), ensure_ascii=False))


def _opened(cipher: FieldCipher, row: Row, paper_id: PaperId) -> list[Keyed]:
    sealed = ((FIRST, row.first_ciphertext), (SECOND, row.second_ciphertext))
    return [
        Keyed(**json.loads(cipher.decrypt(FIELD, _record(paper_id, place), each)))
        for place, each in sealed
        if each is not None
    ]


def _record(paper_id: UUID, place: str) -> str:
    return f"{paper_id}/{place}"


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=papers.c.school_code, graduate_id=papers.c.graduate_id))


@lru_cache
def _one(seen: ScopeShape, *, hold: bool) -> Select[Any]:
    query = select(papers).where(papers.c.id == bindparam("id"), _visible(seen))
    return query.with_for_update() if hold else query


@lru_cache
def _save(names: tuple[str, ...]) -> ReturningUpdate[Any]:
    named: dict[str, Any] = {name: bindparam(name, type_=papers.c[name].type) for name in names}
    of_id = papers.c.id == bindparam("of_id")
    return update(papers).where(of_id).values(version=papers.c.version + 1, recorded_at=NOW, **named).returning(papers)
