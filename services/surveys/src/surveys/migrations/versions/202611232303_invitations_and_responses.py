"""Invitations and responses."""

import sqlalchemy as sa
from alembic import op

revision = "surveys_0003"
down_revision = "surveys_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'created'"), nullable=False),
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("token_ciphertext", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state = 'created' OR token_ciphertext IS NULL", name=op.f("ck_invitations_used_link_erased")
        ),
        sa.CheckConstraint(
            "state IN ('created', 'opened', 'submitted', 'withdrawn')", name=op.f("ck_invitations_state_known")
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_invitations_wave_id_waves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_invitations_token_digest")),
        sa.UniqueConstraint("wave_id", "graduate_id", name="uq_invitations_wave_id_graduate_id"),
    )
    op.create_index("ix_invitations_operation_id", "invitations", ["operation_id"], unique=False)
    op.create_index("ix_invitations_wave_id_id", "invitations", ["wave_id", "id"], unique=False)
    op.create_table(
        "responses",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("questions_answered", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("questions_total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_sequence", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (submitted_at IS NULL)", name=op.f("ck_responses_submitted_has_time")),
        sa.CheckConstraint("state IN ('open', 'submitted', 'withdrawn')", name=op.f("ck_responses_state_known")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f("fk_responses_invitation_id_invitations")
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_responses_wave_id_waves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_responses")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_responses_invitation_id")),
    )
    op.create_index("ix_responses_graduate_id", "responses", ["graduate_id"], unique=False)
    op.create_index("ix_responses_school_code_id", "responses", ["school_code", "id"], unique=False)
    op.create_table(
        "response_pages",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("page_id", sa.Text(), nullable=False),
        sa.Column("values_ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name=op.f("fk_response_pages_response_id_responses")
        ),
        sa.PrimaryKeyConstraint("response_id", "page_id", name=op.f("pk_response_pages")),
    )


def downgrade() -> None:
    op.drop_table("response_pages")
    op.drop_table("responses")
    op.drop_table("invitations")
