"""Migration steps of the reference tables (`common.reference_tables`)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from common.clock import NOW_SQL


def create_reference_versions() -> None:
    """The uploaded versions of all reference tables of a service."""
    op.create_table(
        "reference_versions",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rows", JSONB(), nullable=False),
        sa.Column("by_subject", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_reference_versions")),
    )


def drop_reference_versions() -> None:
    """Takes back what `create_reference_versions` made."""
    op.drop_table("reference_versions")
