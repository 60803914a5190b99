"""How far each topic is known to hold nothing that the outbox lacks."""

from common.database.restore_fence import mark_topics, unmark_topics

revision = "202612017801"
down_revision = "202612017501"
branch_labels = None
depends_on = None


def upgrade() -> None:
    mark_topics()


def downgrade() -> None:
    unmark_topics()
