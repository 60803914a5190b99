"""Tables of long work; a service attaches them to its own metadata.

`operations` is the state of each piece of work and the lease of the worker that runs it; what stands in the cells at
fault, and the error report, are encrypted. `upload_chunks` is the file it works on, `operation_file_parts` the one that
it makes, both encrypted. `operation_chunks` has one row for each part of the work that is committed, written in the
same transaction as that part: the primary key is what keeps two workers from doing it twice.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.clock import NOW_SQL

STATES = ("queued", "running", "succeeded", "failed", "cancelled")
KEPT = "7 days"
"""Uploads and reports hold personal data: a week is long enough to read a report, and no archive."""

_NOW = text(NOW_SQL)
_NOTHING = text("0")


def operation_tables(metadata: MetaData) -> tuple[Table, ...]:
    """Adds `operations`, `upload_chunks`, `operation_file_parts` and `operation_chunks` to the metadata."""
    operations = _operations(metadata)
    upload_chunks = Table(
        "upload_chunks",
        metadata,
        Column("operation_id", Uuid, ForeignKey("operations.id", ondelete="CASCADE"), primary_key=True),
        Column("index", Integer, primary_key=True),
        Column("bytes", LargeBinary, nullable=False),
        info={"insert_only": True, "deletable": True},
    )
    operation_file_parts = Table(
        "operation_file_parts",
        metadata,
        Column("file_id", Uuid, primary_key=True),
        Column("index", Integer, primary_key=True),
        Column("operation_id", Uuid, ForeignKey("operations.id", ondelete="CASCADE"), nullable=False),
        Column("sealed", LargeBinary, nullable=False),
        info={"insert_only": True, "deletable": True},
    )
    Index("ix_operation_file_parts_operation_id", operation_file_parts.c.operation_id)
    operation_chunks = Table(
        "operation_chunks",
        metadata,
        Column("operation_id", Uuid, ForeignKey("operations.id", ondelete="CASCADE"), primary_key=True),
        Column("chunk_no", Integer, primary_key=True),
        Column("outcome", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
        info={"insert_only": True, "deletable": True},
    )
    return operations, upload_chunks, operation_file_parts, operation_chunks


def _operations(metadata: MetaData) -> Table:
    operations = Table(
        "operations",
        metadata,
        Column("id", Uuid, primary_key=True, server_default=text("uuidv7()")),
        Column("kind", Text, nullable=False),
        Column("state", Text, nullable=False, server_default=text("'queued'")),
        Column("school_code", Text),
        Column("subject", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("correlation_id", Text),
        Column("parameters", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
        Column("done", BigInteger, nullable=False, server_default=_NOTHING),
        Column("total", BigInteger, nullable=False, server_default=_NOTHING),
        Column("result", JSONB),
        Column("errors", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
        Column("errors_total", BigInteger, nullable=False, server_default=_NOTHING),
        Column("error_values_cipher", LargeBinary),
        Column("report", LargeBinary),
        # what is known of the file that the work has made; its parts are of no use without
        Column("file", JSONB),
        Column("cancel_requested_at", DateTime(timezone=True)),
        Column("attempts", Integer, nullable=False, server_default=_NOTHING),
        Column("worker", Text),
        Column("lease_until", DateTime(timezone=True), nullable=False, server_default=_NOW),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=_NOW),
        Column("started_at", DateTime(timezone=True)),
        Column("finished_at", DateTime(timezone=True)),
        Column(
            "expires_at",
            DateTime(timezone=True),
            nullable=False,
            server_default=text(f"{NOW_SQL} + interval '{KEPT}'"),
        ),
        CheckConstraint(f"state IN {STATES}", name="state_known"),
    )
    Index("ix_operations_open", operations.c.id, postgresql_where=operations.c.state.in_(["queued", "running"]))
    Index("ix_operations_expires_at", operations.c.expires_at)
    return operations
