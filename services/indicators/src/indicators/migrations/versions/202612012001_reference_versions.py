"""The uploaded versions of reference tables."""

from common.database.reference_versions import create_reference_versions, drop_reference_versions

revision = "202612012001"
down_revision = "202612014001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_reference_versions()


def downgrade() -> None:
    drop_reference_versions()
