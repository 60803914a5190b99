"""The fence around the outbox, and what consumers have applied."""

from common.database.restore_fence import (
    create_consumed_partitions,
    drop_consumed_partitions,
    fence_outbox,
    unfence_outbox,
)

revision = "202611290401"
down_revision = "202611290201"
branch_labels = None
depends_on = None


def upgrade() -> None:
    fence_outbox()
    create_consumed_partitions()


def downgrade() -> None:
    drop_consumed_partitions()
    unfence_outbox()
