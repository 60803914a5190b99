"""Words that are looked for in the names of files of evidence, and one file sent for several graduates."""

import sqlalchemy as sa
from alembic import op

revision = "202611301602"
down_revision = "202611301203"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("name_words", sa.ARRAY(sa.Text()), nullable=True))
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"], postgresql_where=sa.text("outcome <> 'refused'"))


def downgrade() -> None:
    op.drop_index("ix_evidence_sha256", "evidence")
    op.drop_column("evidence", "name_words")
