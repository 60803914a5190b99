"""Indexes of namings that are each of one kind of them."""

import sqlalchemy as sa
from alembic import op

revision = "202611301803"
down_revision = "202611301802"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_employer_namings_normalised_name": ("normalised_name", "employer_uscc = ''"),
    "ix_employer_namings_uscc": ("employer_uscc", "employer_uscc <> ''"),
}


def upgrade() -> None:
    for name, (column, condition) in _INDEXES.items():
        op.drop_index(name, "employer_namings")
        op.create_index(name, "employer_namings", ["school_code", column], postgresql_where=sa.text(condition))


def downgrade() -> None:
    for name, (column, _) in _INDEXES.items():
        op.drop_index(name, "employer_namings")
        op.create_index(name, "employer_namings", ["school_code", column])
