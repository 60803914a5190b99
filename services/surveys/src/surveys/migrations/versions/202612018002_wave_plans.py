"""Plans by which a wave is made each year, and which plan and year a wave was made for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "202612018002"
down_revision = "202612018301"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wave_plans",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=True),
        sa.Column("every_years", sa.Integer(), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=True),
        sa.Column("month_day", sa.Text(), nullable=False),
        sa.Column("open_days", sa.Integer(), nullable=False),
        sa.Column("settings", JSONB(), nullable=False),
        sa.Column("next_year", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.CheckConstraint("every_years IN (1, 2)", name=op.f("ck_wave_plans_every_years_allowed")),
        sa.CheckConstraint("last_year >= first_year", name=op.f("ck_wave_plans_ends_after_first")),
        sa.CheckConstraint("(next_year IS NULL) = (due_at IS NULL)", name=op.f("ck_wave_plans_due_has_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave_plans")),
    )
    op.create_index("ix_wave_plans_school_code_id", "wave_plans", ["school_code", "id"])
    op.create_index("ix_wave_plans_due_at", "wave_plans", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    op.add_column("waves", sa.Column("plan_id", sa.Uuid(), nullable=True))
    op.add_column("waves", sa.Column("plan_year", sa.Integer(), nullable=True))
    op.create_foreign_key(op.f("fk_waves_plan_id_wave_plans"), "waves", "wave_plans", ["plan_id"], ["id"])
    op.create_unique_constraint(op.f("uq_waves_plan_id_plan_year"), "waves", ["plan_id", "plan_year"])
    op.create_check_constraint(op.f("ck_waves_plan_has_year"), "waves", "(plan_id IS NULL) = (plan_year IS NULL)")


def downgrade() -> None:
    for name in ("plan_year", "plan_id"):
        op.drop_column("waves", name)
    op.drop_table("wave_plans")
