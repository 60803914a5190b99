"""Rights of the application role, derived from `Table.info` (see `common.database.schema`)."""

from sqlalchemy import Connection, MetaData, Sequence, Table, text
from sqlalchemy.sql import quoted_name

ALEMBIC_TABLE = "alembic_version"


def grant_rights(connection: Connection, metadata: MetaData, role: str) -> None:
    """Leaves the role exactly the rights that the tables name, in the caller's transaction; repeatable.

    Only the tables of this metadata and the stored revision are readable afterwards; what was granted by hand is gone.
    """
    role = connection.dialect.identifier_preparer.quote(quoted_name(role, quote=True))
    tables = (f'GRANT {", ".join(rights_of(table))} ON "{table.name}" TO {role}' for table in metadata.tables.values())
    sequences = [each.name for each in metadata._sequences.values() if isinstance(each, Sequence)]
    for statement in (
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {role}",
        f"REVOKE CREATE ON SCHEMA public FROM {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"GRANT SELECT ON {ALEMBIC_TABLE} TO {role}",
        *tables,
        *(f'GRANT USAGE ON SEQUENCE "{name}" TO {role}' for name in sequences),
    ):
        connection.execute(text(statement))


def rights_of(table: Table) -> list[str]:
    """What the application role may do with a table."""
    columns = table.info.get("updatable_columns")
    insert_only = bool(table.info.get("insert_only"))
    rights = ["SELECT", "INSERT"]
    if columns:
        rights.append(f"UPDATE ({', '.join(table.c[name].name for name in columns)})")
    elif not insert_only:
        rights.append("UPDATE")
    if not insert_only or table.info.get("deletable"):
        rights.append("DELETE")
    return rights
