"""The contents that checks look at: what is effective of graduates now, and what was written in a round."""

from collections.abc import Collection, Mapping

from sqlalchemy import ARRAY, Uuid, bindparam, text

from common.identifiers import GraduateId
from common.sql import Connection
from destinations.checks.domain.ledger import Seen
from destinations.evidence.domain import EvidenceId
from destinations.registrations.domain.content import FIELDS
from destinations.seasons.domain import Round

_IDS = bindparam("ids", type_=ARRAY(Uuid))


def _content(registration: str, version: str) -> str:
    named = ", ".join(f"said.{name}" for name in FIELDS)
    return f"""(SELECT ROW({named}) FROM registration_versions said
                 WHERE said.registration_id = {registration} AND said.version = {version})"""


def stale(seen: str, current: str) -> str:
    """Whether a row has looked at another effective content than that of now, as SQL over both.

    A content that took effect again as it stood is the same: only the fields count.
    """
    of_now = f"CASE WHEN {current}.effective_version IS NOT NULL THEN {current}.id END"
    return f"""(({of_now}, {current}.effective_version)
                  IS DISTINCT FROM ({seen}.registration_id, {seen}.effective_version)
        AND {_content(f"{current}.id", f"{current}.effective_version")}
            IS DISTINCT FROM {_content(f"{seen}.registration_id", f"{seen}.effective_version")})"""


_EFFECTIVE = text(
    """
    SELECT graduate_id, id, effective_version FROM registrations
     WHERE graduate_id = ANY(:ids) AND stage <> 'voided' AND effective_version IS NOT NULL
    """
).bindparams(_IDS)
# an answer of the graduate changes no content
_WRITTEN = text(
    """
    SELECT DISTINCT registration.graduate_id
      FROM registrations registration JOIN registration_versions version ON version.registration_id = registration.id
     WHERE registration.graduate_id = ANY(:ids) AND version.action NOT IN ('confirm', 'dispute')
       AND (version.recorded_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN :first AND :last
    """
).bindparams(_IDS)
_PIECES = text("SELECT id FROM evidence WHERE graduate_id = :graduate_id AND id = ANY(:ids)").bindparams(_IDS)


async def effective(connection: Connection, graduate_ids: Collection[GraduateId]) -> Mapping[GraduateId, Seen]:
    """The effective contents of these graduates; who has none is left out."""
    found = await connection.execute(_EFFECTIVE, {"ids": list(graduate_ids)})
    return {each[0]: Seen(registration_id=each[1], effective_version=each[2]) for each in found}


async def written_in(connection: Connection, round_: Round, graduate_ids: Collection[GraduateId]) -> set[GraduateId]:
    """Those of the graduates of whom a version was written in the round, answers of their own left out."""
    values = {"ids": list(graduate_ids), "first": round_.first_day, "last": round_.last_day}
    return set(await connection.scalars(_WRITTEN, values))


async def pieces_of(connection: Connection, graduate_id: GraduateId, named: Collection[EvidenceId]) -> set[EvidenceId]:
    """Those of the named pieces of evidence that are the graduate's."""
    if not named:
        return set()
    return set(await connection.scalars(_PIECES, {"graduate_id": graduate_id, "ids": list(named)}))


async def seen_of(connection: Connection, graduate_id: GraduateId) -> Seen:
    """The effective content of one graduate, or that there is none."""
    return (await effective(connection, [graduate_id])).get(graduate_id, Seen())
