"""Steps of migrations: the fence around the outbox, and what consumers note of the run in which they applied."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, OID

from common.outbox import fence


def fence_outbox() -> None:
    """Lets the outbox take nothing before it was compared with the topics; see `common.outbox.fence`.

    Where a relay has run already, this run of the server counts as compared: nothing was restored at this moment, and
    the image before, which cannot compare, goes on writing beside. Only the broker's clock could say when it
    sent last: until something is sent again, a comparison reads the topics from their beginning.
    """
    op.add_column("relay_state", sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
    for column in _run():
        op.add_column("relay_state", column)
    op.add_column("relay_state", sa.Column("lacking", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    for statement in fence.CREATE:
        op.execute(statement)
    op.execute(f"UPDATE relay_state SET ({fence.RUN_COLUMNS}) = ROW ({fence.this_run('outbox')})")


def unfence_outbox() -> None:
    """Takes back what `fence_outbox` made."""
    for statement in fence.DROP:
        op.execute(statement)
    for name in ("lacking", "table_oid", "database_oid", "server_started_at", "sent_at"):
        op.drop_column("relay_state", name)


def mark_topics() -> None:
    """How far the topics were compared; the image before leaves it, so more is compared than must be."""
    op.add_column("relay_state", sa.Column("reached", JSONB(), nullable=True))


def unmark_topics() -> None:
    """Takes back what `mark_topics` made."""
    op.drop_column("relay_state", "reached")


def create_consumed_partitions() -> None:
    """How far each group of this service has applied each partition, by the broker's time."""
    op.create_table(
        "consumed_partitions",
        sa.Column("consumer_group", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        *_run(),
        sa.PrimaryKeyConstraint("consumer_group", "topic", "partition", name=op.f("pk_consumed_partitions")),
    )


def drop_consumed_partitions() -> None:
    """Takes back what `create_consumed_partitions` made."""
    op.drop_table("consumed_partitions")


def _run() -> list[sa.Column[Any]]:
    """Columns of a row that holds for one run of the server, one database and one table only."""
    return [
        sa.Column("server_started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("database_oid", OID(), nullable=True),
        sa.Column("table_oid", OID(), nullable=True),
    ]
