"""The roster, and registrations with their history and streams."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "202611230002"
down_revision = "202611230001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "destination_streams",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_decided_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("graduate_id", name=op.f("pk_destination_streams")),
    )
    op.create_table(
        "registration_versions",
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("confirmation", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("destination_code", sa.Text(), nullable=False),
        sa.Column("flexible", sa.Boolean(), nullable=True),
        sa.Column("flexible_kind", sa.Text(), nullable=True),
        sa.Column("employer_name", sa.Text(), nullable=True),
        sa.Column("employer_uscc", sa.Text(), nullable=True),
        sa.Column("employer_nature_code", sa.Text(), nullable=True),
        sa.Column("industry_code", sa.Text(), nullable=True),
        sa.Column("place_code", sa.Text(), nullable=True),
        sa.Column("employer_address", sa.Text(), nullable=True),
        sa.Column("position_code", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("freelance_kind", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("study_school_name", sa.Text(), nullable=True),
        sa.Column("study_level_code", sa.Text(), nullable=True),
        sa.Column("abroad_country", sa.Text(), nullable=True),
        sa.Column("abroad_school_name_zh", sa.Text(), nullable=True),
        sa.Column("abroad_school_name_en", sa.Text(), nullable=True),
        sa.Column("abroad_major_zh", sa.Text(), nullable=True),
        sa.Column("abroad_major_en", sa.Text(), nullable=True),
        sa.Column("code_lists", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by_role", sa.Text(), nullable=False),
        sa.Column("by_subject", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("changed_fields", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("registration_id", "version", name=op.f("pk_registration_versions")),
        info={"insert_only": True},
    )
    op.create_table(
        "registrations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("confirmation", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("destination_code", sa.Text(), nullable=False),
        sa.Column("flexible", sa.Boolean(), nullable=True),
        sa.Column("flexible_kind", sa.Text(), nullable=True),
        sa.Column("employer_name", sa.Text(), nullable=True),
        sa.Column("employer_uscc", sa.Text(), nullable=True),
        sa.Column("employer_nature_code", sa.Text(), nullable=True),
        sa.Column("industry_code", sa.Text(), nullable=True),
        sa.Column("place_code", sa.Text(), nullable=True),
        sa.Column("employer_address", sa.Text(), nullable=True),
        sa.Column("position_code", sa.Text(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("freelance_kind", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("study_school_name", sa.Text(), nullable=True),
        sa.Column("study_level_code", sa.Text(), nullable=True),
        sa.Column("abroad_country", sa.Text(), nullable=True),
        sa.Column("abroad_school_name_zh", sa.Text(), nullable=True),
        sa.Column("abroad_school_name_en", sa.Text(), nullable=True),
        sa.Column("abroad_major_zh", sa.Text(), nullable=True),
        sa.Column("abroad_major_en", sa.Text(), nullable=True),
        sa.Column("code_lists", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("incomplete", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("approved_by_college", sa.Text(), nullable=True),
        sa.Column("approved_by_school", sa.Text(), nullable=True),
        sa.Column("void_by_college", sa.Text(), nullable=True),
        sa.Column("void_by_school", sa.Text(), nullable=True),
        sa.Column("effective_version", sa.Integer(), nullable=True),
        sa.Column("effective_decided_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint(
            "(effective_version IS NULL) = (effective_decided_on IS NULL)",
            name=op.f("ck_registrations_effective_with_day"),
        ),
        sa.CheckConstraint(
            "approved_by_college <> approved_by_school", name=op.f("ck_registrations_two_persons_approve")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_registrations_version_positive")),
        sa.CheckConstraint("void_by_college <> void_by_school", name=op.f("ck_registrations_two_persons_void")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrations")),
    )
    op.create_index("ix_registrations_graduate", "registrations", ["graduate_id"], unique=False)
    op.create_index("ix_registrations_school_cohort_id", "registrations", ["school_code", "cohort", "id"], unique=False)
    op.create_index(
        "uq_registrations_current",
        "registrations",
        ["graduate_id"],
        unique=True,
        postgresql_where=sa.text("stage != 'voided'"),
    )
    op.create_table(
        "roster_graduates",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("major_code", sa.Text(), nullable=True),
        sa.Column("class_code", sa.Text(), nullable=True),
        sa.Column("education_level_code", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("graduate_id", name=op.f("pk_roster_graduates")),
    )
    op.create_index("ix_roster_graduates_school_cohort", "roster_graduates", ["school_code", "cohort"], unique=False)
    op.create_table(
        "roster_schools",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("province_code", sa.Text(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("school_code", name=op.f("pk_roster_schools")),
    )


def downgrade() -> None:
    op.drop_table("roster_schools")
    op.drop_index("ix_roster_graduates_school_cohort", table_name="roster_graduates")
    op.drop_table("roster_graduates")
    op.drop_index("uq_registrations_current", table_name="registrations", postgresql_where=sa.text("stage != 'voided'"))
    op.drop_index("ix_registrations_school_cohort_id", table_name="registrations")
    op.drop_index("ix_registrations_graduate", table_name="registrations")
    op.drop_table("registrations")
    op.drop_table("registration_versions")
    op.drop_table("destination_streams")
