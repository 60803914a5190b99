"""Files written anew, texts sealed by another key, and the end of what is past its day."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Uuid, bindparam, text

from common.clock import TODAY_SQL
from common.crypto import FieldCipher
from common.database import Database
from common.identifiers import GraduateId, SchoolCode
from common.objects import ObjectName
from common.resealing import by_another_key, reseal_rows
from common.sql import Connection, Row
from destinations.cases.domain import CaseId, Kind
from destinations.tip_offs.domain import FileState
from destinations.tip_offs.storage.receiving import CONTACT, TEXT

_IDS = bindparam("ids", type_=ARRAY(Uuid))
_WAITING = text(
    f"""
    SELECT case_id, n, name, media_type FROM tip_off_files
     WHERE state = '{FileState.CHECKING}' AND (case_id, n) > (:case_id, :n) ORDER BY case_id, n LIMIT 1
    """
).bindparams(bindparam("case_id", type_=Uuid), bindparam("n", type_=Integer))
_CHECKED = text(
    f"""
    UPDATE tip_off_files SET state = :state, name = :name
     WHERE case_id = :case_id AND n = :n AND state = '{FileState.CHECKING}' AND name = :before
    """
).bindparams(bindparam("name", type_=Uuid))
# three years after the cohorts of the linked registrations close; without one, after the year in which it came
_IS_PAST = f"""
      FROM tip_offs tip_off
     WHERE tip_off.erased_on IS NULL AND tip_off.received_on < {TODAY_SQL} - interval '3 years'
       AND {TODAY_SQL} > interval '3 years' + coalesce(
           (SELECT max(season.closes_on) FROM case_registrations link
              JOIN registrations record ON record.id = link.registration_id
              JOIN seasons season ON (season.school_code, season.cohort) = (record.school_code, record.cohort)
             WHERE link.case_id = tip_off.case_id),
           make_date(CAST(extract(year FROM tip_off.received_on) AS int), 12, 31))
"""
_COUNT_PAST = text(f"SELECT count(*), min(tip_off.received_on) {_IS_PAST}")
_PAST = text(
    f"SELECT tip_off.case_id {_IS_PAST} ORDER BY tip_off.case_id LIMIT :part FOR UPDATE SKIP LOCKED"
).bindparams(bindparam("part", type_=Integer))
_END = tuple(
    statement.bindparams(_IDS)
    for statement in (
        text(f"UPDATE tip_offs SET contact_cipher = NULL, erased_on = {TODAY_SQL} WHERE case_id = ANY(:ids)"),
        text("UPDATE tip_off_messages SET text_cipher = NULL WHERE case_id = ANY(:ids)"),
        text(
            f"""
        UPDATE case_events SET note_cipher = NULL FROM cases
         WHERE cases.id = case_events.case_id AND cases.kind = '{Kind.TIP_OFF}' AND case_events.version = 1
           AND case_events.case_id = ANY(:ids)
        """
        ),
    )
)
_SCHOOLS = text("SELECT school_code FROM cases WHERE id = ANY(:ids)").bindparams(_IDS)
_FILES = text("SELECT name FROM tip_off_files WHERE case_id = ANY(:ids) AND name IS NOT NULL").bindparams(_IDS)
_DROP_FILES = text("UPDATE tip_off_files SET name = NULL WHERE case_id = ANY(:ids)").bindparams(_IDS)
_OLD_DAYS = text(f"DELETE FROM tip_off_days WHERE day < {TODAY_SQL} - 7")
# who is linked may be named in them, too
_ERASE = text(
    """
    UPDATE tip_off_messages SET text_cipher = NULL
      FROM case_registrations link JOIN roster_graduates person USING (graduate_id)
     WHERE person.graduate_id = ANY(:ids) AND person.erased AND link.case_id = tip_off_messages.case_id
    """
).bindparams(_IDS)


class Waiting(NamedTuple):
    """A file that is to be written anew."""

    case_id: CaseId
    n: int
    name: ObjectName
    media_type: str


async def next_waiting(connection: Connection, after: tuple[UUID, int]) -> Waiting | None:
    """The next file that waits, after one."""
    row = (await connection.execute(_WAITING, {"case_id": after[0], "n": after[1]})).one_or_none()
    return None if row is None else Waiting(CaseId(row[0]), row[1], ObjectName(row[2]), row[3])


async def kept(connection: Connection, waiting: Waiting, name: ObjectName) -> bool:
    """Puts what is kept in the place of what was sent; False where another worker has."""
    return await _checked(connection, waiting, FileState.KEPT, name)


async def refused(connection: Connection, waiting: Waiting) -> bool:
    """Notes that nothing of it is kept; False where another worker has checked it."""
    return await _checked(connection, waiting, FileState.REFUSED, None)


async def past(connection: Connection) -> tuple[int, date | None]:
    """How many tip-offs are past their day, and when the oldest of them came."""
    count, oldest = (await connection.execute(_COUNT_PAST)).one()
    return count, oldest


async def end_part(connection: Connection, part: int) -> tuple[list[SchoolCode], list[ObjectName]]:
    """Erases the texts of tip-offs past their day; the school of each, and the files that are to be dropped."""
    ids = await connection.scalars(_PAST, {"part": part})
    schools = await connection.scalars(_SCHOOLS, {"ids": ids})
    for each in _END:
        await connection.execute(each, {"ids": ids})
    names = await connection.scalars(_FILES, {"ids": ids})
    await connection.execute(_DROP_FILES, {"ids": ids})
    await connection.execute(_OLD_DAYS)
    return [SchoolCode(each) for each in schools], [ObjectName(each) for each in names]


async def erase(connection: Connection, graduate_ids: Sequence[GraduateId]) -> None:
    """Empties messages of tip-offs that link erased graduates; repeatable."""
    await connection.execute(_ERASE, {"ids": list(graduate_ids)})


async def reseal_contacts(database: Database, cipher: FieldCipher) -> int:
    """Seals contacts by the ring's current key; how many."""
    return await _reseal(database, cipher, "tip_offs", "case_id", "contact_cipher", CONTACT)


async def reseal_messages(database: Database, cipher: FieldCipher) -> int:
    """Seals messages by the ring's current key; how many."""
    return await _reseal(database, cipher, "tip_off_messages", "id", "text_cipher", TEXT)


async def _reseal(database: Database, cipher: FieldCipher, table: str, key: str, column: str, field: str) -> int:
    others = text(
        f"SELECT {key} AS id, {column} AS sealed FROM {table} WHERE {by_another_key(column)}"
        f" ORDER BY {key} LIMIT :part FOR UPDATE"
    )
    reseal = text(f"UPDATE {table} SET {column} = :sealed WHERE {key} = :id")

    def anew(row: Row) -> dict[str, object]:
        return {"id": row.id, "sealed": cipher.encrypt(field, row.id, cipher.decrypt(field, row.id, row.sealed))}

    return await reseal_rows(database, cipher, others, reseal, anew)


async def _checked(connection: Connection, waiting: Waiting, state: FileState, name: ObjectName | None) -> bool:
    values = {"case_id": waiting.case_id, "n": waiting.n, "before": waiting.name}
    return await connection.affected(_CHECKED, {**values, "state": state.value, "name": name}) == 1
