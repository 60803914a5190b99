"""Receipts of consent, insert-only."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL

revision = "202612016103"
down_revision = "202612016102"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "response_consents",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("statement_id", sa.Uuid(), nullable=True),
        sa.Column("statement_version", sa.Integer(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.CheckConstraint("means IN ('screen', 'oral', 'paper')", name=op.f("ck_response_consents_means_known")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_response_consents_response_id_responses")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id", "statement_version"],
            ["privacy_statement_versions.statement_id", "privacy_statement_versions.number"],
            name="fk_response_consents_statement_version",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_consents")),
    )
    op.create_index("ix_response_consents_response_id_id", "response_consents", ["response_id", "id"])
    op.create_index("ix_response_consents_graduate_id", "response_consents", ["graduate_id"])


def downgrade() -> None:
    op.drop_table("response_consents")
