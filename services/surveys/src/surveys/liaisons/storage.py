"""Liaisons, whom they look after, and their reports in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningUpdate

from common import rows
from common.auth import Owners, Principal, RowScope, ScopeShape
from common.clock import TODAY_SQL
from common.crypto import FieldCipher
from common.crypto.headers import UndecryptableError
from common.database import NOW
from common.database.pages import page_by_id
from common.identifiers import GraduateId, SchoolCode
from common.sql import Connection
from surveys.contact.storage.worth import ASKED, WORTH_CONTACTING
from surveys.liaisons.domain import Appointment, Liaison, LiaisonId, Outcome, Reach, Report, ReportId
from surveys.liaisons.tables import liaison_reports, liaisons
from surveys.waves.domain import Wave

FIELD = "liaisons.ref"
"""What a ref is bound to, beside its wave and who may use it."""

_ADD = insert(liaisons).returning(liaisons)
_ADD_REPORT = insert(liaison_reports).returning(liaison_reports)
_REPORT = select(liaison_reports).where(liaison_reports.c.id == bindparam("id"))
_OWN = text(
    f"""
    SELECT college_code, major_code, class_code, cohort FROM liaisons
     WHERE school_code = :school_code AND {TODAY_SQL} >= valid_from
       AND (valid_until IS NULL OR {TODAY_SQL} <= valid_until)
       AND (graduate_id = CAST(:graduate_id AS uuid) OR subject = :subject)
    """
)
_REACHED = """
    EXISTS (SELECT FROM unnest(CAST(:college_codes AS text[]), CAST(:major_codes AS text[]),
                               CAST(:class_codes AS text[]), CAST(:cohorts AS int[]))
                     AS looked_after (college_code, major_code, class_code, cohort)
             WHERE coalesce(looked_after.college_code = placed.college_code, looked_after.college_code IS NULL)
               AND coalesce(looked_after.major_code = placed.major_code, looked_after.major_code IS NULL)
               AND coalesce(looked_after.class_code = placed.class_code, looked_after.class_code IS NULL)
               AND coalesce(looked_after.cohort = person.cohort, looked_after.cohort IS NULL))
"""
# in an order that says nothing of the person, so that a cursor names none
_WORTH = text(
    f"""
    SELECT eligible.graduate_id, place.key FROM {ASKED}
     CROSS JOIN LATERAL (SELECT CAST(md5(eligible.wave_id::text || eligible.graduate_id::text) AS uuid) AS key) AS place
     WHERE eligible.wave_id = CAST(:wave_id AS uuid) AND {WORTH_CONTACTING} AND {_REACHED}
       AND eligible.graduate_id IS DISTINCT FROM CAST(:oneself AS uuid)
       AND (CAST(:after AS uuid) IS NULL OR place.key > CAST(:after AS uuid))
     ORDER BY place.key LIMIT :limit
    """
)
_IS_REACHED = text(
    f"""
    SELECT FROM wave_eligible AS eligible JOIN graduates AS person USING (graduate_id)
      LEFT JOIN roster_groups AS placed USING (graduate_id)
     WHERE eligible.wave_id = CAST(:wave_id AS uuid) AND graduate_id = CAST(:graduate_id AS uuid) AND {_REACHED}
    """
)


class Listed(NamedTuple):
    """A person worth contacting, and the place in the list."""

    graduate_id: GraduateId
    key: UUID


async def add(connection: Connection, asked: Appointment) -> Liaison:
    """Stores a new liaison."""
    return rows.one(Liaison, await connection.execute(_ADD, asdict(asked)))


async def find(
    connection: Connection, scope: RowScope, liaison_id: LiaisonId, *, for_update: bool = False
) -> Liaison | None:
    """The liaison if the scope sees the school, locked on demand."""
    query = _one(scope.shape, for_update=for_update)
    return rows.one_or_none(Liaison, await connection.execute(query, {**scope.values, "id": liaison_id}))


async def page(
    connection: Connection, scope: RowScope, school_code: SchoolCode | None, after: UUID | None, limit: int
) -> list[Liaison]:
    """Liaisons in the order of their appointment."""
    query = page_by_id(liaisons, _visible, scope, after, limit, school_code=school_code)
    return rows.all(Liaison, await connection.execute(*query))


async def save(connection: Connection, liaison: Liaison, changes: Mapping[str, Any]) -> Liaison:
    """Stores the next version of a locked liaison."""
    return rows.one(Liaison, await connection.execute(_save(tuple(changes)), {**changes, "of_id": liaison.id}))


async def reaches_of(connection: Connection, caller: Principal, school_code: SchoolCode) -> list[Reach]:
    """Whom the caller looks after today as a liaison of a school; none for who is no liaison."""
    bound = {"school_code": school_code, "graduate_id": caller.graduate_id, "subject": caller.subject}
    return rows.all(Reach, await connection.execute(_OWN, bound))


async def worth_contacting(
    connection: Connection, wave: Wave, reaches: Sequence[Reach], caller: Principal, after: UUID | None, limit: int
) -> list[Listed]:
    """Those of a wave who are looked after and worth contacting, but for the caller."""
    bound = {"wave_id": wave.id, "oneself": caller.graduate_id, "after": after, "limit": limit}
    found = await connection.execute(_WORTH, bound | _columns(reaches))
    return [Listed(GraduateId(row.graduate_id), row.key) for row in found]


async def is_reached(connection: Connection, wave: Wave, reaches: Sequence[Reach], graduate_id: GraduateId) -> bool:
    """Whether the wave asks a graduate who is looked after, whatever they have answered."""
    bound = {"wave_id": wave.id, "graduate_id": graduate_id}
    return (await connection.execute(_IS_REACHED, bound | _columns(reaches))).one_or_none() is not None


async def add_report(connection: Connection, wave: Wave, graduate_id: GraduateId, outcome: Outcome) -> Report:
    """Stores a report."""
    values = {"school_code": wave.school_code, "wave_id": wave.id, "graduate_id": graduate_id, "outcome": outcome.value}
    return rows.one(Report, await connection.execute(_ADD_REPORT, values))


async def find_report(connection: Connection, report_id: ReportId) -> Report:
    """A report that is known to exist."""
    return rows.one(Report, await connection.execute(_REPORT, {"id": report_id}))


def ref_of(cipher: FieldCipher, wave: Wave, caller: Principal, graduate_id: GraduateId) -> bytes:
    """The sealed name of a person in the caller's list of a wave: the same each time, and of no use to others."""
    return cipher.encrypt(FIELD, _record(wave, caller), graduate_id.hex)


def graduate_of(cipher: FieldCipher, wave: Wave, caller: Principal, ref: bytes) -> GraduateId | None:
    """Whom a ref names; None for one that this caller was not given for this wave."""
    try:
        return GraduateId(UUID(cipher.decrypt(FIELD, _record(wave, caller), ref)))
    except (UndecryptableError, ValueError):
        return None


def _record(wave: Wave, caller: Principal) -> str:
    return f"{wave.id}/{caller.subject}"


def _columns(reaches: Sequence[Reach]) -> dict[str, list[Any]]:
    return {f"{each.name}s": [getattr(reach, each.name) for reach in reaches] for each in fields(Reach)}


def _visible(seen: ScopeShape) -> ColumnElement[bool]:
    return seen.condition(Owners(school_code=liaisons.c.school_code))


@lru_cache
def _one(seen: ScopeShape, *, for_update: bool) -> Select[Any]:
    query = select(liaisons).where(liaisons.c.id == bindparam("id"), _visible(seen))
    return query.with_for_update() if for_update else query


@lru_cache
def _save(names: tuple[str, ...]) -> ReturningUpdate[Any]:
    named: dict[str, Any] = {name: bindparam(name, type_=liaisons.c[name].type) for name in names}
    of_id = liaisons.c.id == bindparam("of_id")
    return (
        update(liaisons)
        .where(of_id)
        .values(version=liaisons.c.version + 1, recorded_at=NOW, **named)
        .returning(liaisons)
    )
