"""What a version says of its evidence stands in the registration, too, and what it lacks in the version.

The release before goes on beside it and leaves both empty.
"""

from alembic import op

revision = "202611301102"
down_revision = "202611301701"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE registrations ADD COLUMN evidence_complete boolean")
    op.execute("ALTER TABLE registration_versions ADD COLUMN incomplete text[]")


def downgrade() -> None:
    op.drop_column("registration_versions", "incomplete")
    op.drop_column("registrations", "evidence_complete")
