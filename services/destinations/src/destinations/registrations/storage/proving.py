"""What seasons ask of the evidence of registrations, and what of it is there."""

from collections.abc import Collection, Mapping

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.identifiers import RegistrationId
from common.sql import Connection, Row
from destinations.evidence.domain import NOTHING_ASKED, Demand, Kind, Standing
from destinations.seasons.domain import EvidenceRule

_DEMANDS = """
    SELECT registration.id, season.evidence AS rule, array_agg(piece.kind) AS sent,
           array_agg(piece.kind) FILTER (WHERE piece.outcome = 'accepted') AS accepted
      FROM registrations registration
      LEFT JOIN seasons season USING (school_code, cohort)
      LEFT JOIN evidence piece ON piece.registration_id = registration.id AND NOT piece.is_outdated
                              AND piece.outcome IN ('checking', 'pending', 'accepted')
     WHERE {which} AND (season.evidence IS NOT NULL OR piece.id IS NOT NULL)
     GROUP BY registration.id, season.evidence
"""
_OF_MANY = text(_DEMANDS.format(which="registration.id = ANY(:ids)")).bindparams(bindparam("ids", type_=ARRAY(Uuid)))
# of a list the server would expect ten, and plan anew for every one
_OF_ONE = text(_DEMANDS.format(which="registration.id = :id")).bindparams(bindparam("id", type_=Uuid))


async def demands(
    connection: Connection, registration_ids: Collection[RegistrationId]
) -> Mapping[RegistrationId, Demand]:
    """By registration; of one that is left out nothing is asked, and nothing is there."""
    found = await connection.execute(_OF_MANY, {"ids": list(registration_ids)})
    return {row.id: _demand(row) for row in found}


async def demand(connection: Connection, registration_id: RegistrationId) -> Demand:
    """Of one registration."""
    row = (await connection.execute(_OF_ONE, {"id": registration_id})).one_or_none()
    return NOTHING_ASKED if row is None else _demand(row)


def _demand(row: Row) -> Demand:
    return Demand(EvidenceRule(row.rule or "none"), Standing(_kinds(row.sent), _kinds(row.accepted)))


def _kinds(named: Collection[str | None] | None) -> frozenset[Kind]:
    return frozenset(Kind(each) for each in named or () if each is not None)
