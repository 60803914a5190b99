"""Corrections that graduates ask for, and their proofs."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL

revision = "202611292303"
down_revision = "202611292101"
branch_labels = None
depends_on = None

CIPHERTEXTS = ("reason_cipher", "decision_reason_cipher", "content_cipher")


def upgrade() -> None:
    op.create_table(
        "corrections",
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
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("college_code", sa.Text(), nullable=True),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("content_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("change_token", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'withdrawn', 'approved', 'refused')", name=op.f("ck_corrections_state")),
        sa.CheckConstraint("decided_by <> requested_by", name=op.f("ck_corrections_two_people")),
        sa.CheckConstraint("(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_corrections_decided_at")),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'refused') OR decided_by IS NOT NULL", name=op.f("ck_corrections_decided")
        ),
        sa.CheckConstraint("state <> 'open' OR decided_by IS NULL", name=op.f("ck_corrections_undecided")),
        sa.CheckConstraint("reason_cipher IS NOT NULL", name=op.f("ck_corrections_reason")),
        sa.ForeignKeyConstraint(["school_code"], ["schools.code"], name=op.f("fk_corrections_school_code_schools")),
        sa.ForeignKeyConstraint(["graduate_id"], ["graduates.id"], name=op.f("fk_corrections_graduate_id_graduates")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index("ix_corrections_school_code_id", "corrections", ["school_code", "id"])
    op.create_index("ix_corrections_graduate_id", "corrections", ["graduate_id"])
    op.create_index(
        "uq_corrections_open",
        "corrections",
        ["graduate_id", "field"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    # the planner's statistics would keep ciphertexts after they are emptied
    for column in CIPHERTEXTS:
        op.execute(f"ALTER TABLE corrections ALTER COLUMN {column} SET STATISTICS 0")
    op.create_table(
        "correction_proofs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("correction_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("name", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.CheckConstraint("place BETWEEN 1 AND 3", name=op.f("ck_correction_proofs_place")),
        sa.CheckConstraint(
            "kind IN ('register_extract', 'household_register', 'school_document', 'other')",
            name=op.f("ck_correction_proofs_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["corrections.id"], name=op.f("fk_correction_proofs_correction_id_corrections")
        ),
        sa.ForeignKeyConstraint(["name"], ["objects.name"], name=op.f("fk_correction_proofs_name_objects")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_proofs")),
        sa.UniqueConstraint("correction_id", "place", name=op.f("uq_correction_proofs_correction_id_place")),
        sa.UniqueConstraint("name", name=op.f("uq_correction_proofs_name")),
    )


def downgrade() -> None:
    op.drop_table("correction_proofs")
    op.drop_table("corrections")
