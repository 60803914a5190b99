"""Authorisations of outside sources."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL

revision = "202611301501"
down_revision = "202611301101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "source_authorisations",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("school_code", "source", "basis", "reference")),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("valid_from", "valid_to")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("by_role", "by_subject")),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.CheckConstraint(
            "source IN ('social_insurance', 'credentials', 'business_register')",
            name=op.f("ck_source_authorisations_source_known"),
        ),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_source_authorisations_ends_after")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_authorisations")),
    )
    op.create_index("ix_source_authorisations_school_code_id", "source_authorisations", ["school_code", "id"])


def downgrade() -> None:
    op.drop_table("source_authorisations")
