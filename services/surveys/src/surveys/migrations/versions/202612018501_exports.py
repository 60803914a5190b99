"""Exports of waves: with the persons by two people, without them by one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

from common.clock import NOW_SQL

revision = "202612018501"
down_revision = "202612018801"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_by_role", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_role", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=True),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("labelled", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("identified", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("operation_id", sa.Uuid(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("versions", ARRAY(sa.Integer()), nullable=True),
        sa.Column("stands", sa.Numeric(), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in _INSTANTS),
        *(sa.CheckConstraint(text, name=op.f(f"ck_exports_{name}")) for name, text in _CONDITIONS.items()),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_exports_wave_id_waves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index("ix_exports_school_code_id", "exports", ["school_code", "id"])
    op.create_index("ix_exports_wave_id", "exports", ["wave_id"])
    op.create_index(
        "ix_exports_file_until",
        "exports",
        ["file_until"],
        postgresql_where=sa.text("file_until IS NOT NULL AND deleted_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("exports")


_INSTANTS = ("file_until", "fetched_at", "deleted_at")
_CONDITIONS = {
    "state": "state IN ('open', 'withdrawn', 'approved', 'refused', 'unrestricted')",
    "two_people": "decided_by <> requested_by",
    "decided_at": "(decided_by IS NULL) = (decided_at IS NULL)",
    "decided": "state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL",
    "undecided": "state <> 'open' OR decided_by IS NULL",
    "restricted": "identified = (state <> 'unrestricted')",
    "reason": "identified = (reason_cipher IS NOT NULL)",
    "purpose": "identified = (purpose IS NOT NULL)",
    "whole_school": "NOT identified OR college_code IS NULL",
    "format": "format IN ('csv', 'xlsx', 'sav')",
    "language": "language IN ('zh', 'en')",
    "operation": "(state IN ('approved', 'unrestricted')) = (operation_id IS NOT NULL)",
    "made": "(rows IS NULL) = (file_until IS NULL) AND (rows IS NULL) = (stands IS NULL)",
    "file": "file_until IS NULL OR operation_id IS NOT NULL",
    "fetched": "file_until IS NOT NULL OR (fetched_at IS NULL AND deleted_at IS NULL)",
}
