"""What was filed of graduates, and whom a filing is about."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, TextClause, Uuid, bindparam, text

from common import copying
from common.consuming.counted import newest_counted
from common.identifiers import GraduateId, RegistrationId
from common.sql import Connection, Row
from destinations.filing.domain.filing import Asked, Filing, FilingId, State
from destinations.filing.domain.judging import Item, What
from destinations.filing.tables import items

_COLUMNS = ("filing_id", "n", "school_code", *Item._fields)
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_HAS = f"('{State.SENT}', '{State.ACCEPTED}')"
"""States of the filings that their recipient has."""

_OF_RECIPIENT = f"""
      FROM filing_items item JOIN filings filing ON filing.id = item.filing_id
     WHERE filing.school_code = :school_code AND filing.cohort = :cohort AND filing.state IN {_HAS}
       AND filing.recipient IS NOT DISTINCT FROM CAST(:recipient AS text)
       AND filing.college_code IS NOT DISTINCT FROM CAST(:college_code AS text)
"""
_LAST = text(
    f"""
    SELECT DISTINCT ON (item.graduate_id) item.graduate_id, item.what, item.registration_id, item.version,
           item.destination_code {_OF_RECIPIENT} AND item.graduate_id = ANY(:ids)
     ORDER BY item.graduate_id, filing.serial DESC
    """
).bindparams(_IDS)
_SELECTED = "FROM roster_graduates WHERE school_code = :school_code AND cohort = :cohort"
_UNITS = ("college_code", "major_code", "class_code")
_GONE = text(
    f"""
    SELECT DISTINCT item.graduate_id {_OF_RECIPIENT}
       AND NOT EXISTS (SELECT {_SELECTED} AND graduate_id = item.graduate_id) ORDER BY 1
    """
)
_ROWS = f"filing_items WHERE filing_id = :id AND what <> '{What.WITHDRAWN}'"
_PEOPLE_IN = text(f"SELECT graduate_id FROM {_ROWS}")
_HAS_ERASED = text(
    f"SELECT EXISTS (SELECT FROM {_ROWS} AND graduate_id IN (SELECT graduate_id FROM roster_graduates WHERE erased))"
)
# the school's own files say nothing of what is filed, unless nothing else is
_FILED = """
    SELECT filing.id AS filing_id, item.version
      FROM filing_items item JOIN filings filing ON filing.id = item.filing_id
     WHERE item.registration_id = {registration} AND filing.sent_at IS NOT NULL
     ORDER BY filing.recipient IS NULL, filing.sent_at DESC LIMIT 1
"""
_OF_MANY = text(
    f"""
    SELECT named.id, found.filing_id, found.version FROM unnest(:ids) AS named (id)
     CROSS JOIN LATERAL ({_FILED.format(registration="named.id")}) found
    """
).bindparams(_IDS)
_OF_GRADUATE = text(
    """
    SELECT filing.id, filing.cohort, filing.recipient, filing.serial, filing.state, filing.known_at, filing.sent_at,
           item.what, item.registration_id, item.version, item.destination_code
      FROM filing_items item JOIN filings filing ON filing.id = item.filing_id
     WHERE item.graduate_id = :id ORDER BY filing.id
    """
)


def _series(filing: Filing) -> dict[str, object]:
    asked = filing.asked
    return {
        "school_code": asked.school_code,
        "cohort": asked.cohort,
        "recipient": asked.recipient,
        "college_code": filing.college_code,
    }


async def count_people(connection: Connection, asked: Asked) -> int:
    """How many graduates of the population the filter means."""
    units = _units(asked)
    bound = {"school_code": asked.school_code, "cohort": asked.cohort, **units}
    found: int = await connection.scalar(_count(tuple(units)), bound)
    return found


async def people(connection: Connection, filing: Filing) -> list[GraduateId]:
    """The graduates that a filing is about, by college, major and class; without a filter also who has left since."""
    series, units = _series(filing), _units(filing.asked)
    found = await connection.scalars(_people(tuple(units)), {**series, **units})
    if not filing.asked.filter.to_json():
        found += await connection.scalars(_GONE, series)
    return found


async def last_filed(
    connection: Connection, filing: Filing, graduate_ids: Sequence[GraduateId]
) -> Mapping[GraduateId, Item]:
    """What the recipient of a filing has of these graduates by now."""
    found = await connection.execute(_LAST, {**_series(filing), "ids": list(graduate_ids)})
    return {row.graduate_id: _item(row) for row in found}


async def keep_items(connection: Connection, filing: Filing, filed_items: Iterable[Item]) -> None:
    """Stores what is filed of each graduate, the rows in their order first."""
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for n, item in enumerate(filed_items, 1):
        for name, value in zip(_COLUMNS, (filing.id, n, filing.asked.school_code, *item), strict=True):
            columns[name].append(value)
    fields = {name: copying.fields_of(items.c[name].type, column) for name, column in columns.items()}
    await copying.copy_rows(connection.driver, items.name, _COLUMNS, copying.joined(fields, _COLUMNS))


async def people_in(connection: Connection, filing_id: FilingId) -> list[GraduateId]:
    """Who is in the file."""
    return await connection.scalars(_PEOPLE_IN, {"id": filing_id})


async def has_erased(connection: Connection, filing_id: FilingId) -> bool:
    """Whether someone in the file is erased by now."""
    found: bool = await connection.scalar(_HAS_ERASED, {"id": filing_id})
    return found


async def filed(
    connection: Connection, registration_ids: Sequence[RegistrationId]
) -> Mapping[RegistrationId, tuple[FilingId, int]]:
    """The last filing that was sent with each of these registrations, and the version in it."""
    found = await connection.execute(_OF_MANY, {"ids": list(registration_ids)})
    return {row.id: (row.filing_id, row.version) for row in found}


async def of_graduate(connection: Connection, graduate_id: GraduateId) -> list[dict[str, Any]]:
    """What was filed of a graduate, for the copy of this person's data."""
    return [dict(row) for row in await connection.execute(_OF_GRADUATE, {"id": graduate_id})]


def _units(asked: Asked) -> dict[str, object]:
    given = asked.filter.to_json()
    return {name: given[name] for name in _UNITS if name in given}


def _item(row: Row) -> Item:
    return Item(row.graduate_id, What(row.what), row.registration_id, row.version, row.destination_code)


@lru_cache
def _people(narrowed: tuple[str, ...]) -> TextClause:
    return text(f"SELECT graduate_id {_SELECTED}{_narrowing(narrowed)} ORDER BY {', '.join(_UNITS)}, graduate_id")


@lru_cache
def _count(narrowed: tuple[str, ...]) -> TextClause:
    return text(f"SELECT count(*) {_SELECTED} AND {newest_counted('roster_graduates')}{_narrowing(narrowed)}")


def _narrowing(narrowed: tuple[str, ...]) -> str:
    return "".join(f" AND {name} = :{name}" for name in narrowed)
