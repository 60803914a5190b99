"""Support plans: sealed, one open plan of a graduate."""

import sqlalchemy as sa
from alembic import op

revision = "202611301203"
down_revision = "202611301702"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "support_plans",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("content_cipher", sa.LargeBinary(), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False)
            for name in ("opened_at", "recorded_at")
        ),
        sa.CheckConstraint("state IN ('open', 'closed')", name=op.f("ck_support_plans_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_plans")),
    )
    op.create_index("ix_support_plans_school_code_id", "support_plans", ["school_code", "id"])
    op.create_index("ix_support_plans_graduate_id", "support_plans", ["graduate_id"])
    op.create_index(
        "uq_support_plans_open",
        "support_plans",
        ["graduate_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    # the planner's statistics would keep ciphertexts after they are deleted
    op.execute("ALTER TABLE support_plans ALTER COLUMN content_cipher SET STATISTICS 0")


def downgrade() -> None:
    op.drop_table("support_plans")
