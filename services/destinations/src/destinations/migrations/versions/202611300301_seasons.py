"""Seasons of cohorts, their history, and extensions of single graduates."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from common.clock import NOW_SQL

revision = "202611300301"
down_revision = "202611293301"
branch_labels = None
depends_on = None


def _key(*names: str) -> list[sa.Column[Any]]:
    types: dict[str, Any] = {"school_code": sa.Text(), "cohort": sa.Integer(), "version": sa.Integer()}
    return [sa.Column(name, types[name], nullable=False) for name in names]


def _settings() -> list[sa.Column[Any]]:
    days = ("changes_until", "coverage_by", "report_by", "closes_on", "graduation_day")
    return [
        sa.Column("levels", ARRAY(sa.Text()), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=False) for name in days),
        sa.Column("rounds", JSONB(), nullable=False),
    ]


def _stated(*by: str) -> list[sa.Column[Any]]:
    return [
        *(sa.Column(name, sa.Text(), nullable=False) for name in by),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "seasons",
        *_key("school_code", "cohort", "version"),
        *_settings(),
        *_stated(),
        sa.CheckConstraint("version > 0", name=op.f("ck_seasons_version_positive")),
        sa.CheckConstraint(
            "levels IN ('{college,school}'::text[], '{counsellor,college,school}'::text[])",
            name=op.f("ck_seasons_levels_known"),
        ),
        sa.CheckConstraint("evidence IN ('none', 'submit', 'approve')", name=op.f("ck_seasons_evidence_known")),
        sa.CheckConstraint(
            "greatest(changes_until, coverage_by, report_by, graduation_day) <= closes_on",
            name=op.f("ck_seasons_closes_last"),
        ),
        sa.CheckConstraint("jsonb_array_length(rounds) >= 2", name=op.f("ck_seasons_two_rounds")),
        sa.PrimaryKeyConstraint("school_code", "cohort", name=op.f("pk_seasons")),
    )
    op.create_table(
        "season_versions",
        *_key("school_code", "cohort", "version"),
        *_settings(),
        *_stated("by_role", "by_subject"),
        sa.PrimaryKeyConstraint("school_code", "cohort", "version", name=op.f("pk_season_versions")),
    )
    op.create_table(
        "season_extensions",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *_key("school_code", "cohort"),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=True),
        *_stated("by_role", "by_subject"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_season_extensions")),
    )
    op.create_index("ix_season_extensions_graduate_id_id", "season_extensions", ["graduate_id", "id"])
    op.create_index("ix_season_extensions_school_code_cohort_id", "season_extensions", ["school_code", "cohort", "id"])


def downgrade() -> None:
    for table in ("season_extensions", "season_versions", "seasons"):
        op.drop_table(table)
