"""Monitoring reports, what they say, and those that wait."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "202611301301"
down_revision = "202611301102"
branch_labels = None
depends_on = None


_REPORTS = "monitoring_reports"


def upgrade() -> None:
    op.create_table(
        _REPORTS,
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "period")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        _recorded_at(),
        sa.CheckConstraint(
            "kind IN ('monthly', 'weekly', 'daily', 'free')", name=op.f("ck_monitoring_reports_kind_known")
        ),
        sa.CheckConstraint("at <= recorded_at", name=op.f("ck_monitoring_reports_moment_has_passed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_reports")),
        sa.UniqueConstraint(
            "school_code", "cohort", "kind", "period", name=op.f("uq_monitoring_reports_school_code_cohort_kind_period")
        ),
    )
    op.create_index("ix_monitoring_reports_school_code_cohort_at", _REPORTS, ["school_code", "cohort", "at"])
    op.create_index("ix_monitoring_reports_school_code_id", _REPORTS, ["school_code", "id"])
    _of_report("monitoring_waiting", sa.Column("waiting_for", JSONB(), nullable=False))
    _of_report(
        "monitoring_contents",
        sa.Column("content", JSONB(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        _recorded_at(),
    )
    _of_report(
        "monitoring_publications",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("by_role", "by_subject")),
        _recorded_at(),
        of="monitoring_contents.report_id",
    )
    op.create_table(
        "monitoring_streams",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("school_code", name=op.f("pk_monitoring_streams")),
    )


def downgrade() -> None:
    for name in ("streams", "publications", "contents", "waiting", "reports"):
        op.drop_table(f"monitoring_{name}")


def _of_report(name: str, *columns: sa.Column, of: str = "monitoring_reports.id") -> None:  # type: ignore[type-arg]
    op.create_table(
        name,
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["report_id"], [of], name=op.f(f"fk_{name}_report_id_{of.split('.')[0]}")),
        sa.PrimaryKeyConstraint("report_id", name=op.f(f"pk_{name}")),
    )


def _recorded_at() -> sa.Column:  # type: ignore[type-arg]
    return sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False)
