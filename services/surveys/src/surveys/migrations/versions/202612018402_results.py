"""Editions of waves with their figures, weights of answers, and what has changed of answers since an edition."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from common.clock import NOW_SQL

revision = "202612018402"
down_revision = "202612018603"
branch_labels = None
depends_on = None


def _key() -> sa.Column[UUID]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _figures(name: str, of: str, column: str) -> None:
    op.create_table(
        name,
        sa.Column(column, sa.Uuid(), nullable=False),
        sa.Column("variable", sa.Text(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{name}_{column}_{of}")),
        sa.PrimaryKeyConstraint(column, "variable", "table_name", name=op.f(f"pk_{name}")),
    )


def upgrade() -> None:
    op.add_column("responses", sa.Column("excluded_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("responses", sa.Column("reason_ciphertext", sa.LargeBinary(), nullable=True))
    op.create_table(
        "answer_changes",
        _key(),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_changes")),
    )
    op.create_index("ix_answer_changes_wave_id", "answer_changes", ["wave_id"])
    op.create_table(
        "result_editions",
        _key(),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("memory", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "because IN ('closed', 'changed', 'weighting')", name=op.f("ck_result_editions_because_known")
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_result_editions_wave_id_waves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_editions")),
        sa.UniqueConstraint("wave_id", "number", name=op.f("uq_result_editions_wave_id_number")),
    )
    _figures("result_figures", "result_editions", "edition_id")
    op.create_table(
        "result_weightings",
        _key(),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("by", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("margins", postgresql.JSONB(), nullable=True),
        sa.Column("max_ratio", sa.Double(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("n_eff", sa.Double(), nullable=False),
        sa.Column("deff", sa.Double(), nullable=False),
        sa.Column("iterations", sa.Integer(), nullable=True),
        sa.Column("max_error", sa.Double(), nullable=True),
        sa.Column("strata", postgresql.JSONB(), nullable=False),
        sa.Column("memory", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.CheckConstraint(
            "method IN ('post_stratification', 'raking')", name=op.f("ck_result_weightings_method_known")
        ),
        sa.CheckConstraint(
            "(method = 'raking') = (margins IS NOT NULL)", name=op.f("ck_result_weightings_margins_of_raking")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["result_editions.id"], name=op.f("fk_result_weightings_edition_id_result_editions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_weightings")),
    )
    op.create_index("ix_result_weightings_edition_id_id", "result_weightings", ["edition_id", "id"])
    op.create_table(
        "result_weights",
        sa.Column("weighting_id", sa.Uuid(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["weighting_id"], ["result_weightings.id"], name=op.f("fk_result_weights_weighting_id_result_weightings")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_result_weights_response_id_responses")
        ),
        sa.PrimaryKeyConstraint("weighting_id", "response_id", name=op.f("pk_result_weights")),
    )
    _figures("result_weighted_figures", "result_weightings", "weighting_id")


def downgrade() -> None:
    for name in ("result_weighted_figures", "result_weights", "result_weightings", "result_figures", "result_editions"):
        op.drop_table(name)
    op.drop_table("answer_changes")
    op.drop_column("responses", "reason_ciphertext")
    op.drop_column("responses", "excluded_at")
