"""Publications, and what each proposal was counted to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "202612016001"
down_revision = "202612013003"
branch_labels = None
depends_on = None

_NOW = sa.text("quxiang_now()")
_CHECKS = {
    "state_known": "state IN ('draft', 'proposed', 'released', 'superseded', 'withdrawn')",
    "kind_known": "kind IN ('initial', 'year_end', 'free')",
    "counted": "(state = 'draft') OR (content_id IS NOT NULL AND proposed_by IS NOT NULL)",
    "two_people": "released_by <> proposed_by",
    "released": (
        "(state IN ('draft', 'proposed')) = (released_by IS NULL) AND (released_by IS NULL) = (released_at IS NULL)"
    ),
    "consent": (
        "released_by IS NULL OR (consent_authority IS NOT NULL AND consent_reference IS NOT NULL"
        " AND consent_on IS NOT NULL)"
    ),
}


def upgrade() -> None:
    op.create_table(
        "publication_contents",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("publication_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("after_publication", sa.Uuid(), nullable=True),
        sa.Column("tables", JSONB(), nullable=False),
        sa.Column("shown", JSONB(), nullable=False),
        sa.Column("preview", JSONB(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_contents")),
    )
    op.create_index("ix_publication_contents_publication_id", "publication_contents", ["publication_id"])
    op.create_table(
        "publications",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", JSONB(), nullable=False),
        sa.Column("tables", JSONB(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("content_id", sa.Uuid(), nullable=True),
        sa.Column("proposed_by", sa.Text(), nullable=True),
        sa.Column("return_reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("consent_authority", sa.Text(), nullable=True),
        sa.Column("consent_reference", sa.Text(), nullable=True),
        sa.Column("consent_on", sa.Date(), nullable=True),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("supersedes", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdraw_reason_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=_NOW, nullable=False),
        *(sa.CheckConstraint(said, name=op.f(f"ck_publications_{name}")) for name, said in _CHECKS.items()),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name=op.f("fk_publications_snapshot_id_snapshots")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["publication_contents.id"], name=op.f("fk_publications_content_id_publication_contents")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes"], ["publications.id"], name=op.f("fk_publications_supersedes_publications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
    )
    op.create_index(
        "uq_publications_released",
        "publications",
        ["school_code", "cohort", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'released'"),
    )
    op.create_index("ix_publications_school_code_id", "publications", ["school_code", "id"])
    op.create_index("ix_publications_snapshot_id", "publications", ["snapshot_id"])


def downgrade() -> None:
    op.drop_table("publications")
    op.drop_table("publication_contents")
