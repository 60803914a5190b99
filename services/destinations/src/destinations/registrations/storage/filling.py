"""What the release before does not say, filled in parts that may end anywhere: of versions by the owner's function.

Of registrations it is what was found of their evidence, which their newest version says, whatever release wrote it.
"""

from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, text

from common.auth import SYSTEM
from common.database import Database

PART = 1_000

_FILL = text("SELECT fill_registrations(:behind, :part)").bindparams(
    bindparam("behind", type_=Uuid), bindparam("part", type_=Integer)
)
_FILL_EVIDENCE = text(
    """
    WITH part AS (
        SELECT current.id, current.graduate_id, last.version, last.evidence_complete
          FROM (SELECT id, graduate_id, version, evidence_complete FROM registrations
                 WHERE CAST(:behind AS uuid) IS NULL OR id > CAST(:behind AS uuid) ORDER BY id LIMIT :part) current
          JOIN registration_versions last ON (last.registration_id, last.version) = (current.id, current.version)
    ), held AS MATERIALIZED (
        SELECT stream.graduate_id FROM destination_streams stream
         WHERE stream.graduate_id IN (
               SELECT part.graduate_id FROM part JOIN registrations current USING (id)
                WHERE current.evidence_complete IS DISTINCT FROM part.evidence_complete)
         ORDER BY stream.graduate_id FOR UPDATE SKIP LOCKED
    ), filled AS (
        UPDATE registrations current SET evidence_complete = part.evidence_complete
          FROM part JOIN held USING (graduate_id)
         WHERE current.id = part.id AND current.version = part.version
           AND current.evidence_complete IS DISTINCT FROM part.evidence_complete
    )
    SELECT id FROM part ORDER BY id DESC LIMIT 1
    """
).bindparams(bindparam("behind", type_=Uuid), bindparam("part", type_=Integer))
_LEFT = text("SELECT count(*) FROM registration_versions WHERE cohort IS NULL")


async def fill_landed(database: Database, part: int = PART) -> int:
    """Fills what is left, each part in a transaction of its own; how many versions are left still.

    The database is the owner's. What a writer holds at the moment is passed over until it is called again.
    """
    for statement in (_FILL, _FILL_EVIDENCE):
        behind: UUID | None = None
        while True:
            async with database.transaction(SYSTEM) as unit:
                behind = await unit.connection.scalar(statement, {"behind": behind, "part": part})
                await unit.commit()
            if behind is None:
                break
    async with database.reading() as connection:
        return int(await connection.scalar(_LEFT))
