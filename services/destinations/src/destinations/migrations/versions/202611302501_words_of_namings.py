"""The bigrams of namings: an employer is found by what the school's registrations call it, too."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "202611302501"
down_revision = "202611302101"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # of a release before: none, and that naming is not searched
    column: sa.Column[list[str]]
    column = sa.Column("bigrams", ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
    op.add_column("employer_namings", column)
    # they could be the name of a person, and the planner's statistics would keep it
    op.execute("ALTER TABLE employer_namings ALTER bigrams SET STATISTICS 0")
    op.create_index("ix_employer_namings_bigrams", "employer_namings", ["bigrams"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_column("employer_namings", "bigrams")
