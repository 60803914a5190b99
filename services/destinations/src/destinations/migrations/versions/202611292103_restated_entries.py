"""Which events of a graduate only said again what stood, so that lines of files stay known over them."""

from alembic import op

revision = "202611292103"
down_revision = "202611291801"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE roster_graduates ADD COLUMN same_since bigint, ADD COLUMN same_until bigint")


def downgrade() -> None:
    op.execute("ALTER TABLE roster_graduates DROP COLUMN same_since, DROP COLUMN same_until")
