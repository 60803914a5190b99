"""Versions, spans, cells, units, responses, progress and the common tables."""

import sqlalchemy as sa
from alembic import op

from common.database.common_tables import create_first, drop_first

revision = "202611230001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "applied_partitions",
    "cells",
    "destination_versions",
    "moved_groups",
    "rate_streams",
    "response_versions",
    "roster_versions",
    "spans",
    "units",
)


def upgrade() -> None:
    create_first(operations=False)
    _applied_partitions()
    _cells()
    _destination_versions()
    _moved_groups()
    _rate_streams()
    _response_versions()
    _roster_versions()
    _spans()
    _units()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    drop_first(operations=False)


def _applied_partitions() -> None:
    op.create_table(
        "applied_partitions",
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("next_offset", sa.BigInteger(), nullable=False),
        sa.Column("included_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition", name=op.f("pk_applied_partitions")),
        postgresql_with={"fillfactor": 50},
    )


def _cells() -> None:
    op.create_table(
        "cells",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("destination_code", sa.Text(), nullable=False),
        sa.Column("flexible", sa.Boolean(), nullable=False),
        sa.Column("graduates", sa.Integer(), nullable=False),
        sa.CheckConstraint("graduates >= 0", name=op.f("ck_cells_not_negative")),
        sa.PrimaryKeyConstraint(
            "school_code", "cohort", "dimension", "value", "destination_code", "flexible", name=op.f("pk_cells")
        ),
        postgresql_with={"fillfactor": 70},
    )


def _destination_versions() -> None:
    op.create_table(
        "destination_versions",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("confirmation", sa.Text(), nullable=True),
        sa.Column("destination_code", sa.Text(), nullable=False),
        sa.Column("code_list_version", sa.Text(), nullable=False),
        sa.Column("flexible", sa.Boolean(), nullable=False),
        sa.Column("flexible_kind", sa.Text(), nullable=True),
        sa.Column("employer_nature_code", sa.Text(), nullable=True),
        sa.Column("industry_code", sa.Text(), nullable=True),
        sa.Column("place_code", sa.Text(), nullable=True),
        sa.Column("position_code", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("graduate_id", "sequence", name=op.f("pk_destination_versions")),
    )


def _moved_groups() -> None:
    op.create_table(
        "moved_groups",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved_groups")),
    )


def _rate_streams() -> None:
    op.create_table(
        "rate_streams",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("school_code", name=op.f("pk_rate_streams")),
    )


def _response_versions() -> None:
    op.create_table(
        "response_versions",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("graduate_id", "sequence", name=op.f("pk_response_versions")),
    )
    op.create_index(
        "ix_response_versions_school_code_cohort_cycle",
        "response_versions",
        ["school_code", "cohort", "cycle"],
        unique=False,
    )


def _roster_versions() -> None:
    op.create_table(
        "roster_versions",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("major_code", sa.Text(), nullable=True),
        sa.Column("class_code", sa.Text(), nullable=True),
        sa.Column("education_level_code", sa.Text(), nullable=True),
        sa.Column("sex_code", sa.Text(), nullable=True),
        sa.Column("origin_place_code", sa.Text(), nullable=True),
        sa.Column("ethnicity_code", sa.Text(), nullable=True),
        sa.Column("hardship_code", sa.Text(), nullable=True),
        sa.Column("training_mode_code", sa.Text(), nullable=True),
        sa.Column("teacher_training_code", sa.Text(), nullable=True),
        sa.Column("study_form", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("graduate_id", "sequence", name=op.f("pk_roster_versions")),
    )
    op.create_index(
        "ix_roster_versions_school_code_graduate_id", "roster_versions", ["school_code", "graduate_id"], unique=False
    )


def _spans() -> None:
    op.create_table(
        "spans",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("major_code", sa.Text(), nullable=True),
        sa.Column("class_code", sa.Text(), nullable=True),
        sa.Column("education_level_code", sa.Text(), nullable=True),
        sa.Column("sex_code", sa.Text(), nullable=True),
        sa.Column("origin_province_code", sa.Text(), nullable=True),
        sa.Column("destination_code", sa.Text(), nullable=True),
        sa.Column("flexible", sa.Boolean(), nullable=False),
        sa.Column("employer_nature_code", sa.Text(), nullable=True),
        sa.Column("industry_code", sa.Text(), nullable=True),
        sa.Column("place_code", sa.Text(), nullable=True),
        sa.Column("position_code", sa.Text(), nullable=True),
        sa.CheckConstraint("from_day < to_day", name=op.f("ck_spans_half_open")),
        sa.PrimaryKeyConstraint("school_code", "graduate_id", "from_day", name=op.f("pk_spans")),
        postgresql_with={"fillfactor": 80},
    )
    op.create_index("ix_spans_school_code_cohort", "spans", ["school_code", "cohort"], unique=False)


def _units() -> None:
    op.create_table(
        "units",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("unit_kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("province_code", sa.Text(), nullable=True),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("major_code", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("school_code", "unit_kind", "code", name=op.f("pk_units")),
    )
    op.create_index(
        "ix_units_province_code",
        "units",
        ["province_code"],
        unique=False,
        postgresql_where=sa.text("unit_kind = 'school'"),
    )
