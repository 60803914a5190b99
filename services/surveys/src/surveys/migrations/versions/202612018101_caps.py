"""How many answers of a kind a wave takes, and which answer holds which of these places."""

import sqlalchemy as sa
from alembic import op

revision = "202612018101"
down_revision = "202612018002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wave_caps",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("at_most", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("taken BETWEEN 0 AND at_most", name=op.f("ck_wave_caps_taken_within_limit")),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_wave_caps_wave_id_waves")),
        sa.PrimaryKeyConstraint("wave_id", "id", name=op.f("pk_wave_caps")),
    )
    op.create_table(
        "cap_places",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("cap_id", sa.Text(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["wave_id", "cap_id"], ["wave_caps.wave_id", "wave_caps.id"], name="fk_cap_places_cap"),
        sa.ForeignKeyConstraint(["response_id"], ["responses.id"], name=op.f("fk_cap_places_response_id_responses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cap_places")),
    )
    op.create_index("uq_cap_places_response_id_cap_id", "cap_places", ["response_id", "cap_id"], unique=True)
    op.create_index("ix_cap_places_wave_id_cap_id", "cap_places", ["wave_id", "cap_id"])


def downgrade() -> None:
    op.drop_table("cap_places")
    op.drop_table("wave_caps")
