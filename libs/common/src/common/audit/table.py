"""Table of the audit trail; a service attaches it to its own metadata."""

from sqlalchemy import Column, DateTime, Index, MetaData, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from common.clock import NOW_SQL


def audit_table(metadata: MetaData) -> Table:
    """Adds `audit_entries` to the metadata. The application role may insert and read, nothing else."""
    entries = Table(
        "audit_entries",
        metadata,
        Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
        Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=text(NOW_SQL)),
        Column("subject", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("object_kind", Text, nullable=False),
        Column("object_id", Text, nullable=False),
        Column("school_code", Text),
        Column("correlation_id", Text),
        Column("detail", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
        info={"insert_only": True},
    )
    Index("ix_audit_entries_object", entries.c.object_kind, entries.c.object_id)
    Index("ix_audit_entries_school_recorded", entries.c.school_code, entries.c.recorded_at)
    return entries
