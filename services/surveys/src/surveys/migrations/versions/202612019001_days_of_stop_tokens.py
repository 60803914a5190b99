"""Of a token that ends contact the day is kept, no instant: of unlinkable waves what was sent to people bears days."""

import sqlalchemy as sa
from alembic import op

from common.clock import NOW_SQL, TODAY_SQL

revision = "202612019001"
down_revision = "202612019501"
branch_labels = None
depends_on = None

_MIDNIGHT = f"CAST({TODAY_SQL} AS timestamp) AT TIME ZONE 'Asia/Shanghai'"


def upgrade() -> None:
    op.alter_column("stop_tokens", "created_at", server_default=sa.text(_MIDNIGHT))
    op.execute(
        """
        UPDATE stop_tokens AS known SET created_at = date_trunc('day', known.created_at, 'Asia/Shanghai')
          FROM invitations AS invitation JOIN waves AS wave ON wave.id = invitation.wave_id
         WHERE invitation.id = known.invitation_id AND wave.anonymity = 'unlinkable'
        """
    )


def downgrade() -> None:
    op.alter_column("stop_tokens", "created_at", server_default=sa.text(NOW_SQL))
