"""What destinations says of outside sources is kept once, and a fork is refused."""

from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from common.database import Database

JUNE = date(2024, 6, 1)
_STORED = text("SELECT version, to_on, same_employer FROM fact_versions WHERE school_code = :school ORDER BY sequence")


async def test_every_version_is_kept_once(database: Database, apply: Any, school: Any) -> None:
    someone, fact = school.enters(), uuid4()
    school.is_said(someone, fact, JUNE, same_employer=True)
    school.is_said(someone, fact, JUNE, version=2, to_on=date(2024, 8, 31))
    await apply(school.events)
    await apply(school.events)
    async with database.reading() as connection:
        rows = [tuple(row) for row in await connection.execute(_STORED, {"school": school.code})]
    assert rows == [(1, None, True), (2, date(2024, 8, 31), None)]
