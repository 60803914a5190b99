"""The colleges and majors of schools, by which answers of `code` are judged; read from the topic's beginning."""

import sqlalchemy as sa
from alembic import op

revision = "202612019501"
down_revision = "202612018502"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "school_units",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("unit_kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("event_sequence", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("school_code", "unit_kind", "code", name=op.f("pk_school_units")),
    )


def downgrade() -> None:
    op.drop_table("school_units")
