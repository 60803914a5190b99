"""What versions of the release before do not say, filled by the owner's function, in parts that may end anywhere."""

from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, text

from common.auth import SYSTEM
from common.database import Database

PART = 1_000

_FILL = text("SELECT fill_registrations(:behind, :part)").bindparams(
    bindparam("behind", type_=Uuid), bindparam("part", type_=Integer)
)
_LEFT = text("SELECT count(*) FROM registration_versions WHERE cohort IS NULL")


async def fill_landed(database: Database, part: int = PART) -> int:
    """Fills what is left, each part in a transaction of its own; how many versions are left still.

    The database is the owner's. What a writer holds at the moment is passed over until it is called again.
    """
    behind: UUID | None = None
    while True:
        async with database.transaction(SYSTEM) as unit:
            behind = await unit.connection.scalar(_FILL, {"behind": behind, "part": part})
            await unit.commit()
        if behind is None:
            break
    async with database.reading() as connection:
        return int(await connection.scalar(_LEFT))
