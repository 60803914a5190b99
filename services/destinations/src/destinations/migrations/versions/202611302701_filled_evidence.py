"""What the newest versions of the release before say of their evidence stands in their registrations, too.

Coverage counts it there by now, and in the versions as it was known on a day: both are one number from here on.
"""

import sqlalchemy as sa
from alembic import op

revision = "202611302701"
down_revision = "202611302503"
branch_labels = None
depends_on = None

PART = 1_000
"""Registrations of one statement."""

# in the order of locks of every writer, so that none is met in a circle
_FILL = f"""
    WITH part AS (
        SELECT id, graduate_id FROM registrations
         WHERE CAST(:behind AS uuid) IS NULL OR id > CAST(:behind AS uuid) ORDER BY id LIMIT {PART}
    ), held AS MATERIALIZED (
        SELECT graduate_id FROM destination_streams WHERE graduate_id IN (SELECT graduate_id FROM part)
         ORDER BY graduate_id FOR UPDATE
    ), filled AS (
        UPDATE registrations current SET evidence_complete = said.evidence_complete
          FROM part JOIN held USING (graduate_id) JOIN registration_versions said ON said.registration_id = part.id
         WHERE current.id = part.id AND said.version = current.version
           AND current.evidence_complete IS NULL AND said.evidence_complete IS NOT NULL
    )
    SELECT id FROM part ORDER BY id DESC LIMIT 1
"""


def upgrade() -> None:
    # each part is committed by itself: a writer waits for one at most
    with op.get_context().autocommit_block():
        connection, fill = op.get_bind(), sa.text(_FILL)
        behind = connection.scalar(fill, {"behind": None})
        while behind is not None:
            behind = connection.scalar(fill, {"behind": behind})


def downgrade() -> None:
    """What is filled stays."""
