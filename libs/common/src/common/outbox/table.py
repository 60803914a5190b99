"""Tables of the outbox; a service attaches them to its own metadata."""

from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, OID

from common.clock import NOW_SQL
from common.outbox import fence

TABLE = "outbox"
RELAY_STATE = "relay_state"


def outbox_tables(metadata: MetaData) -> tuple[Table, Table]:
    """Adds `outbox` and `relay_state` to the metadata. Set-based writers insert into `outbox` directly.

    `position` stays NULL until the relay numbers the row; the rest of a row never changes. `relay_state` holds up to
    which position the broker has acknowledged everything and the broker's time of the last acknowledgement, in which
    run of the server the outbox was compared with the topics, how many events of theirs it lacked then, and how far
    each partition is known to hold nothing else (`common.relay.marks`).
    """
    outbox = Table(
        TABLE,
        metadata,
        # cache 1: ids of one key must rise in the order of its sequences
        Column("id", BigInteger, Identity(always=True, cache=1), primary_key=True),
        Column("event_id", Uuid, nullable=False, server_default=text("uuidv7()")),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("type", Text, nullable=False),
        Column("school_code", Text, nullable=False),
        Column("decided_on", Date),
        Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=text(NOW_SQL)),
        Column("data", JSONB, nullable=False),
        Column("correlation_id", Text),
        Column("traceparent", Text),
        Column("position", BigInteger),
        UniqueConstraint("topic", "key", "sequence", name="uq_outbox_topic_key_sequence"),
        CheckConstraint("sequence > 0", name="sequence_positive"),
        info={"insert_only": True, "updatable_columns": ["position"]},
    )
    Index("ix_outbox_unnumbered", outbox.c.id, postgresql_where=outbox.c.position.is_(None))
    Index("uq_outbox_position", outbox.c.position, unique=True)
    Index("ix_outbox_school_position", outbox.c.school_code, outbox.c.position)
    relay_state = Table(
        RELAY_STATE,
        metadata,
        Column("id", SmallInteger, primary_key=True, server_default=text("1")),
        Column("numbered", BigInteger, nullable=False, server_default=text("0")),
        Column("sent", BigInteger, nullable=False, server_default=text("0")),
        Column("sent_at", DateTime(timezone=True)),
        *run_columns(),
        Column("lacking", BigInteger, nullable=False, server_default=text("0")),
        Column("reached", JSONB),
        CheckConstraint("id = 1", name="one_row"),
    )
    for statement in fence.CREATE:
        event.listen(outbox, "after_create", DDL(statement))  # type: ignore[no-untyped-call]
    return outbox, relay_state


def run_columns() -> list[Column[Any]]:
    """Columns of a row that holds for one run of the server, one database and one table only."""
    return [
        Column("server_started_at", DateTime(timezone=True)),
        Column("database_oid", OID),
        Column("table_oid", OID),
    ]
