"""What seasons ask of the evidence of registrations, and what of it is there."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ARRAY, DateTime, Uuid, bindparam, text

from common.identifiers import RegistrationId
from common.sql import Connection, Row
from destinations.evidence.domain import NOTHING_ASKED, Demand, Kind, Standing
from destinations.seasons.domain import EvidenceRule

_DEMANDS = """
    SELECT registration.id, season.evidence AS rule, array_agg(piece.kind) AS sent,
           array_agg(piece.kind) FILTER (WHERE piece.outcome = 'accepted') AS accepted
      FROM registrations registration
      LEFT JOIN {seasons}
      LEFT JOIN evidence piece ON piece.registration_id = registration.id AND NOT piece.is_outdated
                              AND piece.outcome IN ('checking', 'pending', 'accepted')
     WHERE {which} AND (season.evidence IS NOT NULL OR piece.id IS NOT NULL)
     GROUP BY registration.id, season.evidence
"""
_NOW = "seasons season USING (school_code, cohort)"
_THEN = """LATERAL (
               SELECT evidence FROM season_versions said
                WHERE (said.school_code, said.cohort) = (registration.school_code, registration.cohort)
                  AND said.recorded_at <= :at
                ORDER BY said.version DESC LIMIT 1
           ) season ON true"""
_MANY = "registration.id = ANY(:ids)"
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_OF_MANY = text(_DEMANDS.format(seasons=_NOW, which=_MANY)).bindparams(_IDS)
_OF_MANY_THEN = text(_DEMANDS.format(seasons=_THEN, which=_MANY)).bindparams(
    _IDS, bindparam("at", type_=DateTime(timezone=True))
)
# of a list the server would expect ten, and plan anew for every one
_OF_ONE = text(_DEMANDS.format(seasons=_NOW, which="registration.id = :id")).bindparams(bindparam("id", type_=Uuid))


async def demands(
    connection: Connection, registration_ids: Collection[RegistrationId], at: datetime | None = None
) -> Mapping[RegistrationId, Demand]:
    """By registration; of one that is left out nothing is asked, and nothing is there.

    What is asked is what the season asked `at` an instant, by default now; what is there is there now.
    """
    ids = {"ids": list(registration_ids)}
    found = await connection.execute(*((_OF_MANY, ids) if at is None else (_OF_MANY_THEN, {**ids, "at": at})))
    return {row.id: _demand(row) for row in found}


async def demand(connection: Connection, registration_id: RegistrationId) -> Demand:
    """Of one registration."""
    row = (await connection.execute(_OF_ONE, {"id": registration_id})).one_or_none()
    return NOTHING_ASKED if row is None else _demand(row)


def _demand(row: Row) -> Demand:
    return Demand(EvidenceRule(row.rule or "none"), Standing(_kinds(row.sent), _kinds(row.accepted)))


def _kinds(named: Collection[str | None] | None) -> frozenset[Kind]:
    return frozenset(Kind(each) for each in named or () if each is not None)
