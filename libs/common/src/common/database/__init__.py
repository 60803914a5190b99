"""PostgreSQL: one pool per process, one unit of work per act, migrations as a separate command."""

from common.database.database import Database
from common.database.failures import DatabaseRestored, DatabaseUnavailable, SerialisationConflict
from common.database.schema import NOW, instant_column, new_id, new_metadata, random_ids, today, uuid_key
from common.database.unit_of_work import UnitOfWork

__all__ = [
    "NOW",
    "Database",
    "DatabaseRestored",
    "DatabaseUnavailable",
    "SerialisationConflict",
    "UnitOfWork",
    "instant_column",
    "new_id",
    "new_metadata",
    "random_ids",
    "today",
    "uuid_key",
]
