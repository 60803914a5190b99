"""Privacy statements and their published versions, and the one that a wave names."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from common.clock import NOW_SQL

revision = "202612016102"
down_revision = "202612016101"
branch_labels = None
depends_on = None

_NOW = sa.text(NOW_SQL)
_MONTHS = "retention_months BETWEEN 6 AND 84"


def upgrade() -> None:
    op.create_table(
        "privacy_statements",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("published_version", sa.Integer(), nullable=True),
        *(sa.Column(name, JSONB(), nullable=False) for name in ("text", "purposes", "contact")),
        sa.Column("retention_months", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True), server_default=_NOW, nullable=False)
            for name in ("created_at", "recorded_at")
        ),
        sa.CheckConstraint("state IN ('draft', 'published')", name=op.f("ck_privacy_statements_state_known")),
        sa.CheckConstraint(
            "state = 'draft' OR published_version IS NOT NULL", name=op.f("ck_privacy_statements_published_has_version")
        ),
        sa.CheckConstraint(_MONTHS, name=op.f("ck_privacy_statements_months_allowed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_statements")),
    )
    op.create_index("ix_privacy_statements_school_code_id", "privacy_statements", ["school_code", "id"])
    op.create_table(
        "privacy_statement_versions",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=True),
        *(sa.Column(name, JSONB(), nullable=False) for name in ("text", "purposes", "contact")),
        sa.Column("retention_months", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_privacy_statement_versions_number_positive")),
        sa.CheckConstraint(_MONTHS, name=op.f("ck_privacy_statement_versions_months_allowed")),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["privacy_statements.id"],
            name=op.f("fk_privacy_statement_versions_statement_id_privacy_statements"),
        ),
        sa.PrimaryKeyConstraint("statement_id", "number", name=op.f("pk_privacy_statement_versions")),
    )
    op.create_index(
        "ix_privacy_statement_versions_school_code", "privacy_statement_versions", ["school_code", "published_at"]
    )
    op.add_column("waves", sa.Column("privacy_statement_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_waves_privacy_statement_id_privacy_statements"),
        *("waves", "privacy_statements"),
        ["privacy_statement_id"],
        ["id"],
    )


def downgrade() -> None:
    op.drop_column("waves", "privacy_statement_id")
    op.drop_table("privacy_statement_versions")
    op.drop_table("privacy_statements")
