"""Whose row of a spreadsheet is this? Asked by services that may not know numbers and names."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from common.crypto import FieldCipher
from common.database import Database
from registry.graduates.models import Resolve, Resolved, ResolvedRow, ResolveRow, UnresolvedRow
from registry.graduates.sealing import name_index
from registry.graduates.storage import among
from registry.graduates.tables import graduates

Found = Mapping[str, Sequence[RowMapping]]

_COLUMNS = (
    graduates.c.id,
    graduates.c.sequence,
    graduates.c.school_code,
    graduates.c.cohort,
    graduates.c.college_code,
    graduates.c.major_code,
    graduates.c.class_code,
    graduates.c.education_level_code,
    graduates.c.status,
    graduates.c.student_number,
    graduates.c.exam_number,
    graduates.c.name_index,
)


async def resolve(database: Database, cipher: FieldCipher, asked: Resolve) -> Resolved:
    """One answer for each row: by student number, else by examinee number, and the name must agree."""
    async with database.reading() as connection:
        by_student = await _found(connection, asked, "student_number")
        by_exam = await _found(connection, asked, "exam_number")
    return Resolved(rows=[_resolved(cipher, asked, row, by_student, by_exam) for row in asked.rows])


async def _found(connection: AsyncConnection, asked: Resolve, field: str) -> Found:
    keys = {key for row in asked.rows if (key := _key(row, field))}
    query = among(_COLUMNS, graduates.c[field], asked.school_code, asked.cohort, keys)
    found: dict[str, list[RowMapping]] = {}
    for row in (await connection.execute(query)).mappings() if keys else ():
        found.setdefault(row[field], []).append(row)
    return found


def _resolved(
    cipher: FieldCipher, asked: Resolve, row: ResolveRow, by_student: Found, by_exam: Found
) -> ResolvedRow | UnresolvedRow:
    number = _key(row, "student_number")
    people = by_student.get(number, ()) if number else by_exam.get(_key(row, "exam_number") or "", ())
    if len(people) != 1:
        return UnresolvedRow(row=row.row, problem="ambiguous" if people else "not_found")
    if people[0]["name_index"] != name_index(cipher, asked.school_code, row.name or ""):
        return UnresolvedRow(row=row.row, problem="name_mismatch")
    return _answer(row.row, people[0])


def _answer(number: int, person: RowMapping) -> ResolvedRow:
    values: dict[str, Any] = {
        field: person[field] for field in ResolvedRow.model_fields if field not in {"row", "graduate_id"}
    }
    return ResolvedRow(row=number, graduate_id=person["id"], **values)


def _key(row: ResolveRow, field: str) -> str | None:
    text = getattr(row, field)
    return text.strip() or None if text else None
