"""The newest description of each unit is kept, and its own event fills what an older image has left out."""

from typing import Any

from sqlalchemy import text

from common.contracts.organisation import UnitKind
from common.database import Database
from testing.databases import committed

_MAJOR = text(
    "SELECT national_code, catalogue_year, predecessors FROM units WHERE school_code = :school AND unit_kind = 'major'"
)


async def test_a_unit_is_kept_with_all_that_is_said_of_it(database: Database, apply: Any, school: Any) -> None:
    school.described(city_code="410100", identifier_code=f"41000{school.code}")
    said = {"national_code": "080902", "catalogue_year": 2012, "predecessors": ("软件", "080611")}
    school.has_unit(UnitKind.MAJOR, "080902", **said)
    await apply(school.events)
    expected = ("080902", 2012, ["软件", "080611"])
    assert await _major(database, school.code) == expected
    async with committed(database) as connection:
        forgotten = "UPDATE units SET national_code = NULL, predecessors = NULL WHERE school_code = :school"
        await connection.execute(text(forgotten), {"school": school.code})
    await apply(school.events)
    assert await _major(database, school.code) == expected


async def _major(database: Database, school: str) -> tuple[Any, ...]:
    async with database.reading() as connection:
        return tuple((await connection.execute(_MAJOR, {"school": school})).one())
