"""Contacts of employers, and whose registrations are to be read for the directory."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL

revision = "202612018703"
down_revision = "202612018501"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "employer_contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employer_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by_hand", sa.Boolean(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["employers.id"], name=op.f("fk_employer_contacts_employer_id_employers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employer_contacts")),
        sa.UniqueConstraint("employer_id", "digest", name=op.f("uq_employer_contacts_employer_id_digest")),
    )
    op.create_index("ix_employer_contacts_expires_on", "employer_contacts", ["expires_on"])
    op.create_table(
        "employer_feeds",
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("cohort", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_from", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("school_code", "cohort", name=op.f("pk_employer_feeds")),
    )
    # registrations that were heard of before there was a directory
    op.execute(
        f"""
        INSERT INTO employer_feeds (school_code, cohort, changed_at)
        SELECT DISTINCT person.school_code, person.cohort, {NOW_SQL}
          FROM effective_registrations AS registered JOIN graduates AS person USING (graduate_id)
        """
    )


def downgrade() -> None:
    op.drop_table("employer_feeds")
    op.drop_table("employer_contacts")
