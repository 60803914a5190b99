"""A school as the owner of its units: who sees it, who writes in it, and the events that it counts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, select, text, update

from common.auth import Principal
from common.contracts.organisation import OrganisationData, UnitKind
from common.database import NOW
from common.errors import NotFound
from common.identifiers import ProvinceCode, SchoolCode
from common.outbox import Reached, columns_of
from common.sql import Connection
from registry.organisation.tables import schools

_GRADUATES = "SELECT CAST(id AS text) FROM graduates WHERE school_code = :school_code"
OWNERS_OF_EVENTS = {
    "province_code": "school_code IN (SELECT code FROM schools WHERE province_code = :province_code)",
    "college_code": f"(key IN ({_GRADUATES} AND college_code = :college_code)"
    " OR key = school_code AND data ->> 'college_code' = :college_code)",
    "class_code": f"(key IN ({_GRADUATES} AND class_code = ANY(:class_code))"
    " OR key = school_code AND data ->> 'class_code' = ANY(:class_code))",
}
"""Owners of our events by now: an event carries neither the school's province nor where a graduate has moved since."""

_LOCK_SCHOOL = select(schools.c.code).where(schools.c.code == bindparam("school_code")).with_for_update(key_share=True)
_PROVINCE = select(schools.c.province_code).where(schools.c.code == bindparam("school_code"))
_NAME = select(schools.c.name).where(schools.c.code == bindparam("school_code"))
_SEQUENCE = select(schools.c.sequence).where(schools.c.code == bindparam("school_code"))
_NEXT_SEQUENCES = (
    update(schools)
    .where(schools.c.code == bindparam("of_school"))
    .values(sequence=schools.c.sequence + bindparam("how_many", type_=BigInteger))
    .returning(schools.c.sequence, NOW)
)

# a school that the database does not know keeps its code: closed, until its administrator opens it again
_KEEP_SCHOOLS = text(
    """
    INSERT INTO schools (code, province_code, name, name_en, identifier_code, city_code, state)
    SELECT code, province_code, name, name_en, identifier_code, city_code, 'closed'
      FROM unnest(CAST(:codes AS text[]), CAST(:provinces AS text[]), CAST(:names AS text[]), CAST(:names_en AS text[]),
                  CAST(:identifiers AS text[]), CAST(:cities AS text[]))
           AS described (code, province_code, name, name_en, identifier_code, city_code)
    ON CONFLICT (code) DO NOTHING
    """
)
_RAISE_STREAMS = text(
    """
    UPDATE schools SET sequence = greatest(schools.sequence, reached.sequence)
      FROM unnest(CAST(:keys AS text[]), CAST(:sequences AS bigint[])) AS reached (code, sequence)
     WHERE schools.code = reached.code
    """
)


async def require_school(connection: Connection, caller: Principal, school_code: SchoolCode) -> ProvinceCode:
    """The province of a school; raises NotFound for a missing school and for one that the caller does not see."""
    province = await province_of(connection, school_code)
    if province is None or not caller.sees_school(school_code, province):
        raise NotFound
    return province


async def lock_school(connection: Connection, school_code: SchoolCode) -> bool:
    """Makes this transaction the only writer of the school's units; False if there is no such school."""
    return await connection.scalar(_LOCK_SCHOOL, {"school_code": school_code}) is not None


async def province_of(connection: Connection, school_code: SchoolCode) -> ProvinceCode | None:
    """The province of a school; None if there is no such school."""
    province: ProvinceCode | None = await connection.scalar(_PROVINCE, {"school_code": school_code})
    return province


async def name_of(connection: Connection, school_code: SchoolCode) -> str:
    """What a school is called; it must exist."""
    return str(await connection.scalar(_NAME, {"school_code": school_code}))


async def current_sequence(connection: Connection, school_code: SchoolCode) -> int:
    """How many events of its units a school has published."""
    sequence: int = await connection.scalar(_SEQUENCE, {"school_code": school_code}) or 0
    return sequence


async def next_sequences(connection: Connection, school_code: SchoolCode, how_many: int = 1) -> tuple[int, datetime]:
    """Takes the numbers of the school's next events: the last of them, and the database's instant."""
    bound = {"of_school": school_code, "how_many": how_many}
    sequence, instant = (await connection.execute(_NEXT_SEQUENCES, bound)).one()
    return sequence, instant


async def raise_streams(connection: Connection, reached: Sequence[Reached]) -> None:
    """Lets the next event of each school follow the last one that was published; keeps schools that are missing."""
    units = [unit for each in reached for unit in each.things if isinstance(unit, OrganisationData)]
    described = [unit for unit in units if unit.unit_kind == UnitKind.SCHOOL]
    await connection.execute(
        _KEEP_SCHOOLS,
        {
            "codes": [unit.code for unit in described],
            "provinces": [unit.province_code for unit in described],
            "names": [unit.name for unit in described],
            "names_en": [unit.name_en for unit in described],
            "identifiers": [unit.identifier_code for unit in described],
            "cities": [unit.city_code for unit in described],
        },
    )
    columns = columns_of(reached)
    await connection.execute(_RAISE_STREAMS, {"keys": columns["keys"], "sequences": columns["sequences"]})
