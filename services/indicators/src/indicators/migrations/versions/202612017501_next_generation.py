"""Spans that are computed beside the present ones, until schools are switched to them."""

import sqlalchemy as sa
from alembic import op

revision = "202612017501"
down_revision = "202612016501"
branch_labels = None
depends_on = None

_TEXTS = (
    "college_code", "major_code", "class_code", "education_level_code", "sex_code", "origin_province_code",
    "destination_code",
)  # fmt: skip
_FURTHER_TEXTS = (
    "employer_nature_code", "industry_code", "place_code", "position_code", "origin_place_code", "urban_rural",
    "ethnicity_code", "hardship_code", "training_mode_code", "teacher_training_code", "study_form", "study_level_code",
    "abroad_country_code",
)  # fmt: skip


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=True) for name in names]


def upgrade() -> None:
    op.create_table(
        "next_spans",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("to_day", sa.Date(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        *_texts(*_TEXTS),
        sa.Column("flexible", sa.Boolean(), nullable=False),
        *_texts(*_FURTHER_TEXTS),
        sa.Column("roster_generation", sa.SmallInteger(), nullable=True),
        sa.Column("destination_generation", sa.SmallInteger(), nullable=True),
        sa.CheckConstraint("from_day < to_day", name=op.f("ck_next_spans_half_open")),
        sa.PrimaryKeyConstraint("school_code", "graduate_id", "from_day", name=op.f("pk_next_spans")),
    )
    op.create_table(
        "next_graduates",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("versions", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("school_code", "graduate_id", name=op.f("pk_next_graduates")),
    )
    op.create_table(
        "next_schools",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.Column("graduates", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("school_code", name=op.f("pk_next_schools")),
    )


def downgrade() -> None:
    for table in ("next_schools", "next_graduates", "next_spans"):
        op.drop_table(table)
