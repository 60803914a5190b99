"""The check that a process makes at its start: whether the database has the migrations that the code needs.

The revisions are read from the text of the migrations, because what runs them takes a tenth of a process's memory.
"""

import re
from functools import cache
from importlib.resources import files

from sqlalchemy import text

from common.database.database import Database
from common.errors import PermanentError

_DOWN_REVISION = re.compile(r'^down_revision[^=]*= "(\w+)"', re.MULTILINE)


class DatabaseBehindError(PermanentError):
    """The database lacks migrations that this code needs: run `migrate` first."""

    code = "database_behind"

    def __init__(self, package: str) -> None:
        super().__init__()
        self.package = package


async def is_current(database: Database, package: str) -> bool:
    """False if the database is behind this code. A revision that the code does not know is newer, and accepted."""
    async with database.reading() as connection:
        if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
            return False
        stored: str | None = await connection.scalar(text("SELECT max(version_num) FROM alembic_version"))
    return stored is not None and stored not in surpassed(package)


async def require_current(database: Database, package: str) -> None:
    """Raises DatabaseBehindError if the database is behind: `api` and `worker` call it before they start."""
    if not await is_current(database, package):
        raise DatabaseBehindError(package)


@cache
def surpassed(package: str) -> frozenset[str]:
    """All revisions of the code that another one follows; read once, because probes ask every few seconds."""
    versions = files(package).joinpath("migrations", "versions").iterdir()
    texts = (each.read_text(encoding="utf-8") for each in versions if each.name.endswith(".py"))
    return frozenset(revision for each in texts for revision in _DOWN_REVISION.findall(each))
