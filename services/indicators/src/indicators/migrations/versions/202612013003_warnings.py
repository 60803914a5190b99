"""Major warning: rules, runs and what they found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "202612013003"
down_revision = "202612015001"
branch_labels = None
depends_on = None

_NOW = sa.text("quxiang_now()")


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False)


def _texts(*names: str, nullable: bool = True) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)


def _instant() -> sa.Column[object]:
    return sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False)


def upgrade() -> None:
    op.create_table(
        "warning_rules",
        _key(),
        _version(),
        *_texts("school_code", nullable=False),
        sa.Column("weights", JSONB(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("min_base", "min_majors", "share")),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        *_texts("requested_by", "requested_by_role", nullable=False),
        *_texts("decided_by", "decided_by_role"),
        _instant(),
        sa.CheckConstraint("state IN ('draft', 'in_force', 'superseded')", name=op.f("ck_warning_rules_state_known")),
        sa.CheckConstraint("decided_by <> requested_by", name=op.f("ck_warning_rules_two_people")),
        sa.CheckConstraint("(state = 'draft') = (decided_by IS NULL)", name=op.f("ck_warning_rules_decided")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_rules")),
    )
    op.create_index(
        "uq_warning_rules_in_force",
        "warning_rules",
        ["school_code"],
        unique=True,
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_index("ix_warning_rules_school_code_id", "warning_rules", ["school_code", "id"])
    op.create_table(
        "warning_runs",
        _key(),
        *_texts("school_code", nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("rule", JSONB(), nullable=False),
        sa.Column("inputs", JSONB(), nullable=False),
        sa.Column("inputs_hash", sa.LargeBinary(), nullable=False),
        _instant(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warning_runs")),
    )
    _create_warnings()


def _create_warnings() -> None:
    op.create_table(
        "warnings",
        _key(),
        _version(),
        *_texts("school_code", nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        *_texts("education_level"),
        *_texts("major_code", nullable=False),
        *_texts("college_code"),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("content", JSONB(), nullable=False),
        *_texts("state", "opened_by", "opened_by_role", "closed_by", "closed_by_role", "outcome"),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "state IN ('review_suggested', 'under_review', 'closed', 'lapsed')", name=op.f("ck_warnings_state_known")
        ),
        sa.CheckConstraint("closed_by <> opened_by", name=op.f("ck_warnings_two_people")),
        sa.CheckConstraint(
            "(state IN ('under_review', 'closed')) = (opened_by IS NOT NULL)", name=op.f("ck_warnings_opened")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_by IS NOT NULL AND outcome IS NOT NULL)", name=op.f("ck_warnings_closed")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["warning_runs.id"], name=op.f("fk_warnings_run_id_warning_runs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warnings")),
        sa.UniqueConstraint(
            "school_code",
            "cohort",
            "education_level",
            "major_code",
            name=op.f("uq_warnings_school_code_cohort_education_level_major_code"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index("ix_warnings_school_code_id", "warnings", ["school_code", "id"])


def downgrade() -> None:
    for table in ("warnings", "warning_runs", "warning_rules"):
        op.drop_table(table)
