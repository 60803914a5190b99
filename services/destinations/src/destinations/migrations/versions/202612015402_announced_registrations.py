"""Whose newest events were compared with what events say today: nobody's yet, so the worker begins with each roster."""

import sqlalchemy as sa
from alembic import op

revision = "202612015402"
down_revision = "202612017801"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announced_registrations",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("has_found", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("school_code", "cohort", name=op.f("pk_announced_registrations")),
    )


def downgrade() -> None:
    op.drop_table("announced_registrations")
