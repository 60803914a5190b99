"""Long work that was asked to end before its next part, and did."""

import sqlalchemy as sa
from alembic import op

revision = "surveys_0005"
down_revision = "surveys_0004"
branch_labels = None
depends_on = None

NAME = "ck_operations_state_known"


def upgrade() -> None:
    op.add_column("operations", sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f(NAME), "operations")
    op.create_check_constraint(
        op.f(NAME), "operations", "state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')"
    )


def downgrade() -> None:
    op.drop_constraint(op.f(NAME), "operations")
    op.create_check_constraint(op.f(NAME), "operations", "state IN ('queued', 'running', 'succeeded', 'failed')")
    op.drop_column("operations", "cancel_requested_at")
