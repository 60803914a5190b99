"""Schools with their units, and the roster with its history."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "202611230002"
down_revision = "202611230001"
branch_labels = None
depends_on = None

TABLES = ("schools", "colleges", "majors", "classes", "graduates", "graduate_versions")


def upgrade() -> None:
    _schools()
    _colleges()
    _majors()
    _classes()
    _graduates()
    _graduate_versions()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _schools() -> None:
    op.create_table(
        "schools",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("province_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("sequence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{5}$'", name=op.f("ck_schools_code")),
        sa.CheckConstraint("province_code ~ '^[0-9]{2}0000$'", name=op.f("ck_schools_province_code")),
        sa.CheckConstraint("state IN ('active', 'closed')", name=op.f("ck_schools_state")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_schools_name")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_schools")),
    )


def _colleges() -> None:
    op.create_table(
        "colleges",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("state IN ('active', 'closed')", name=op.f("ck_colleges_state")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_colleges_name")),
        sa.ForeignKeyConstraint(["school_code"], ["schools.code"], name=op.f("fk_colleges_school_code_schools")),
        sa.PrimaryKeyConstraint("school_code", "code", name=op.f("pk_colleges")),
    )


def _majors() -> None:
    op.create_table(
        "majors",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("several_colleges", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("state IN ('active', 'closed')", name=op.f("ck_majors_state")),
        sa.CheckConstraint(
            "NOT (several_colleges AND college_code IS NOT NULL)", name=op.f("ck_majors_several_colleges")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_majors_name")),
        sa.ForeignKeyConstraint(
            ["school_code", "college_code"],
            ["colleges.school_code", "colleges.code"],
            name=op.f("fk_majors_school_code_college_code_colleges"),
        ),
        sa.ForeignKeyConstraint(["school_code"], ["schools.code"], name=op.f("fk_majors_school_code_schools")),
        sa.PrimaryKeyConstraint("school_code", "code", name=op.f("pk_majors")),
    )


def _classes() -> None:
    op.create_table(
        "classes",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'active'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("major_code", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('active', 'closed')", name=op.f("ck_classes_state")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_classes_name")),
        sa.ForeignKeyConstraint(
            ["school_code", "college_code"],
            ["colleges.school_code", "colleges.code"],
            name=op.f("fk_classes_school_code_college_code_colleges"),
        ),
        sa.ForeignKeyConstraint(
            ["school_code", "major_code"],
            ["majors.school_code", "majors.code"],
            name=op.f("fk_classes_school_code_major_code_majors"),
        ),
        sa.ForeignKeyConstraint(["school_code"], ["schools.code"], name=op.f("fk_classes_school_code_schools")),
        sa.PrimaryKeyConstraint("school_code", "code", name=op.f("pk_classes")),
    )


def _graduates() -> None:
    op.create_table(
        "graduates",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("student_number", sa.Text(), nullable=False),
        sa.Column("exam_number", sa.Text(), nullable=True),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("major_code", sa.Text(), nullable=True),
        sa.Column("class_code", sa.Text(), nullable=True),
        sa.Column("sex_code", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("ethnicity_code", sa.Text(), nullable=True),
        sa.Column("political_status_code", sa.Text(), nullable=True),
        sa.Column("education_level_code", sa.Text(), nullable=True),
        sa.Column("origin_place_code", sa.Text(), nullable=True),
        sa.Column("urban_rural", sa.Text(), nullable=True),
        sa.Column("training_mode_code", sa.Text(), nullable=True),
        sa.Column("teacher_training_code", sa.Text(), nullable=True),
        sa.Column("hardship_code", sa.Text(), nullable=True),
        sa.Column("study_form", sa.Text(), nullable=True),
        sa.Column("enrolled_on", sa.Date(), nullable=True),
        sa.Column("graduated_on", sa.Date(), nullable=True),
        sa.Column("major_direction", sa.Text(), nullable=True),
        sa.Column("commissioning_unit", sa.Text(), nullable=True),
        sa.Column("duration_years", sa.Numeric(precision=3, scale=1), nullable=True),
        sa.Column("name_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("citizen_id_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("citizen_id_index", sa.LargeBinary(), nullable=True),
        sa.Column("phone_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("code_lists_version", sa.Text(), nullable=False),
        sa.Column("line_fingerprint", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "status IN ('registered', 'completed', 'extended', 'withdrawn', 'deceased', 'transferred')",
            name=op.f("ck_graduates_status"),
        ),
        sa.CheckConstraint(
            "(citizen_id_cipher IS NULL) = (citizen_id_index IS NULL)", name=op.f("ck_graduates_citizen_id")
        ),
        sa.CheckConstraint("cohort BETWEEN 1977 AND 2200", name=op.f("ck_graduates_cohort")),
        sa.CheckConstraint("version >= 1 AND sequence >= 1", name=op.f("ck_graduates_numbers")),
        sa.ForeignKeyConstraint(["school_code"], ["schools.code"], name=op.f("fk_graduates_school_code_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_graduates")),
        sa.UniqueConstraint(
            "school_code", "cohort", "citizen_id_index", name=op.f("uq_graduates_school_code_cohort_citizen_id_index")
        ),
        sa.UniqueConstraint(
            "school_code", "cohort", "student_number", name=op.f("uq_graduates_school_code_cohort_student_number")
        ),
    )
    op.create_index("ix_graduates_exam_number", "graduates", ["school_code", "cohort", "exam_number"], unique=False)
    op.create_index("ix_graduates_name", "graduates", ["school_code", "name_index"], unique=False)


def _graduate_versions() -> None:
    op.create_table(
        "graduate_versions",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("student_number", sa.Text(), nullable=False),
        sa.Column("exam_number", sa.Text(), nullable=True),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("major_code", sa.Text(), nullable=True),
        sa.Column("class_code", sa.Text(), nullable=True),
        sa.Column("sex_code", sa.Text(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("ethnicity_code", sa.Text(), nullable=True),
        sa.Column("political_status_code", sa.Text(), nullable=True),
        sa.Column("education_level_code", sa.Text(), nullable=True),
        sa.Column("origin_place_code", sa.Text(), nullable=True),
        sa.Column("urban_rural", sa.Text(), nullable=True),
        sa.Column("training_mode_code", sa.Text(), nullable=True),
        sa.Column("teacher_training_code", sa.Text(), nullable=True),
        sa.Column("hardship_code", sa.Text(), nullable=True),
        sa.Column("study_form", sa.Text(), nullable=True),
        sa.Column("enrolled_on", sa.Date(), nullable=True),
        sa.Column("graduated_on", sa.Date(), nullable=True),
        sa.Column("major_direction", sa.Text(), nullable=True),
        sa.Column("commissioning_unit", sa.Text(), nullable=True),
        sa.Column("duration_years", sa.Numeric(precision=3, scale=1), nullable=True),
        sa.Column("name_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("name_index", sa.LargeBinary(), nullable=False),
        sa.Column("citizen_id_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("citizen_id_index", sa.LargeBinary(), nullable=True),
        sa.Column("phone_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("code_lists_version", sa.Text(), nullable=False),
        sa.Column("changed_fields", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=True),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "action IN ('create', 'change', 'withdraw', 'import')", name=op.f("ck_graduate_versions_action")
        ),
        sa.ForeignKeyConstraint(
            ["graduate_id"], ["graduates.id"], name=op.f("fk_graduate_versions_graduate_id_graduates")
        ),
        sa.PrimaryKeyConstraint("graduate_id", "version", name=op.f("pk_graduate_versions")),
    )
