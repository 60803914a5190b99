"""Filings, the parts of their files, and what was filed of each graduate."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "202611301401"
down_revision = "202611301703"
branch_labels = None
depends_on = None

_MADE = ("known_at", "rows", "by_code", "as_seeking", "withdrawn", "left_out", "sha256", "size", "code_list_version")
_CONDITIONS = {
    "recipient": "recipient IN ('province', 'nation')",
    "format": "format IN ('A', 'B', 'D', 'F')",
    "file_type": "file_type IN ('xlsx', 'csv')",
    "content": "content IN ('full', 'changes')",
    "unregistered": "unregistered IN ('leave_out', 'as_seeking')",
    "state": "state IN ('preparing', 'prepared', 'sent', 'accepted', 'returned', 'discarded')",
    "colleges_file_to_nobody": "recipient IS NULL OR college_code IS NULL",
    "made": f"state IN ('preparing', 'discarded') OR num_nonnulls({', '.join((*_MADE, 'keep_until'))}) = 10",
    "sent": "(state IN ('sent', 'accepted', 'returned')) = (sent_at IS NOT NULL)",
    "answered": "(state IN ('accepted', 'returned')) = (answered_at IS NOT NULL)",
    "reason": "reason IS NULL OR state = 'returned'",
    "hash": "octet_length(sha256) = 32",
}


def upgrade() -> None:
    op.create_table(
        "filings",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("recipient", "college_code")),
        sa.Column("serial", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("format", "file_type")),
        sa.Column("filter", JSONB(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("content", "unregistered", "state")),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("previous", sa.Uuid(), nullable=True),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("made_by", "made_by_role")),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("by_code", JSONB(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("as_seeking", "withdrawn", "left_out")),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("code_list_version", sa.Text(), nullable=True),
        sa.Column("keep_until", sa.Date(), nullable=True),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("sent_at", "answered_at")),
        sa.Column("reason", sa.Text(), nullable=True),
        *(sa.CheckConstraint(text, name=op.f(f"ck_filings_{name}")) for name, text in _CONDITIONS.items()),
        sa.ForeignKeyConstraint(["previous"], ["filings.id"], name=op.f("fk_filings_previous_filings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filings")),
    )
    series = ["school_code", "cohort", "recipient"]
    op.create_index(
        "uq_filings_serial", "filings", [*series, "serial"], unique=True, postgresql_nulls_not_distinct=True
    )
    op.create_index(
        "uq_filings_open",
        "filings",
        [*series, "college_code"],
        unique=True,
        postgresql_where=sa.text("state IN ('preparing', 'prepared')"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_index("ix_filings_school_code_id", "filings", ["school_code", "id"])
    _create_parts()
    _create_items()


def downgrade() -> None:
    for table in ("filing_items", "filing_parts", "filings"):
        op.drop_table(table)


def _create_parts() -> None:
    op.create_table(
        "filing_parts",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_filing_parts_filing_id_filings")),
        sa.ForeignKeyConstraint(["name"], ["objects.name"], name=op.f("fk_filing_parts_name_objects")),
        sa.PrimaryKeyConstraint("filing_id", "n", name=op.f("pk_filing_parts")),
        sa.UniqueConstraint("name", name=op.f("uq_filing_parts_name")),
    )


def _create_items() -> None:
    op.create_table(
        "filing_items",
        sa.Column("filing_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("registration_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("destination_code", sa.Text(), nullable=True),
        sa.CheckConstraint("what IN ('effective', 'seeking', 'withdrawn')", name=op.f("ck_filing_items_what")),
        sa.CheckConstraint(
            "(what = 'effective') = (registration_id IS NOT NULL)", name=op.f("ck_filing_items_of_registration")
        ),
        sa.CheckConstraint("(what = 'withdrawn') = (destination_code IS NULL)", name=op.f("ck_filing_items_code")),
        sa.ForeignKeyConstraint(["filing_id"], ["filings.id"], name=op.f("fk_filing_items_filing_id_filings")),
        sa.PrimaryKeyConstraint("filing_id", "n", name=op.f("pk_filing_items")),
    )
    op.create_index("ix_filing_items_graduate_id", "filing_items", ["graduate_id"])
    op.create_index(
        "ix_filing_items_registration_id",
        "filing_items",
        ["registration_id"],
        postgresql_where=sa.text("registration_id IS NOT NULL"),
    )
