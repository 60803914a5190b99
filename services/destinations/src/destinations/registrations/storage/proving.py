"""What seasons ask of the evidence of registrations, and what of it is there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ARRAY, DateTime, Uuid, bindparam, text

from common.identifiers import RegistrationId
from common.sql import Connection, Row
from destinations.evidence.domain import COUNTING, NOTHING_ASKED, Demand, Kind, Standing, State
from destinations.registrations.domain.signals import SeasonDays
from destinations.seasons.domain import EvidenceRule

# braces that stay are filled below
_DEMANDS = f"""
    SELECT registration.id, season.evidence AS rule, array_agg(piece.kind) AS sent,
           array_agg(piece.kind) FILTER (WHERE piece.outcome = '{State.ACCEPTED}') AS accepted
      FROM registrations registration
      LEFT JOIN {{seasons}}
      LEFT JOIN evidence piece ON piece.registration_id = registration.id AND NOT piece.is_outdated
                              AND piece.outcome IN ({", ".join(f"'{each}'" for each in COUNTING)})
     WHERE {{which}} AND (season.evidence IS NOT NULL OR piece.id IS NOT NULL)
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


_JUDGED = text(
    f"""
    SELECT season.evidence AS rule, season.graduation_day, season.changes_until, pieces.sent, pieces.accepted,
           ARRAY(SELECT standing.rule FROM case_registrations link JOIN cases standing ON standing.id = link.case_id
                  WHERE link.registration_id = registration.id AND standing.kind = 'signal' AND standing.state = 'open'
                    AND standing.subject = 'registration:' || registration.id) AS signals
      FROM registrations registration
      LEFT JOIN {_NOW}
      LEFT JOIN LATERAL (
          SELECT array_agg(piece.kind) AS sent,
                 array_agg(piece.kind) FILTER (WHERE piece.outcome = '{State.ACCEPTED}') AS accepted
            FROM evidence piece
           WHERE piece.registration_id = registration.id AND NOT piece.is_outdated
             AND piece.outcome IN ({", ".join(f"'{each}'" for each in COUNTING)})
      ) pieces ON true
     WHERE registration.id = :id
    """
).bindparams(bindparam("id", type_=Uuid))


@dataclass(frozen=True)
class Judged:
    """What a submission is judged by: what is asked of evidence, the season's days, the open signals about content.

    A cohort without a season has no days, and no signals.
    """

    demand: Demand
    days: SeasonDays | None
    signals: frozenset[str]


async def demands(
    connection: Connection, registration_ids: Collection[RegistrationId], at: datetime | None = None
) -> Mapping[RegistrationId, Demand]:
    """What is asked and there of each registration; of one that is left out both are nothing.

    What is asked is what the season asked `at` an instant, by default now; what is there is there now.
    """
    ids = {"ids": list(registration_ids)}
    found = await connection.execute(*((_OF_MANY, ids) if at is None else (_OF_MANY_THEN, {**ids, "at": at})))
    return {row.id: _demand(row) for row in found}


async def demand(connection: Connection, registration_id: RegistrationId) -> Demand:
    """What is asked and there of one registration."""
    row = (await connection.execute(_OF_ONE, {"id": registration_id})).one_or_none()
    return NOTHING_ASKED if row is None else _demand(row)


async def judged(connection: Connection, registration_id: RegistrationId) -> Judged:
    """What a registration, locked by its graduate's stream, is judged by."""
    row = (await connection.execute(_JUDGED, {"id": registration_id})).one()
    days = SeasonDays(row.graduation_day, row.changes_until) if row.graduation_day else None
    return Judged(_demand(row), days, frozenset(row.signals))


def _demand(row: Row) -> Demand:
    return Demand(EvidenceRule(row.rule or "none"), Standing(_kinds(row.sent), _kinds(row.accepted)))


def _kinds(named: Collection[str | None] | None) -> frozenset[Kind]:
    return frozenset(Kind(each) for each in named or () if each is not None)
