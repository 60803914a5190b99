"""Table of requests that were already answered; a service attaches it to its own metadata."""

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, MetaData, SmallInteger, Table, Text, text

from common.clock import NOW_SQL


def idempotency_table(metadata: MetaData) -> Table:
    """Adds `idempotency_keys` to the metadata: what was answered to each key, without the body."""
    keys = Table(
        "idempotency_keys",
        metadata,
        Column("subject", Text, primary_key=True),
        Column("method", Text, primary_key=True),
        Column("path", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("payload_hash", LargeBinary, nullable=False),
        Column("status", SmallInteger, nullable=False),
        Column("location", Text),
        Column("object_id", Text, nullable=False),
        Column("version", BigInteger),
        Column("stored_at", DateTime(timezone=True), nullable=False, server_default=text(NOW_SQL)),
        info={"insert_only": True, "deletable": True},
    )
    Index("ix_idempotency_keys_stored_at", keys.c.stored_at)
    return keys
