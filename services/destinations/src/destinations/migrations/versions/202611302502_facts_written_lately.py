"""An index by which the facts that were written lately are found."""

from alembic import op

revision = "202611302502"
down_revision = "202611302501"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_facts_recorded_at", "facts", ["recorded_at"])


def downgrade() -> None:
    op.drop_index("ix_facts_recorded_at", "facts")
