"""Liaisons, what they report, and the classes of graduates."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL

revision = "202612018604"
down_revision = "202612018703"
branch_labels = None
depends_on = None

_NOW = sa.text(NOW_SQL)
_LIAISON = {
    "one_person": "num_nonnulls(graduate_id, subject) = 1",
    "level_known": "level IN ('school', 'college', 'class', 'alumni')",
    "college_named": "level <> 'college' OR college_code IS NOT NULL",
    "class_named": "level <> 'class' OR class_code IS NOT NULL",
    "begins_before_end": "valid_from <= valid_until",
}
_OUTCOME = "outcome IN ('passed_on', 'unreachable', 'asks_to_stop')"


def upgrade() -> None:
    op.add_column("roster_groups", sa.Column("class_code", sa.Text(), nullable=True))
    op.create_table(
        "liaisons",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("college_code", "major_code", "class_code")),
        sa.Column("cohort", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        *(sa.CheckConstraint(condition, name=op.f(f"ck_liaisons_{name}")) for name, condition in _LIAISON.items()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaisons")),
    )
    op.create_index("ix_liaisons_school_code_id", "liaisons", ["school_code", "id"])
    op.create_index("ix_liaisons_graduate_id", "liaisons", ["graduate_id"])
    op.create_index("ix_liaisons_subject", "liaisons", ["subject"])
    op.create_table(
        "liaison_reports",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.CheckConstraint(_OUTCOME, name=op.f("ck_liaison_reports_outcome_known")),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_liaison_reports_wave_id_waves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_liaison_reports")),
    )
    op.create_index("ix_liaison_reports_graduate_id", "liaison_reports", ["graduate_id"])
    op.create_index("ix_liaison_reports_wave_id", "liaison_reports", ["wave_id"])


def downgrade() -> None:
    op.drop_table("liaison_reports")
    op.drop_table("liaisons")
    op.drop_column("roster_groups", "class_code")
