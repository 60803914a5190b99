"""Editions of tracking figures, and since which version of an answer each measure has its value."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "202612015001"
down_revision = "202612013002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("measured_since", "by_level_since"):
        op.add_column("measure_answers", sa.Column(name, JSONB(), nullable=True))
    op.create_table(
        "tracking_editions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("cohort", "cycle", "year")),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("reference_tables", JSONB(), nullable=False),
        sa.Column("memory", JSONB(), nullable=False),
        sa.CheckConstraint(
            "(year IS NULL) = (cohort IS NOT NULL) AND (year IS NULL) = (cycle IS NOT NULL)",
            name=op.f("ck_tracking_editions_one_series"),
        ),
        sa.CheckConstraint("because IN ('closed', 'weekly')", name=op.f("ck_tracking_editions_because_known")),
        sa.CheckConstraint(
            "(because = 'closed') = (wave_id IS NOT NULL)", name=op.f("ck_tracking_editions_closed_by_a_wave")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_editions")),
        sa.UniqueConstraint("wave_id", name=op.f("uq_tracking_editions_wave_id")),
        sa.UniqueConstraint(
            "school_code",
            "cohort",
            "cycle",
            "year",
            "number",
            name=op.f("uq_tracking_editions_school_code_cohort_cycle_year_number"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "tracking_figures",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("indicator", sa.Text(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("figures", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["tracking_editions.id"], name=op.f("fk_tracking_figures_edition_id_tracking_editions")
        ),
        sa.PrimaryKeyConstraint("edition_id", "table_name", "indicator", name=op.f("pk_tracking_figures")),
    )


def downgrade() -> None:
    op.drop_table("tracking_figures")
    op.drop_table("tracking_editions")
    for name in ("by_level_since", "measured_since"):
        op.drop_column("measure_answers", name)
