"""The close of a wave in steps, who completed an answer, and the digests of a frozen wave."""

import sqlalchemy as sa
from alembic import op

revision = "202612016202"
down_revision = "202612016201"
branch_labels = None
depends_on = None

_KNOWN = "completed_by IN ('respondent', 'close')"


def upgrade() -> None:
    op.add_column("waves", sa.Column("closing_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("waves", sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("waves", sa.Column("dataset_hash", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_waves_frozen_has_hash"), "waves", "(frozen_at IS NULL) = (dataset_hash IS NULL)"
    )
    op.add_column("responses", sa.Column("completed_by", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_responses_completed_by_known"), "responses", _KNOWN)
    op.create_table(
        "frozen_rows",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_frozen_rows_response_id_responses")),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_frozen_rows_wave_id_waves")),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_frozen_rows")),
    )
    op.create_index("ix_frozen_rows_wave_id", "frozen_rows", ["wave_id"])


def downgrade() -> None:
    op.drop_table("frozen_rows")
    op.drop_column("responses", "completed_by")
    for name in ("dataset_hash", "frozen_at", "closing_at"):
        op.drop_column("waves", name)
