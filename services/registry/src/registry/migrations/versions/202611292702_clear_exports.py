"""Clear exports, which take two people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "202611292702"
down_revision = "202611292701"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clear_exports",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_by_role", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_by_role", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("filters", JSONB(), nullable=False),
        sa.Column("columns", ARRAY(sa.Text()), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("file_until", "fetched_at")),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        *_conditions(),
        sa.ForeignKeyConstraint(["school_code"], ["schools.code"], name=op.f("fk_clear_exports_school_code_schools")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clear_exports")),
    )
    op.create_index("ix_clear_exports_school_code_id", "clear_exports", ["school_code", "id"], unique=False)
    op.create_index(
        "ix_clear_exports_file_until",
        "clear_exports",
        ["file_until"],
        unique=False,
        postgresql_where=sa.text("file_until IS NOT NULL AND deleted_at IS NULL"),
    )
    # the planner's statistics would keep ciphertexts after they are emptied
    for name in ("reason_cipher", "decision_reason_cipher"):
        op.execute(f"ALTER TABLE clear_exports ALTER COLUMN {name} SET STATISTICS 0")


def downgrade() -> None:
    op.drop_table("clear_exports")


def _conditions() -> list[sa.CheckConstraint]:
    conditions = {
        "state": "state IN ('open', 'withdrawn', 'approved', 'refused')",
        "two_people": "decided_by <> requested_by",
        "decided_at": "(decided_by IS NULL) = (decided_at IS NULL)",
        "decided": "state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL",
        "undecided": "state <> 'open' OR decided_by IS NULL",
        "reason": "reason_cipher IS NOT NULL",
        "format": "format IN ('xlsx', 'csv')",
        "operation": "(state = 'approved') = (operation_id IS NOT NULL)",
        "made": "(people IS NULL) = (file_until IS NULL)",
        "file": "file_until IS NULL OR state = 'approved'",
        "fetched": "file_until IS NOT NULL OR (fetched_at IS NULL AND deleted_at IS NULL)",
    }
    return [sa.CheckConstraint(text, name=op.f(f"ck_clear_exports_{name}")) for name, text in conditions.items()]
