"""The fence around the outbox, and what consumers have applied."""

from common.database.restore_fence import (
    create_consumed_partitions,
    drop_consumed_partitions,
    fence_outbox,
    unfence_outbox,
)

revision = "surveys_0009"
down_revision = "surveys_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    fence_outbox()
    create_consumed_partitions()


def downgrade() -> None:
    drop_consumed_partitions()
    unfence_outbox()
