"""Stored files, and the photo of each graduate."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "202611292901"
down_revision = "202611292301"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "objects",
        sa.Column("name", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'kept', 'dropped')", name=op.f("ck_objects_state_known")),
        sa.CheckConstraint("(state = 'kept') = (due_at IS NULL)", name=op.f("ck_objects_due_unless_kept")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_objects")),
    )
    op.create_index("ix_objects_due_at", "objects", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))
    op.create_table(
        "photos",
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("checks", JSONB(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.CheckConstraint("state IN ('to_review', 'accepted', 'refused')", name=op.f("ck_photos_state")),
        sa.CheckConstraint("(state = 'refused') = (rule IS NOT NULL)", name=op.f("ck_photos_rule")),
        sa.CheckConstraint("(rule IS NULL) = (reason_cipher IS NULL)", name=op.f("ck_photos_reason")),
        sa.ForeignKeyConstraint(["graduate_id"], ["graduates.id"], name=op.f("fk_photos_graduate_id_graduates")),
        sa.ForeignKeyConstraint(["name"], ["objects.name"], name=op.f("fk_photos_name_objects")),
        sa.PrimaryKeyConstraint("graduate_id", name=op.f("pk_photos")),
        sa.UniqueConstraint("name", name=op.f("uq_photos_name")),
    )
    # the planner's statistics would keep ciphertexts after they are emptied
    op.execute("ALTER TABLE photos ALTER COLUMN reason_cipher SET STATISTICS 0")


def downgrade() -> None:
    op.drop_table("photos")
    op.drop_table("objects")
