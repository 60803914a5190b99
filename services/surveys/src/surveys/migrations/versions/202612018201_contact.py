"""Ladders of waves, attempts at contact and what they cost, further tokens of links, and opt-outs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from common.clock import NOW_SQL

revision = "202612018201"
down_revision = "202612018701"
branch_labels = None
depends_on = None

_STATES = "'sending', 'accepted', 'failed', 'deferred', 'unknown', 'delivered', 'bounced', 'skipped'"
_REASONS = (
    "'answered', 'opted_out', 'left_roster', 'deceased', 'known_destination', 'revoked', 'closed', 'no_contact', "
    "'budget'"
)
_NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid"


def upgrade() -> None:
    op.add_column("waves", sa.Column("ladder", JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False))
    op.add_column("waves", sa.Column("budget_fen", sa.BigInteger(), nullable=True))
    op.add_column("waves", sa.Column("stop_when_known", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_waves_laddered", "waves", ["opens_at"], postgresql_where=sa.text("ladder <> '[]'::jsonb"))
    op.add_column("response_streams", sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True))
    _tokens()
    _attempts()
    op.create_table(
        "contact_steps",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(due_at IS NULL) <> (ended_at IS NULL)", name=op.f("ck_contact_steps_due_or_ended")),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_contact_steps_wave_id_waves")),
        sa.PrimaryKeyConstraint("wave_id", "step", name=op.f("pk_contact_steps")),
    )
    op.create_table(
        "contact_spending",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("budget_fen", sa.BigInteger(), nullable=True),
        sa.Column("spent_fen", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("spent_fen <= budget_fen", name=op.f("ck_contact_spending_within_budget")),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_contact_spending_wave_id_waves")),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_contact_spending")),
    )
    _opt_outs()


def downgrade() -> None:
    for name in ("opt_outs", "contact_spending", "contact_steps", "contact_attempts", "stop_tokens"):
        op.drop_table(name)
    op.drop_column("response_streams", "last_sent_at")
    for name in ("stop_when_known", "budget_fen", "ladder"):
        op.drop_column("waves", name)


def _instant(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.text(NOW_SQL), nullable=False)


def _tokens() -> None:
    name = "stop_tokens"
    op.create_table(
        name,
        sa.Column("token_digest", sa.LargeBinary(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        _instant("created_at"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f(f"fk_{name}_invitation_id_invitations")
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_invitation_id", name, ["invitation_id"])


def _attempts() -> None:
    name = "contact_attempts"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("price_fen", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        _instant("noted_at"),
        _instant("at"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f(f"ck_{name}_state_known")),
        sa.CheckConstraint(f"reason IN ({_REASONS})", name=op.f(f"ck_{name}_reason_known")),
        sa.CheckConstraint("(state = 'skipped') = (reason IS NOT NULL)", name=op.f(f"ck_{name}_skipped_has_reason")),
        sa.CheckConstraint("(state = 'deferred') = (due_at IS NOT NULL)", name=op.f(f"ck_{name}_deferred_is_due")),
        sa.CheckConstraint("step > 0", name=op.f(f"ck_{name}_step_counted")),
        sa.CheckConstraint("price_fen >= 0", name=op.f(f"ck_{name}_price_allowed")),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f(f"fk_{name}_wave_id_waves")),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name=op.f(f"fk_{name}_invitation_id_invitations")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("invitation_id", "step", name=op.f(f"uq_{name}_invitation_id_step")),
    )
    op.create_index(f"ix_{name}_wave_id_id", name, ["wave_id", "id"])
    underway = sa.text("state IN ('sending', 'deferred')")
    op.create_index(f"ix_{name}_underway", name, ["state", "at"], postgresql_where=underway)


def _opt_outs() -> None:
    op.create_table(
        "opt_outs",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("school_code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("graduate_id", sa.Uuid(), nullable=True),
        sa.Column("employer_id", sa.Uuid(), nullable=True),
        sa.Column("wave_id", sa.Uuid(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        _instant("created_at"),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(graduate_id, employer_id) = 1", name=op.f("ck_opt_outs_one_subject")),
        sa.CheckConstraint(
            "source IN ('link', 'receipt', 'graduate', 'manager', 'liaison', 'call')",
            name=op.f("ck_opt_outs_source_known"),
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["waves.id"], name=op.f("fk_opt_outs_wave_id_waves")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_outs")),
    )
    op.create_index("ix_opt_outs_school_code_id", "opt_outs", ["school_code", "id"])
    op.execute(
        "CREATE UNIQUE INDEX uq_opt_outs_standing ON opt_outs"
        f" (coalesce(graduate_id, employer_id), coalesce(wave_id, {_NOBODY})) WHERE revoked_at IS NULL"
    )
