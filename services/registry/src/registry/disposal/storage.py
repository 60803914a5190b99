"""What is past its day, in SQL: one selection for each kind, counted or taken in parts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, Column, DateTime, Integer, Select, Table, and_, any_, bindparam, func, select, text

from common.announcing import Roster
from common.clock import SHANGHAI
from common.identifiers import Cohort
from common.season import SeasonDay
from common.sql import Connection, Row
from registry.corrections.tables import correction_proofs as proofs
from registry.corrections.tables import corrections
from registry.erasures.domain import Ground
from registry.graduates.tables import data_keys, graduates, notices
from registry.photos.tables import photos
from registry.retention.domain import Kept, ended_cohorts, ended_since, periods
from registry.talents.tables import contacts, profiles

_COHORTS = text("SELECT DISTINCT cohort FROM data_keys WHERE cohort IS NOT NULL AND wrapped IS NOT NULL")
_ERASED_ROSTERS = text(
    """
    SELECT school_code, cohort FROM data_keys k
     WHERE cohort = ANY(CAST(:cohorts AS integer[])) AND wrapped IS NOT NULL
       AND NOT EXISTS (SELECT FROM graduates g WHERE g.school_code = k.school_code AND g.cohort = k.cohort
                                                 AND g.erased_at IS NULL)
     ORDER BY school_code, cohort
    """
)
_BEFORE = bindparam("before", type_=DateTime(timezone=True))
_OF_COHORTS = graduates.c.cohort == any_(bindparam("cohorts", type_=ARRAY(Integer)))


def _of_graduates(things: Table, key: Column[Any], since: Column[Any]) -> Select[Any]:
    """Key, school and what the period is counted from of rows that name a graduate."""
    query = select(key.label("id"), graduates.c.school_code, since.label("since"))
    return query.join_from(things, graduates, things.c.graduate_id == graduates.c.id)


def _of_proofs(since: Column[Any]) -> Select[Any]:
    query = select(proofs.c.id, graduates.c.school_code, since.label("since"))
    of_corrections = query.join_from(proofs, corrections, proofs.c.correction_id == corrections.c.id)
    return of_corrections.join(graduates, corrections.c.graduate_id == graduates.c.id).where(since < _BEFORE)


_IS_NOT_ASKED = text(
    f"""
    NOT EXISTS (SELECT FROM erasures e WHERE e.graduate_id = graduates.id
                   AND (e.state IN ('open', 'approved')
                        OR e.state = 'refused' AND e.ground = '{Ground.RETENTION.value}'
                           AND e.decided_at >= :asked_again))
    """
)
# those that need not be kept any longer are deleted before
_NO_PROOF_KEEPS_IT = text(
    """
    NOT EXISTS (SELECT FROM corrections c JOIN correction_proofs p ON p.correction_id = c.id
                 WHERE c.graduate_id = graduates.id AND c.decided_at IS NOT NULL)
    """
)
_PAST: Mapping[Kept, Select[Any]] = {
    Kept.PHOTO: _of_graduates(photos, photos.c.graduate_id, graduates.c.cohort).where(_OF_COHORTS),
    Kept.PROOF: _of_proofs(corrections.c.decided_at),
    Kept.WITHDRAWN_PROOF: _of_proofs(corrections.c.requested_at).where(corrections.c.state == text("'withdrawn'")),
    Kept.TALENT_PROFILE: _of_graduates(profiles, profiles.c.graduate_id, profiles.c.recorded_at).where(
        profiles.c.recorded_at < _BEFORE
    ),
    Kept.CONTACT_REQUEST: _of_graduates(contacts, contacts.c.id, contacts.c.decided_at).where(
        contacts.c.decided_at < _BEFORE
    ),
    Kept.NOTICE: _of_graduates(notices, notices.c.id, notices.c.recorded_at).where(notices.c.recorded_at < _BEFORE),
    Kept.ROSTER: select(graduates.c.id, graduates.c.school_code, graduates.c.cohort.label("since"))
    .join_from(data_keys, graduates, and_(*(data_keys.c[name] == graduates.c[name] for name in Roster._fields)))
    .where(_OF_COHORTS, data_keys.c.wrapped.is_not(None), graduates.c.erased_at.is_(None))
    .where(_IS_NOT_ASKED, _NO_PROOF_KEEPS_IT),
}
ENDING = tuple(_PAST)
"""Kinds of which something is past its day by itself, in the order in which they end."""


async def cohorts(connection: Connection) -> Sequence[Cohort]:
    """The cohorts of rosters whose data key was not destroyed."""
    return [Cohort(each) for each in await connection.scalars(_COHORTS)]


async def count(
    connection: Connection, kind: Kept, of: Collection[Cohort], today: date
) -> tuple[int, int | datetime | None]:
    """How many are past their day, and the earliest cohort or instant that a period of them is counted from."""
    row = (await connection.execute(_counted(kind), _bound(kind, of, today))).one()
    return row.count, row.since


async def take(connection: Connection, kind: Kept, of: Collection[Cohort], today: date, limit: int) -> Sequence[Row]:
    """`id` and `school_code` of some that are past their day; their graduates are locked, whom no other act held."""
    return await connection.execute(_taken(kind), {**_bound(kind, of, today), "limit": limit})


async def erased_rosters(connection: Connection, of: Collection[Cohort]) -> list[Roster]:
    """Rosters of these cohorts that have a data key still, and no entry that is not erased."""
    return [Roster._make(row) for row in await connection.execute(_ERASED_ROSTERS, {"cohorts": list(of)})]


def _bound(kind: Kept, of: Collection[Cohort], today: date) -> dict[str, object]:
    if not isinstance(periods()[kind].counted_from, SeasonDay):
        return {"before": _after_end(kind, today)}
    asked_again = {"asked_again": _after_end(Kept.REFUSED_ERASURE, today)} if kind is Kept.ROSTER else {}
    return {"cohorts": ended_cohorts(kind, of, today), **asked_again}


def _after_end(kind: Kept, today: date) -> datetime:
    """The instant before which a period began that has ended by now."""
    return datetime.combine(ended_since(kind, today) + timedelta(days=1), time.min, SHANGHAI)


@lru_cache
def _counted(kind: Kept) -> Select[int, Any]:
    past = _PAST[kind].subquery()
    return select(func.count().label("count"), func.min(past.c.since).label("since")).select_from(past)


@lru_cache
def _taken(kind: Kept) -> Select[Any]:
    return _PAST[kind].limit(bindparam("limit")).with_for_update(of=graduates, key_share=True, skip_locked=True)
