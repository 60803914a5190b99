"""Codes of shared entries, what was asked for there and is not sent yet, and tries by number."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL

revision = "202612018302"
down_revision = "202612018602"
branch_labels = None
depends_on = None

_INDEX = "uq_waves_shared_code"


def upgrade() -> None:
    op.add_column("waves", sa.Column("shared_code", sa.Text(), nullable=True))
    op.create_index(_INDEX, "waves", [sa.text("lower(shared_code)")], unique=True)
    op.create_table(
        "entry_requests",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("named_ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_entry_requests_wave_id_waves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_requests")),
    )
    op.create_table(
        "entry_tries",
        sa.Column("number_index", sa.LargeBinary(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("tried_at", sa.ARRAY(sa.DateTime(timezone=True)), nullable=False),
        sa.PrimaryKeyConstraint("number_index", name=op.f("pk_entry_tries")),
    )


def downgrade() -> None:
    op.drop_table("entry_tries")
    op.drop_table("entry_requests")
    op.drop_index(_INDEX, table_name="waves")
    op.drop_column("waves", "shared_code")
