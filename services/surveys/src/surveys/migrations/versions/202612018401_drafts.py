"""How complete a draft is, so that nobody has to open it for that."""

import sqlalchemy as sa
from alembic import op

revision = "202612018401"
down_revision = "202612018601"
branch_labels = None
depends_on = None

_KNOWN = "drafted IN ('empty', 'partial', 'core', 'complete')"


def upgrade() -> None:
    op.add_column("responses", sa.Column("drafted", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_responses_drafted_known"), "responses", _KNOWN)


def downgrade() -> None:
    op.drop_column("responses", "drafted")
