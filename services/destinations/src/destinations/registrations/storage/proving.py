"""What seasons ask of the evidence of registrations, and what of it is there."""

from collections.abc import Collection, Mapping

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.identifiers import RegistrationId
from common.sql import Connection
from destinations.evidence.domain import NOTHING_ASKED, Demand, Kind, Standing
from destinations.seasons.domain import EvidenceRule

_DEMANDS = text(
    """
    SELECT registration.id, season.evidence AS rule, array_agg(piece.kind) AS sent,
           array_agg(piece.kind) FILTER (WHERE piece.outcome = 'accepted') AS accepted
      FROM registrations registration
      LEFT JOIN seasons season USING (school_code, cohort)
      LEFT JOIN evidence piece ON piece.registration_id = registration.id AND NOT piece.is_outdated
                              AND piece.outcome IN ('checking', 'pending', 'accepted')
     WHERE registration.id = ANY(:ids) AND (season.evidence IS NOT NULL OR piece.id IS NOT NULL)
     GROUP BY registration.id, season.evidence
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def demands(
    connection: Connection, registration_ids: Collection[RegistrationId]
) -> Mapping[RegistrationId, Demand]:
    """By registration; of one that is left out nothing is asked, and nothing is there."""
    found = await connection.execute(_DEMANDS, {"ids": list(registration_ids)})
    return {
        row.id: Demand(EvidenceRule(row.rule or "none"), Standing(_kinds(row.sent), _kinds(row.accepted)))
        for row in found
    }


async def demand(connection: Connection, registration_id: RegistrationId) -> Demand:
    """Of one registration."""
    return (await demands(connection, [registration_id])).get(registration_id, NOTHING_ASKED)


def _kinds(named: Collection[str | None] | None) -> frozenset[Kind]:
    return frozenset(Kind(each) for each in named or () if each is not None)
