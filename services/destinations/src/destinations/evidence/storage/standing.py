"""What counts of the evidence of registrations, and what no longer does."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ARRAY, Uuid, any_, bindparam, literal_column, select, update

from common.identifiers import RegistrationId
from common.sql import Connection
from destinations.evidence.domain import COUNTING, NEEDED_BY_PREFIX, Kind, Needed, Standing, State
from destinations.evidence.tables import evidence

_SENT = f"""
    ARRAY(SELECT piece.kind FROM evidence piece
           WHERE piece.registration_id = registrations.id AND NOT piece.is_outdated
             AND piece.outcome IN ({", ".join(f"'{each}'" for each in COUNTING)}))
"""


def _all_sent(groups: Needed) -> str:
    one_of = (", ".join(f"'{kind}'" for kind in sorted(group)) for group in groups)
    return " AND ".join(f"{_SENT} && ARRAY[{kinds}]" for kinds in one_of)


_SENT_BY_PREFIX = " ".join(
    f"WHEN starts_with(registrations.destination_code, '{prefix}') THEN {_all_sent(groups)}"
    for prefix, groups in sorted(NEEDED_BY_PREFIX.items(), key=lambda each: -len(each[0]))
)
IS_SENT = f"CASE {_SENT_BY_PREFIX} ELSE true END"
"""Whether all evidence is there that the destination of a row of `registrations` needs: `complete` as SQL."""

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
