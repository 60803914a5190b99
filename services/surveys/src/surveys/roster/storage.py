"""The roster in SQL: the highest sequence of a key wins, whatever the order of delivery."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, bindparam, select, text

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.consuming.included import OF_EVENT, among, included_in
from common.contracts import ChangeToken
from common.contracts.graduate import TOPIC as GRADUATES
from common.contracts.organisation import TOPIC as ORGANISATION
from common.contracts.registration import TOPIC as REGISTRATIONS
from common.database import Database
from common.errors import NotFound
from common.identifiers import GraduateId, SchoolCode
from common.sql import Connection
from surveys.roster.domain import CLASS, GROUPS, REGISTERED, SchoolNames, Situation
from surveys.roster.tables import graduates
from surveys.units.storage import INCLUDED as INCLUDED_UNITS

RosterRow = dict[str, Any]

_GRADUATES = text(
    """
    INSERT INTO graduates AS kept
           (graduate_id, school_code, cohort, status, counted, erased, sequence, event_id, event_sequence,
            counted_sequence)
    SELECT entry.*, entry.sequence, entry.sequence
      FROM unnest(CAST(:graduate_id AS uuid[]), CAST(:school_code AS text[]), CAST(:cohort AS int[]),
                  CAST(:status AS text[]), CAST(:counted AS boolean[]), CAST(:erased AS boolean[]),
                  CAST(:sequence AS bigint[]), CAST(:event_id AS uuid[]))
        AS entry (graduate_id, school_code, cohort, status, counted, erased, sequence, event_id)
    ON CONFLICT (graduate_id) DO UPDATE
       SET school_code = EXCLUDED.school_code, cohort = EXCLUDED.cohort, status = EXCLUDED.status,
           counted = EXCLUDED.counted, counted_sequence = EXCLUDED.counted_sequence, sequence = EXCLUDED.sequence,
           event_id = EXCLUDED.event_id, event_sequence = EXCLUDED.event_sequence,
           erased = kept.erased OR EXCLUDED.erased
     WHERE EXCLUDED.sequence > kept.sequence
    """
)

_SCHOOLS = text(
    """
    INSERT INTO schools AS kept (school_code, name, name_en, name_sequence, sequence, event_id, event_sequence)
    SELECT entry.*, entry.sequence
      FROM unnest(CAST(:school_code AS text[]), CAST(:name AS text[]), CAST(:name_en AS text[]),
                  CAST(:name_sequence AS bigint[]), CAST(:sequence AS bigint[]), CAST(:event_id AS uuid[]))
        AS entry (school_code, name, name_en, name_sequence, sequence, event_id)
    ON CONFLICT (school_code) DO UPDATE
       SET name = CASE WHEN EXCLUDED.name_sequence > kept.name_sequence THEN EXCLUDED.name ELSE kept.name END,
           name_en = CASE WHEN EXCLUDED.name_sequence > kept.name_sequence THEN EXCLUDED.name_en ELSE kept.name_en END,
           name_sequence = greatest(EXCLUDED.name_sequence, kept.name_sequence),
           sequence = greatest(EXCLUDED.sequence, kept.sequence),
           event_id = CASE WHEN EXCLUDED.sequence > kept.sequence THEN EXCLUDED.event_id ELSE kept.event_id END,
           event_sequence = CASE WHEN EXCLUDED.sequence > kept.sequence THEN EXCLUDED.sequence
                                 ELSE kept.event_sequence END
    """
)


def _keeping(table: str, columns: Mapping[str, str]) -> TextClause:
    """The newest event of each graduate, as a row of a table with `event_columns` and these columns."""
    types = {"graduate_id": "uuid", "school_code": "text", "sequence": "bigint", "event_id": "uuid", **columns}
    arrays = ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in types.items())
    renewed = ", ".join(f"{name} = EXCLUDED.{name}" for name in (*types, "event_sequence") if name != "graduate_id")
    return text(
        f"""
        INSERT INTO {table} AS kept ({", ".join(types)}, event_sequence)
        SELECT entry.*, entry.sequence FROM unnest({arrays}) AS entry ({", ".join(types)})
        ON CONFLICT (graduate_id) DO UPDATE SET {renewed} WHERE EXCLUDED.sequence >= kept.sequence
        """
    )


_GROUPS = _keeping("roster_groups", dict.fromkeys((*GROUPS, CLASS), "text"))
_REGISTRATIONS = _keeping("effective_registrations", {**dict.fromkeys(REGISTERED, "text"), "flexible": "boolean"})


def _reached(table: str, key: str, of_event: str) -> TextClause:
    return among(
        f"""
        SELECT FROM {table} AS stored
        WHERE {key} AND stored.sequence >= named.sequence AND stored.school_code = named.school_code AND {of_event}
        """
    )


def _reached_of_graduate(table: str) -> TextClause:
    of_event = f"(stored.sequence > named.sequence OR {OF_EVENT})"
    return _reached(table, "stored.graduate_id = CAST(named.key AS uuid)", of_event)


INCLUDED: Mapping[str, TextClause] = MappingProxyType(
    {
        GRADUATES: _reached_of_graduate("graduates"),
        ORGANISATION: _reached("schools", "stored.school_code = named.key", OF_EVENT),
    }
)
"""Which changes the roster holds, by topic: those up to the newest of the graduate, or of the school's units."""

INCLUDED_SITUATIONS: Mapping[str, TextClause] = MappingProxyType(
    {
        GRADUATES: _reached_of_graduate("roster_groups"),
        REGISTRATIONS: _reached_of_graduate("effective_registrations"),
    }
)
"""Which changes the groups and the effective registrations hold."""

_SITUATION = text(
    f"""
    SELECT {", ".join((*GROUPS, *REGISTERED))} FROM (SELECT CAST(:id AS uuid) AS graduate_id) AS named
      LEFT JOIN roster_groups USING (graduate_id) LEFT JOIN effective_registrations USING (graduate_id)
    """
)
_SITUATIONS = text(
    f"""
    SELECT graduate_id, {", ".join((*GROUPS, *REGISTERED))}
      FROM (SELECT DISTINCT graduate_id FROM unnest(CAST(:ids AS uuid[])) AS given (graduate_id)) AS named
      LEFT JOIN roster_groups USING (graduate_id) LEFT JOIN effective_registrations USING (graduate_id)
    """
)
_SCHOOL_NAME = text("SELECT name, name_en FROM schools WHERE school_code = :school_code")


async def keep_graduates(connection: Connection, kept: Sequence[RosterRow]) -> None:
    """Stores the state of graduates, one row each, in the order in which locks are taken."""
    await _unnest(connection, _GRADUATES, kept)


async def keep_schools(connection: Connection, kept: Sequence[RosterRow]) -> None:
    """Stores names of schools and how far each school's events are known, one row each."""
    await _unnest(connection, _SCHOOLS, kept)


async def keep_groups(connection: Connection, kept: Sequence[RosterRow]) -> None:
    """Stores the groups of graduates, one row each, in the order in which locks are taken."""
    await _unnest(connection, _GROUPS, kept)


async def keep_registrations(connection: Connection, kept: Sequence[RosterRow]) -> None:
    """Stores the effective registrations of graduates in the same way; a voided one as a row without codes."""
    await _unnest(connection, _REGISTRATIONS, kept)


async def situation_of(connection: Connection, graduate_id: GraduateId | None) -> Situation:
    """Groups and effective registration of a graduate; without any until the events have arrived, and of None."""
    return rows.one(Situation, await connection.execute(_SITUATION, {"id": graduate_id}))


async def situations_of(connection: Connection, graduate_ids: Sequence[GraduateId]) -> dict[GraduateId, Situation]:
    """The same of many graduates, by their ids."""
    found = await connection.execute(_SITUATIONS, {"ids": graduate_ids})
    return {row.graduate_id: situation for row, situation in zip(found, rows.all(Situation, found), strict=True)}


async def school_names(connection: Connection, school_code: SchoolCode) -> SchoolNames:
    """What a school is called, as far as its event has arrived."""
    row = (await connection.execute(_SCHOOL_NAME, {"school_code": school_code})).one_or_none()
    return SchoolNames(row.name, row.name_en) if row else SchoolNames(None, None)


async def must_be_in_scope(connection: Connection, scope: RowScope, graduate_id: GraduateId) -> None:
    """Raises NotFound for a graduate outside the scope."""
    if await connection.scalar(_in_scope(scope.shape), {**scope.values, "id": graduate_id}) is None:
        raise NotFound


async def included_of(database: Database, tokens: Collection[ChangeToken]) -> set[ChangeToken]:
    """Those of the changes that are stored wherever their topic is kept, and those of topics that are kept nowhere."""
    included = set(tokens)
    async with database.reading() as connection:
        for stored in (INCLUDED, INCLUDED_SITUATIONS, INCLUDED_UNITS):
            found = await included_in(connection, stored, tokens)
            included &= found | {token for token in tokens if token.topic not in stored}
    return included


@lru_cache
def _in_scope(seen: ScopeShape) -> Select[Any]:
    owners: Owners[ColumnElement[Any]] = Owners(
        school_code=graduates.c.school_code, graduate_id=graduates.c.graduate_id
    )
    return select(graduates.c.graduate_id).where(graduates.c.graduate_id == bindparam("id"), seen.condition(owners))


async def _unnest(connection: Connection, statement: TextClause, kept: Sequence[RosterRow]) -> None:
    if kept:
        await connection.execute(statement, {name: [row[name] for row in kept] for name in kept[0]})
