"""Self-check reports of colleges, what they seal and who signs them."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from common.clock import NOW_SQL

revision = "202611301703"
down_revision = "202611301503"
branch_labels = None
depends_on = None


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _integers(*names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Integer(), nullable=nullable) for name in names]


def _instant() -> sa.Column[Any]:
    return sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False)


def _of_report(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_report_id_self_check_reports")
    return sa.ForeignKeyConstraint(["report_id"], ["self_check_reports.id"], name=name)


def upgrade() -> None:
    op.create_table(
        "self_check_reports",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *_texts("school_code"),
        *_integers("cohort"),
        *_texts("college_code"),
        *_integers("round"),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *_texts("state"),
        *_integers("graduates"),
        sa.Column("results", JSONB(), nullable=False),
        sa.Column("methods", JSONB(), nullable=False),
        *_texts("by_subject"),
        *_texts("reason", nullable=True),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file", sa.Uuid(), nullable=True),
        sa.Column("file_sha256", sa.LargeBinary(), nullable=True),
        _instant(),
        sa.CheckConstraint(
            "state IN ('draft', 'signed', 'submitted', 'accepted', 'returned')",
            name=op.f("ck_self_check_reports_state"),
        ),
        sa.CheckConstraint("(state = 'returned') = (reason IS NOT NULL)", name=op.f("ck_self_check_reports_reason")),
        sa.CheckConstraint("(state IN ('draft', 'signed')) = (file IS NULL)", name=op.f("ck_self_check_reports_file")),
        sa.CheckConstraint(
            "(file IS NULL) = (late IS NULL AND file_sha256 IS NULL AND submitted_at IS NULL)",
            name=op.f("ck_self_check_reports_scan"),
        ),
        sa.ForeignKeyConstraint(["file"], ["objects.name"], name=op.f("fk_self_check_reports_file_objects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_check_reports")),
        sa.UniqueConstraint("file", name=op.f("uq_self_check_reports_file")),
    )
    op.create_index(
        "uq_self_check_reports_standing",
        "self_check_reports",
        ["school_code", "cohort", "college_code", "round"],
        unique=True,
        postgresql_where=sa.text("state IN ('submitted', 'accepted')"),
    )
    op.create_table(
        "self_check_items",
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("report_id", "graduate_id")),
        *_texts("school_code"),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        *_integers("entry_version"),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        *_integers("effective_version", nullable=True),
        *_texts("method"),
        *_texts("outcome", nullable=True),
        *_texts("result"),
        _of_report("self_check_items"),
        sa.PrimaryKeyConstraint("report_id", "graduate_id", name=op.f("pk_self_check_items")),
    )
    op.create_index("ix_self_check_items_graduate_id", "self_check_items", ["graduate_id"])
    op.create_table(
        "self_check_signatures",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        *_texts("office", "school_code", "by_subject"),
        _instant(),
        sa.CheckConstraint("office IN ('party', 'administration')", name=op.f("ck_self_check_signatures_office")),
        _of_report("self_check_signatures"),
        sa.PrimaryKeyConstraint("report_id", "office", name=op.f("pk_self_check_signatures")),
        sa.UniqueConstraint("report_id", "by_subject", name=op.f("uq_self_check_signatures_report_id_by_subject")),
    )


def downgrade() -> None:
    for table in ("self_check_signatures", "self_check_items", "self_check_reports"):
        op.drop_table(table)
