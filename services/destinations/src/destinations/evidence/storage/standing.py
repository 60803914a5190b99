"""What counts of the evidence of registrations, and what no longer does."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ARRAY, Uuid, any_, bindparam, literal_column, select, update

from common.identifiers import RegistrationId
from common.sql import Connection
from destinations.evidence.domain import COUNTING, Kind, Standing, State
from destinations.evidence.tables import evidence

_COUNTING = (
    evidence.c.registration_id == any_(bindparam("ids", type_=ARRAY(Uuid))),
    ~evidence.c.is_outdated,
    evidence.c.outcome.in_([literal_column(f"'{each}'") for each in COUNTING]),
)
_STANDING = select(evidence.c.registration_id, evidence.c.kind, evidence.c.outcome).where(*_COUNTING)
_OUTDATE = update(evidence).where(*_COUNTING).values(is_outdated=True, version=evidence.c.version + 1)


async def standing(
    connection: Connection, registration_ids: Collection[RegistrationId]
) -> Mapping[RegistrationId, Standing]:
    """What counts of the evidence of registrations; one without any is left out."""
    sent: dict[RegistrationId, set[Kind]] = defaultdict(set)
    accepted: dict[RegistrationId, set[Kind]] = defaultdict(set)
    for registration_id, kind, outcome in await connection.execute(_STANDING, {"ids": list(registration_ids)}):
        sent[registration_id].add(Kind(kind))
        if outcome == State.ACCEPTED:
            accepted[registration_id].add(Kind(kind))
    return {each: Standing(frozenset(kinds), frozenset(accepted[each])) for each, kinds in sent.items()}


async def outdate(connection: Connection, registration_ids: Sequence[RegistrationId]) -> None:
    """Notes of all pieces of locked registrations that they show another destination than that of now."""
    await connection.execute(_OUTDATE, {"ids": list(registration_ids)})
