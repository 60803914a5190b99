"""Who reads which clear values of graduates, and how many people a subject opens a day."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL
from common.database.accesses import create_accesses, drop_accesses

revision = "202611291201"
down_revision = "202611290501"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_accesses()
    op.create_table(
        "reveals",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("note_cipher", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveals")),
    )
    # the planner's statistics would keep ciphertexts after they are emptied
    op.execute("ALTER TABLE reveals ALTER COLUMN note_cipher SET STATISTICS 0")
    op.create_table(
        "reveal_days",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people BETWEEN 0 AND 10000", name=op.f("ck_reveal_days_limit")),
        sa.PrimaryKeyConstraint("subject", "day", name=op.f("pk_reveal_days")),
    )


def downgrade() -> None:
    op.drop_table("reveal_days")
    op.drop_table("reveals")
    drop_accesses()
