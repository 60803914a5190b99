"""Samples, their items, decisions and assignments."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from common.clock import NOW_SQL

revision = "202611301702"
down_revision = "202611301502"
branch_labels = None
depends_on = None

_METHODS = "'document', 'phone', 'employer', 'system', 'interview'"
_OUTCOMES = "'reached', 'no_answer', 'wrong_number', 'refused'"
_RESULTS = "'correct', 'corrected', 'wrong', 'unreachable'"


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _instant() -> sa.Column[Any]:
    return sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False)


def _of_item(table: str) -> list[Any]:
    return [
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *_texts("school_code", "by_role", "by_subject"),
        _instant(),
        sa.ForeignKeyConstraint(
            ["sample_id", "n"],
            ["sample_items.sample_id", "sample_items.n"],
            name=op.f(f"fk_{table}_sample_id_n_sample_items"),
        ),
        sa.PrimaryKeyConstraint("sample_id", "n", name=op.f(f"pk_{table}")),
    ]


def upgrade() -> None:
    op.create_table(
        "samples",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *_texts("school_code"),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("draw", sa.Integer(), nullable=False),
        sa.Column("filter", JSONB(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        *_texts("strata", nullable=True),
        *_texts("checked_by", "frame", "strata_of_frame", "frame_hash"),
        sa.Column("frame_size", sa.Integer(), nullable=False),
        *_texts("seed"),
        sa.Column("populations", JSONB(), nullable=False),
        *_texts("by_role", "by_subject"),
        _instant(),
        sa.CheckConstraint("strata IN ('college', 'destination_code')", name=op.f("ck_samples_strata")),
        sa.CheckConstraint("checked_by IN ('school', 'next_college')", name=op.f("ck_samples_checked_by")),
        sa.CheckConstraint(
            "by_role IN ('school_officer', 'provincial_officer', 'auditor')", name=op.f("ck_samples_by_role")
        ),
        sa.CheckConstraint("size BETWEEN 1 AND frame_size", name=op.f("ck_samples_size")),
        sa.CheckConstraint("seed ~ '^[0-9a-f]{32}$'", name=op.f("ck_samples_seed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_samples")),
        sa.UniqueConstraint("school_code", "cohort", "draw", name=op.f("uq_samples_school_code_cohort_draw")),
    )
    op.create_table(
        "sample_items",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *_texts("school_code"),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("stratum"),
        *_texts("college_code", "held_by_college", nullable=True),
        sa.CheckConstraint("(registration_id IS NULL) = (version = 0)", name=op.f("ck_sample_items_registered")),
        sa.CheckConstraint("held_by_college <> college_code", name=op.f("ck_sample_items_other_college")),
        sa.ForeignKeyConstraint(["sample_id"], ["samples.id"], name=op.f("fk_sample_items_sample_id_samples")),
        sa.PrimaryKeyConstraint("sample_id", "n", name=op.f("pk_sample_items")),
        sa.UniqueConstraint("sample_id", "graduate_id", name=op.f("uq_sample_items_sample_id_graduate_id")),
    )
    op.create_index("ix_sample_items_graduate_id", "sample_items", ["graduate_id"])
    op.create_table(
        "sample_decisions",
        *_of_item("sample_decisions"),
        *_texts("method"),
        *_texts("outcome", nullable=True),
        *_texts("result"),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(f"method IN ({_METHODS})", name=op.f("ck_sample_decisions_method")),
        sa.CheckConstraint(f"outcome IN ({_OUTCOMES})", name=op.f("ck_sample_decisions_outcome")),
        sa.CheckConstraint("outcome IS NULL OR method = 'phone'", name=op.f("ck_sample_decisions_outcome_of_phone")),
        sa.CheckConstraint(f"result IN ({_RESULTS})", name=op.f("ck_sample_decisions_result")),
    )
    # the planner's statistics would keep ciphertexts after they are emptied
    op.execute("ALTER TABLE sample_decisions ALTER note_cipher SET STATISTICS 0")
    op.create_table("sample_assignments", *_of_item("sample_assignments"))


def downgrade() -> None:
    for table in ("sample_assignments", "sample_decisions", "sample_items", "samples"):
        op.drop_table(table)
