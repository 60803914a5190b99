"""Its tables, with every kind of right."""

from sqlalchemy import Column, Integer, Table, Text

from common.audit import audit_table
from common.database import instant_column, new_metadata, uuid_key

metadata = new_metadata()
audit_table(metadata)
notes = Table("notes", metadata, uuid_key(), instant_column(), Column("text", Text, nullable=False))
counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    info={"updatable_columns": ["count"]},
)
