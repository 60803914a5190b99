"""The newest of the roster in SQL: the highest sequence of a key wins, whatever the order of delivery."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from functools import lru_cache
from itertools import starmap
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Select,
    Text,
    TextClause,
    Uuid,
    any_,
    bindparam,
    literal_column,
    select,
    text,
)

from common import rows
from common.auth import Owners, RowScope, ScopeShape
from common.code_entries import table as code_entries
from common.consuming.counted import newest_counted
from common.consuming.included import OF_EVENT, among
from common.contracts import code_list, graduate, organisation
from common.errors import NotFound
from common.identifiers import GraduateId, ProvinceCode, SchoolCode
from common.sql import Connection, Row, array, array_sql
from destinations.roster import tables
from destinations.roster.domain import GRADUATE_FIELDS, Graduate, RosterEntry, SchoolEntry


def same_since(graduate: str) -> str:
    """The sequence since which nothing was said of a graduate but what stood, as SQL over a row of the roster."""
    of_now = f"CASE WHEN {graduate}.same_until = {graduate}.sequence THEN {graduate}.same_since END"
    return f"coalesce({of_now}, {graduate}.sequence)"


_KEPT = {
    "id": "uuid",
    "school_code": "text",
    "cohort": "int",
    "college_code": "text",
    "major_code": "text",
    "class_code": "text",
    "education_level_code": "text",
    "status": "text",
    "counted": "boolean",
    "erased": "boolean",
    "training_mode_code": "text",
    "sequence": "bigint",
    "event_id": "uuid",
    "same_since": "bigint",
}
_KEEP_GRADUATES = text(
    f"""
    INSERT INTO roster_graduates AS kept
           (graduate_id, school_code, cohort, college_code, major_code, class_code, education_level_code, status,
            counted, erased, training_mode_code, sequence, event_id, same_since, event_sequence, counted_sequence,
            same_until, mode_sequence)
    SELECT entry.*, CASE WHEN entry.event_id IS NOT NULL THEN entry.sequence END, entry.sequence, entry.sequence,
           entry.sequence
      FROM unnest({", ".join(starmap(array_sql, _KEPT.items()))})
                   AS entry (graduate_id, school_code, cohort, college_code, major_code, class_code,
                             education_level_code, status, counted, erased, training_mode_code, sequence, event_id,
                             same_since)
     -- what is known already need not be locked: most rows of an import are
     WHERE NOT EXISTS (SELECT 1 FROM roster_graduates known
                        WHERE known.graduate_id = entry.graduate_id AND known.sequence >= entry.sequence)
    ON CONFLICT (graduate_id) DO UPDATE
       SET school_code = EXCLUDED.school_code, cohort = EXCLUDED.cohort, college_code = EXCLUDED.college_code,
           major_code = EXCLUDED.major_code, class_code = EXCLUDED.class_code,
           education_level_code = EXCLUDED.education_level_code, status = EXCLUDED.status,
           counted = EXCLUDED.counted, counted_sequence = EXCLUDED.counted_sequence,
           erased = kept.erased OR EXCLUDED.erased,
           training_mode_code = EXCLUDED.training_mode_code, mode_sequence = EXCLUDED.mode_sequence,
           sequence = EXCLUDED.sequence, event_id = EXCLUDED.event_id, event_sequence = EXCLUDED.event_sequence,
           same_since = coalesce(EXCLUDED.same_since,
                                 CASE WHEN kept.sequence = EXCLUDED.sequence - 1 THEN {same_since("kept")} END,
                                 EXCLUDED.sequence),
           same_until = EXCLUDED.same_until
     WHERE EXCLUDED.sequence > kept.sequence
    """
)

_KEEP_SCHOOLS = text(
    """
    INSERT INTO roster_schools AS kept (school_code, province_code, sequence, event_id, event_sequence)
    SELECT entry.*, entry.sequence
      FROM unnest(CAST(:school_code AS text[]), CAST(:province_code AS text[]), CAST(:sequence AS bigint[]),
                  CAST(:event_id AS uuid[])) AS entry (school_code, province_code, sequence, event_id)
    ON CONFLICT (school_code) DO UPDATE
       SET province_code = EXCLUDED.province_code, sequence = EXCLUDED.sequence, event_id = EXCLUDED.event_id,
           event_sequence = EXCLUDED.event_sequence
     WHERE EXCLUDED.sequence > kept.sequence
    """
)

INCLUDED: Mapping[str, TextClause] = MappingProxyType(
    {
        code_list.TOPIC: code_entries.INCLUDED,
        graduate.TOPIC: among(
            f"""
            SELECT FROM roster_graduates AS stored
            WHERE stored.graduate_id = CAST(named.key AS uuid) AND stored.sequence >= named.sequence
              AND stored.school_code = named.school_code AND (stored.sequence > named.sequence OR {OF_EVENT})
            """
        ),
        organisation.TOPIC: among(
            f"""
            SELECT FROM roster_schools AS stored
            WHERE stored.school_code = named.key AND stored.sequence >= named.sequence
              AND stored.school_code = named.school_code AND {OF_EVENT}
            """
        ),
    }
)
"""Which changes the roster holds, by topic: those up to the newest of graduate, school or code list."""

_of_graduate, _graduate = itemgetter("graduate_id", *GRADUATE_FIELDS), rows.builder(Graduate)
_GRADUATES, _SCHOOLS = tables.graduates.c, tables.schools.c


def _newest_mode(table: str) -> str:
    """The mode of training as SQL over a row of the roster; unknown where another image has written the row."""
    return f"CASE WHEN {table}.mode_sequence = {table}.sequence THEN {table}.training_mode_code END"


_BY_SEQUENCE = {"counted": newest_counted, "training_mode_code": _newest_mode}
"""Fields that hold as of a sequence of their own."""

STATED: Mapping[str, ColumnElement[Any]] = MappingProxyType(
    {name: _GRADUATES[name] for name in GRADUATE_FIELDS}
    | {"counted": literal_column(newest_counted(tables.graduates.name), Boolean).label("counted")}
    | {"training_mode_code": literal_column(_newest_mode(tables.graduates.name), Text).label("training_mode_code")}
)
"""The GRADUATE_FIELDS as columns over `roster_graduates`."""

_WITH_PROVINCE = (
    select(_GRADUATES.graduate_id, *STATED.values(), _SCHOOLS.province_code)
    .select_from(tables.graduates.outerjoin(tables.schools, _SCHOOLS.school_code == _GRADUATES.school_code))
    .where(_GRADUATES.graduate_id == bindparam("id"))
)
_SEVERAL = select(_GRADUATES.graduate_id, *STATED.values(), _GRADUATES.sequence).where(
    _GRADUATES.graduate_id == any_(bindparam("ids", type_=ARRAY(Uuid)))
)
_HELD = _SEVERAL.order_by(_GRADUATES.graduate_id).with_for_update(read=True, of=tables.graduates)
_PROVINCE = select(_SCHOOLS.province_code).where(_SCHOOLS.school_code == bindparam("school_code"))
_NEWER_FIELDS = (_BY_SEQUENCE[name]("known") if name in _BY_SEQUENCE else name for name in GRADUATE_FIELDS)
_NEWER = text(
    f"""
    SELECT known.graduate_id, {", ".join(_NEWER_FIELDS)}
      FROM unnest({array_sql("ids", "uuid")}, {array_sql("sequences", "bigint")}) AS entry (graduate_id, sequence)
      JOIN roster_graduates known ON known.graduate_id = entry.graduate_id AND known.sequence > entry.sequence
    """
)

_NOT_KEPT = text(
    f"""
    SELECT entry.place
      FROM unnest({array_sql("ids", "uuid")}, {array_sql("sequences", "bigint")}) WITH ORDINALITY
           AS entry (graduate_id, sequence, place)
     WHERE NOT EXISTS (SELECT 1 FROM roster_graduates known
                        WHERE known.graduate_id = entry.graduate_id AND known.sequence >= entry.sequence)
    """
)

OWNERS_OF_EVENTS = {
    "province_code": "school_code IN (SELECT school_code FROM roster_schools WHERE province_code = :province_code)",
    "college_code": "key IN (SELECT CAST(graduate_id AS text) FROM roster_graduates"
    " WHERE school_code = :school_code AND college_code = :college_code)",
    "class_code": "key IN (SELECT CAST(graduate_id AS text) FROM roster_graduates"
    " WHERE school_code = :school_code AND class_code = ANY(:class_code))",
}
"""Owners of our events by now: an event carries neither the school's province nor where a graduate has moved since."""


@lru_cache
def _in_scope(seen: ScopeShape) -> Select[Any]:
    joined = tables.graduates.outerjoin(tables.schools, _SCHOOLS.school_code == _GRADUATES.school_code)
    found = select(_GRADUATES.graduate_id).select_from(joined)
    return found.where(visible(seen), _GRADUATES.graduate_id == bindparam("id"))


async def keep_graduates(connection: Connection, entries: Iterable[RosterEntry]) -> None:
    """Stores the state of graduates; an entry that is not newer than what is known changes nothing."""
    newest = list(_newest(entries).values())
    if newest:
        values = {name: [getattr(each.graduate, name) for each in newest] for name in ("id", *GRADUATE_FIELDS)}
        values |= {name: [getattr(each, name) for each in newest] for name in ("sequence", "event_id")}
        values["same_since"] = [None if each.is_restated else each.sequence for each in newest]
        await connection.execute(_KEEP_GRADUATES, {name: array(column) for name, column in values.items()})


async def not_kept(connection: Connection, entries: Sequence[RosterEntry]) -> list[RosterEntry]:
    """Of these entries, in their order, those that are newer than what is known: of an import hardly any is."""
    ids, sequences = (each.graduate.id for each in entries), (each.sequence for each in entries)
    values = {"ids": array(ids), "sequences": array(sequences)}
    return [entries[place - 1] for place in sorted(await connection.scalars(_NOT_KEPT, values))]


async def keep_schools(connection: Connection, entries: Iterable[SchoolEntry]) -> None:
    """Stores the provinces of schools in the same way."""
    by_code = {each.school_code: each for each in sorted(entries, key=lambda each: each.sequence)}
    newest = [by_code[code] for code in sorted(by_code)]
    if newest:
        names = [field.name for field in fields(SchoolEntry)]
        await connection.execute(_KEEP_SCHOOLS, {name: [getattr(each, name) for each in newest] for name in names})


async def find(connection: Connection, graduate_id: GraduateId) -> tuple[Graduate, ProvinceCode | None] | None:
    """The graduate with the province of the school, or None if the graduate is not in the roster (yet)."""
    row = (await connection.execute(_WITH_PROVINCE, {"id": graduate_id})).one_or_none()
    return (to_graduate(row), row.province_code) if row else None


async def must_be_in_scope(connection: Connection, scope: RowScope, graduate_id: GraduateId) -> None:
    """Raises NotFound for a graduate outside the scope."""
    if await connection.scalar(_in_scope(scope.shape), {**scope.values, "id": graduate_id}) is None:
        raise NotFound


async def graduates(connection: Connection, entries: Iterable[RosterEntry]) -> dict[GraduateId, Graduate]:
    """Graduates as the entry says, or as stored where that is newer: what `keep_graduates` would leave."""
    newest = _newest(entries, in_order=False)
    values = {"ids": array(newest), "sequences": array(entry.sequence for entry in newest.values())}
    # of thousands in an import, few are newer: only those are read
    stored = {known[0]: Graduate(*known) for known in await connection.execute(_NEWER, values)}
    return {graduate_id: stored.get(graduate_id) or entry.graduate for graduate_id, entry in newest.items()}


async def entries(connection: Connection, graduate_ids: Collection[GraduateId]) -> dict[GraduateId, RosterEntry]:
    """The entries of these graduates as stored."""
    found = await connection.execute(_SEVERAL, {"ids": list(graduate_ids)}) if graduate_ids else ()
    return {known[0]: RosterEntry(Graduate(*known), sequence) for *known, sequence in found}


async def hold_entries(connection: Connection, graduate_ids: Collection[GraduateId]) -> dict[GraduateId, Graduate]:
    """These graduates as stored; what registry says of them later waits until the transaction ends.

    For writes about graduates that have no stream of their own: an erasure comes before, and is seen, or after.
    """
    found = await connection.execute(_HELD, {"ids": list(graduate_ids)})
    return {known[0]: Graduate(*known) for *known, _ in found}


async def province_of(connection: Connection, school_code: SchoolCode) -> ProvinceCode | None:
    """The province of a school; None where no event has named it yet."""
    found: ProvinceCode | None = await connection.scalar(_PROVINCE, {"school_code": school_code})
    return found


def visible(seen: ScopeShape) -> ColumnElement[bool]:
    """A caller's rows as a condition over `roster_graduates` and `roster_schools`."""
    return seen.condition(
        Owners(
            school_code=_GRADUATES.school_code,
            college_code=_GRADUATES.college_code,
            class_code=_GRADUATES.class_code,
            graduate_id=_GRADUATES.graduate_id,
            province_code=_SCHOOLS.province_code,
        )
    )


def to_graduate(row: Row) -> Graduate:
    """The graduate of a row that has the roster's columns."""
    made: Graduate = _graduate(_of_graduate(row))
    return made


def _newest(entries: Iterable[RosterEntry], *, in_order: bool = True) -> dict[GraduateId, RosterEntry]:
    """The newest entry of each graduate, in the order in which rows are locked unless that does not matter."""
    by_id = {each.graduate.id: each for each in sorted(entries, key=attrgetter("sequence"))}
    if not in_order:
        return by_id
    # two ids are compared in Python, two numbers are not
    return {graduate_id: by_id[graduate_id] for graduate_id in sorted(by_id, key=attrgetter("int"))}
