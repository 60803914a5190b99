"""Tip-offs: the hash of a receipt, how to reach who reported, further messages, files, counts of a day."""

import sqlalchemy as sa
from alembic import op

revision = "202611301802"
down_revision = "202611301204"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tip_offs",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(), nullable=False),
        sa.Column("contact_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("erased_on", sa.Date(), nullable=True),
        sa.CheckConstraint("octet_length(receipt_hash) = 32", name=op.f("ck_tip_offs_receipt_hash")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_tip_offs_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_tip_offs")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_tip_offs_receipt_hash")),
    )
    standing = sa.text("erased_on IS NULL")
    op.create_index("ix_tip_offs_received_on", "tip_offs", ["received_on"], postgresql_where=standing)
    op.create_table(
        "tip_off_messages",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("text_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["tip_offs.case_id"], name=op.f("fk_tip_off_messages_case_id_tip_offs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip_off_messages")),
    )
    op.create_index("ix_tip_off_messages_case_id_id", "tip_off_messages", ["case_id", "id"])
    op.create_table(
        "tip_off_files",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("school_code", "state", "media_type")),
        sa.Column("name", sa.Uuid(), nullable=True),
        sa.CheckConstraint("state IN ('checking', 'kept', 'refused')", name=op.f("ck_tip_off_files_state")),
        sa.CheckConstraint("n BETWEEN 1 AND 3", name=op.f("ck_tip_off_files_n")),
        sa.ForeignKeyConstraint(["case_id"], ["tip_offs.case_id"], name=op.f("fk_tip_off_files_case_id_tip_offs")),
        sa.ForeignKeyConstraint(["name"], ["objects.name"], name=op.f("fk_tip_off_files_name_objects")),
        sa.PrimaryKeyConstraint("case_id", "n", name=op.f("pk_tip_off_files")),
        sa.UniqueConstraint("name", name=op.f("uq_tip_off_files_name")),
    )
    waiting = sa.text("state = 'checking'")
    op.create_index("ix_tip_off_files_checking", "tip_off_files", ["case_id", "n"], postgresql_where=waiting)
    op.create_table(
        "tip_off_days",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("school_code", "day", name=op.f("pk_tip_off_days")),
    )
    # the planner's statistics would keep ciphertexts after they are emptied
    op.execute("ALTER TABLE tip_offs ALTER contact_cipher SET STATISTICS 0")
    op.execute("ALTER TABLE tip_off_messages ALTER text_cipher SET STATISTICS 0")


def downgrade() -> None:
    for table in ("tip_off_days", "tip_off_files", "tip_off_messages", "tip_offs"):
        op.drop_table(table)
