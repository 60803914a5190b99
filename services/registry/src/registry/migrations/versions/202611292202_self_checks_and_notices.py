"""Which version a graduate has confirmed, and notices for graduates."""

import sqlalchemy as sa
from alembic import op

revision = "202611292202"
down_revision = "202611292302"
branch_labels = None
depends_on = None

_NOTICES = "'correction_decided', 'locked_field_changed', 'photo_refused', 'contact_requested', 'erasure_decided'"


def upgrade() -> None:
    # Beside writes; no row has a value yet, so that there is nothing to check.
    with op.get_context().autocommit_block():
        op.execute("ALTER TABLE graduates ADD COLUMN IF NOT EXISTS self_checked_version integer")
        op.execute(
            "ALTER TABLE graduates DROP CONSTRAINT IF EXISTS ck_graduates_self_checked_version,"
            " ADD CONSTRAINT ck_graduates_self_checked_version"
            " CHECK (self_checked_version BETWEEN 1 AND version) NOT VALID"
        )
        op.execute("ALTER TABLE graduates VALIDATE CONSTRAINT ck_graduates_self_checked_version")
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("quxiang_now()"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"kind IN ({_NOTICES})", name=op.f("ck_notices_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_graduate_id_id", "notices", ["graduate_id", "id"])


def downgrade() -> None:
    op.drop_table("notices")
    op.drop_constraint("ck_graduates_self_checked_version", "graduates")
    op.drop_column("graduates", "self_checked_version")
