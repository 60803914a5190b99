"""What `fill-registrations` has left is filled: of a small school all of it, so that nothing needs to be run by hand.

The release before goes on beside it: what that writes is readable, and filled when the command is run once more.
"""

import sqlalchemy as sa
from alembic import op

from common.errors import Message, PermanentError

revision = "202611300103"
down_revision = "202611300102"
branch_labels = None
depends_on = None

MOST, PART = 100_000, 1_000
"""Versions that a migration fills itself, and registrations of one statement."""

_LEFT = f"SELECT count(*) FROM (SELECT FROM registration_versions WHERE cohort IS NULL LIMIT {MOST + 1}) AS unfilled"


class RegistrationsNotFilledError(PermanentError):
    """Many versions of the release before are left: run `fill-registrations`, then `migrate` again."""

    code = "registrations_not_filled"
    title = Message(
        "旧版本的登记历史尚未补全：请运行 fill-registrations，再运行 migrate",
        "Versions of the release before are left: run fill-registrations, then migrate again",
    )


def upgrade() -> None:
    if op.get_bind().scalar(sa.text(_LEFT)) > MOST:
        raise RegistrationsNotFilledError
    fill = sa.text("SELECT fill_registrations(CAST(:behind AS uuid), :part)")
    # each part is committed by itself: a writer waits for one at most
    with op.get_context().autocommit_block():
        connection = op.get_bind()
        behind = connection.scalar(fill, {"behind": None, "part": PART})
        while behind is not None:
            behind = connection.scalar(fill, {"behind": behind, "part": PART})


def downgrade() -> None:
    """What is filled stays."""
