"""Units in SQL: of each the highest sequence wins, whatever the order of delivery."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import TextClause, text

from common.consuming.included import OF_EVENT, among
from common.contracts.organisation import TOPIC as ORGANISATION
from common.errors import Message
from common.identifiers import SchoolCode
from common.sql import Connection
from surveys.units.domain import SchoolUnits, Unit

UnitRow = dict[str, Any]

_LISTS: Mapping[str, str] = MappingProxyType({"college": "colleges", "major": "majors"})
"""The list that units of a kind are in."""

_KEEP = text(
    """
    INSERT INTO school_units AS kept
           (school_code, unit_kind, code, name, name_en, state, sequence, event_id, event_sequence)
    SELECT entry.*, entry.sequence
      FROM unnest(CAST(:school_code AS text[]), CAST(:unit_kind AS text[]), CAST(:code AS text[]),
                  CAST(:name AS text[]), CAST(:name_en AS text[]), CAST(:state AS text[]),
                  CAST(:sequence AS bigint[]), CAST(:event_id AS uuid[]))
        AS entry (school_code, unit_kind, code, name, name_en, state, sequence, event_id)
    ON CONFLICT (school_code, unit_kind, code) DO UPDATE
       SET name = EXCLUDED.name, name_en = EXCLUDED.name_en, state = EXCLUDED.state, sequence = EXCLUDED.sequence,
           event_id = EXCLUDED.event_id, event_sequence = EXCLUDED.event_sequence
     WHERE EXCLUDED.sequence > kept.sequence
    """
)
_OF_SCHOOL = text(
    """
    SELECT unit_kind, code, name, name_en, state, sequence FROM school_units
    WHERE school_code = :school_code AND unit_kind IN ('college', 'major') ORDER BY unit_kind, code
    """
)

INCLUDED: Mapping[str, TextClause] = MappingProxyType(
    {
        ORGANISATION: among(
            f"""
            SELECT FROM school_units AS stored
            WHERE stored.school_code = named.key AND stored.sequence >= named.sequence
              AND stored.school_code = named.school_code AND {OF_EVENT}
            """
        )
    }
)
"""Which changes the units hold: those up to the newest of the school's."""


async def keep(connection: Connection, kept: Sequence[UnitRow]) -> None:
    """Stores descriptions of units, one row each, in the order in which locks are taken."""
    if kept:
        await connection.execute(_KEEP, {name: [row[name] for row in kept] for name in kept[0]})


async def units_of(connection: Connection, school_code: SchoolCode) -> SchoolUnits:
    """The colleges and majors of a school, as far as their events have arrived."""
    found = defaultdict[str, dict[str, Unit]](dict)
    stamp = 0
    for row in await connection.execute(_OF_SCHOOL, {"school_code": school_code}):
        name = Message(row.name, row.name_en or row.name)
        found[_LISTS[row.unit_kind]][row.code] = Unit(name, is_closed=row.state == "closed")
        stamp += row.sequence
    return SchoolUnits(school_code, stamp, found)
