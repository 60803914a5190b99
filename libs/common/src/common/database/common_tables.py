"""The tables that every service has, as steps that the migrations of the services call: each is written once.

A change of these tables is one more function here or, where it is about one part, in a module for it (`clock`,
`error_values`, `operation_files`, `restore_fence`), called by one more migration of each service. A function never
changes once a database may have run it.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from common.clock import NOW_SQL

_OPERATIONS = ("upload_chunks", "operation_chunks", "operations", "idempotency_keys")
_EVERYWHERE = ("relay_state", "outbox", "audit_entries")


def create_first(*, operations: bool = True) -> None:
    """Audit trail and outbox; with `operations` also long work, its files, and requests that were answered."""
    create_audit_entries()
    create_outbox()
    create_relay_state()
    if operations:
        create_idempotency_keys()
        create_operations()
        create_operation_chunks()
        create_upload_chunks()


def drop_first(*, operations: bool = True) -> None:
    """Takes back what `create_first` made."""
    for table in (*(_OPERATIONS if operations else ()), *_EVERYWHERE):
        op.drop_table(table)


def let_operations_be_cancelled() -> None:
    """Long work that was asked to end before its next part, and did."""
    op.add_column("operations", sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True))
    _restrict_states("'queued', 'running', 'succeeded', 'failed', 'cancelled'")


def let_no_operation_be_cancelled() -> None:
    """Takes back what `let_operations_be_cancelled` made."""
    _restrict_states("'queued', 'running', 'succeeded', 'failed'")
    op.drop_column("operations", "cancel_requested_at")


def _restrict_states(states: str) -> None:
    name = op.f("ck_operations_state_known")
    op.drop_constraint(name, "operations")
    op.create_check_constraint(name, "operations", f"state IN ({states})")


def create_dead_letters() -> None:
    """What a service that consumes could not apply."""
    op.create_table(
        "dead_letters",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("consumer_group", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("message_offset", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("school_code", sa.Text(), nullable=True),
        sa.Column("thing", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("published_after", sa.DateTime(timezone=True), nullable=False),
        _instant("noted_at", NOW_SQL),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dead_letters")),
    )
    op.create_index(
        "ix_dead_letters_open",
        "dead_letters",
        ["topic", "partition"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_dead_letters_consumer_group_noted_at", "dead_letters", ["consumer_group", "noted_at"])


def drop_dead_letters() -> None:
    """Takes back what `create_dead_letters` made."""
    op.drop_table("dead_letters")


def create_versioned(name: str, *columns: sa.Column[Any], stream_key: str = "id") -> None:
    """The three tables of `common.history.versioned` with these columns."""
    written = [each.name for each in columns]
    types = {"id": sa.Uuid(), **{each.name: each.type for each in columns}}
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *columns,
        *_stated("version", "decided_on", "recorded_at"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    op.create_table(
        f"{name}_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        *_stated("version"),
        *(sa.Column(each.name, each.type, nullable=each.nullable) for each in columns),
        *_stated("decided_on", "recorded_at"),
        sa.Column("changed_fields", ARRAY(sa.Text()), nullable=False),
        *(sa.Column(each, sa.Text(), nullable=False) for each in ("action", "by_role", "by_subject")),
        sa.PrimaryKeyConstraint("id", "version", name=op.f(f"pk_{name}_versions")),
        sa.ForeignKeyConstraint(["id"], [f"{name}.id"], name=op.f(f"fk_{name}_versions_id_{name}")),
    )
    op.create_table(
        f"{name}_streams",
        sa.Column(stream_key, types[stream_key], nullable=False),
        *(sa.Column(each, sa.Text(), nullable=False) for each in written if each == "school_code"),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_decided_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint(stream_key, name=op.f(f"pk_{name}_streams")),
    )
    if "school_code" in written:
        op.create_index(f"ix_{name}_school_code_id", name, ["school_code", "id"])


def drop_versioned(name: str) -> None:
    """Takes back what `create_versioned` made."""
    for table in (f"{name}_streams", f"{name}_versions", name):
        op.drop_table(table)


def _stated(*names: str) -> list[sa.Column[Any]]:
    now = sa.text(NOW_SQL)
    stated: dict[str, sa.Column[Any]] = {
        "version": sa.Column("version", sa.Integer(), nullable=False),
        "decided_on": sa.Column("decided_on", sa.Date(), nullable=False),
        "recorded_at": sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
    }
    return [stated[name] for name in names]


def _instant(name: str, default: str = "clock_timestamp()") -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text(default), nullable=False)


def create_audit_entries() -> None:
    """Who did what to which object."""
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        _instant("recorded_at"),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=True),
        sa.Column("correlation_id", sa.Text(), nullable=True),
        sa.Column("detail", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_object", "audit_entries", ["object_kind", "object_id"], unique=False)
    op.create_index("ix_audit_entries_school_recorded", "audit_entries", ["school_code", "recorded_at"], unique=False)


def create_idempotency_keys() -> None:
    """Requests that were answered."""
    op.create_table(
        "idempotency_keys",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=True),
        _instant("stored_at"),
        sa.PrimaryKeyConstraint("subject", "method", "path", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index("ix_idempotency_keys_stored_at", "idempotency_keys", ["stored_at"], unique=False)


def create_operations() -> None:
    """Long work."""
    op.create_table(
        "operations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'queued'"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=True),
        sa.Column("parameters", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.Column("done", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("result", JSONB(), nullable=True),
        sa.Column("errors", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
        sa.Column("errors_total", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        _instant("lease_until"),
        _instant("created_at"),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        _instant("expires_at", "clock_timestamp() + interval '7 days'"),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'succeeded', 'failed')", name=op.f("ck_operations_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operations")),
    )
    op.create_index("ix_operations_expires_at", "operations", ["expires_at"], unique=False)
    op.create_index(
        "ix_operations_open",
        "operations",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )


def create_outbox() -> None:
    """Events in the order in which they were stored."""
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True, cache=1), nullable=False),
        sa.Column("event_id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        _instant("recorded_at"),
        sa.Column("data", JSONB(), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=True),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_outbox_sequence_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("topic", "key", "sequence", name="uq_outbox_topic_key_sequence"),
    )
    op.create_index("ix_outbox_school_position", "outbox", ["school_code", "position"], unique=False)
    op.create_index(
        "ix_outbox_unnumbered", "outbox", ["id"], unique=False, postgresql_where=sa.text("position IS NULL")
    )
    op.create_index("uq_outbox_position", "outbox", ["position"], unique=True)


def create_relay_state() -> None:
    """How far the relay is."""
    op.create_table(
        "relay_state",
        sa.Column("id", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("numbered", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("sent", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_relay_state_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relay_state")),
    )


def create_operation_chunks() -> None:
    """The parts of long work that are done."""
    op.create_table(
        "operation_chunks",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("chunk_no", sa.Integer(), nullable=False),
        sa.Column("outcome", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operations.id"],
            name=op.f("fk_operation_chunks_operation_id_operations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("operation_id", "chunk_no", name=op.f("pk_operation_chunks")),
    )


def create_upload_chunks() -> None:
    """Files of long work, encrypted."""
    op.create_table(
        "upload_chunks",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operations.id"],
            name=op.f("fk_upload_chunks_operation_id_operations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("operation_id", "index", name=op.f("pk_upload_chunks")),
    )
