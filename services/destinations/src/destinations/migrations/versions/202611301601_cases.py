"""Cases with the registrations that they link and their history, and the thresholds of signals."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "202611301601"
down_revision = "202611301501"
branch_labels = None
depends_on = None


def _recorded() -> sa.Column[datetime]:
    return sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False)


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=True),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("accused", sa.Text(), nullable=True),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_by_role", sa.Text(), nullable=False),
        _recorded(),
        sa.CheckConstraint("kind IN ('signal', 'tip_off', 'dispute', 'check')", name=op.f("ck_cases_kind")),
        sa.CheckConstraint("handler IN ('college', 'school', 'province')", name=op.f("ck_cases_handler")),
        sa.CheckConstraint("state IN ('open', 'assigned', 'found', 'closed', 'cleared')", name=op.f("ck_cases_state")),
        sa.CheckConstraint("finding IN ('true', 'false', 'unproven')", name=op.f("ck_cases_finding")),
        sa.CheckConstraint("(finding IS NOT NULL) = (state IN ('found', 'closed'))", name=op.f("ck_cases_found")),
        sa.CheckConstraint(
            "kind <> 'signal' OR (rule IS NOT NULL AND subject IS NOT NULL)", name=op.f("ck_cases_signal_of_rule")
        ),
        sa.CheckConstraint("state <> 'cleared' OR kind = 'signal'", name=op.f("ck_cases_only_signals_cleared")),
        sa.CheckConstraint("handler <> 'college' OR college_code IS NOT NULL", name=op.f("ck_cases_handling_college")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index("ix_cases_rule_subject", "cases", ["rule", "subject"])
    op.create_index("ix_cases_school_code_id", "cases", ["school_code", "id"])
    op.create_index(
        "uq_cases_standing",
        "cases",
        ["school_code", "rule", "subject"],
        unique=True,
        postgresql_where=sa.text("state IN ('open', 'assigned')"),
    )


def upgrade() -> None:
    _create_cases()
    op.create_table(
        "case_registrations",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_registrations_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name=op.f("fk_case_registrations_registration_id_registrations")
        ),
        sa.PrimaryKeyConstraint("case_id", "registration_id", name=op.f("pk_case_registrations")),
    )
    op.create_index("ix_case_registrations_graduate_id", "case_registrations", ["graduate_id"])
    op.create_index("ix_case_registrations_registration_id", "case_registrations", ["registration_id"])
    op.create_table(
        "case_events",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("handler", sa.Text(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("by_role", sa.Text(), nullable=False),
        sa.Column("by_subject", sa.Text(), nullable=False),
        _recorded(),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_events_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", "version", name=op.f("pk_case_events")),
    )
    op.create_index("ix_case_events_school_code_recorded_at", "case_events", ["school_code", "recorded_at"])
    # the planner's statistics would keep ciphertexts after they are emptied
    op.execute("ALTER TABLE case_events ALTER note_cipher SET STATISTICS 0")
    op.create_table(
        "signal_thresholds",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("by_role", sa.Text(), nullable=False),
        sa.Column("by_subject", sa.Text(), nullable=False),
        _recorded(),
        sa.CheckConstraint("threshold > 0", name=op.f("ck_signal_thresholds_threshold_positive")),
        sa.CheckConstraint("version > 0", name=op.f("ck_signal_thresholds_version_positive")),
        sa.PrimaryKeyConstraint("school_code", "rule", name=op.f("pk_signal_thresholds")),
    )


def downgrade() -> None:
    for table in ("signal_thresholds", "case_events", "case_registrations", "cases"):
        op.drop_table(table)
