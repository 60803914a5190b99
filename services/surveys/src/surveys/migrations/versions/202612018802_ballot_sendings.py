"""What becomes of the steps by which the codes of unlinkable waves are sent."""

import sqlalchemy as sa
from alembic import op

revision = "202612018802"
down_revision = "202612018604"
branch_labels = None
depends_on = None

_STATE = "state IN ('sending', 'sent', 'interrupted', 'printed', 'too_few')"


def upgrade() -> None:
    op.create_table(
        "ballot_sendings",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_on", sa.Date(), nullable=False),
        sa.CheckConstraint(_STATE, name=op.f("ck_ballot_sendings_state_known")),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_ballot_sendings_wave_id_waves")),
        sa.PrimaryKeyConstraint("wave_id", "step", name=op.f("pk_ballot_sendings")),
    )


def downgrade() -> None:
    op.drop_table("ballot_sendings")
