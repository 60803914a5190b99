"""Which rosters were announced once more since events say more: none yet, so the worker begins with each of them."""

import sqlalchemy as sa
from alembic import op

revision = "202611292101"
down_revision = "202611292202"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "announced_rosters",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("after", sa.Uuid(), nullable=True),
        sa.Column("has_found", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_code", "cohort"],
            ["data_keys.school_code", "data_keys.cohort"],
            name=op.f("fk_announced_rosters_school_code_cohort_data_keys"),
        ),
        sa.PrimaryKeyConstraint("school_code", "cohort", name=op.f("pk_announced_rosters")),
    )


def downgrade() -> None:
    op.drop_table("announced_rosters")
