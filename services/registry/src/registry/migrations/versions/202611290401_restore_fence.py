"""The fence around the outbox."""

from common.database.restore_fence import fence_outbox, unfence_outbox

revision = "202611290401"
down_revision = "202611290301"
branch_labels = None
depends_on = None


def upgrade() -> None:
    fence_outbox()


def downgrade() -> None:
    unfence_outbox()
