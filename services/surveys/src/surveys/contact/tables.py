"""Tables of contact: never an address, and never a token, only digests."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)

from common.clock import TODAY_SQL
from common.database import instant_column, uuid_key
from surveys.schema import metadata

MIDNIGHT_SQL = f"CAST({TODAY_SQL} AS timestamp) AT TIME ZONE 'Asia/Shanghai'"
"""When the present day began: what is kept where no instant may be."""

_STATES = "'sending', 'accepted', 'failed', 'deferred', 'unknown', 'delivered', 'bounced', 'skipped'"
_REASONS = (
    "'answered', 'opted_out', 'left_roster', 'deceased', 'known_destination', 'revoked', 'closed', 'no_contact', "
    "'budget'"
)

contact_attempts = Table(
    "contact_attempts",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    Column("invitation_id", Uuid, ForeignKey("invitations.id"), nullable=False),
    # the place of the step in the ladder, the first one is 1; NULL of what a person asked for
    Column("step", Integer),
    Column("channel", Text, nullable=False),
    Column("state", Text, nullable=False),
    # why nothing was sent
    Column("reason", Text),
    Column("price_fen", Integer, nullable=False, server_default=text("0")),
    # by whom the message was accepted, in the words of a gateway
    Column("reference", Text),
    instant_column("noted_at"),
    # of its state
    instant_column("at"),
    # when a deferred message is tried again; until when at all
    Column("due_at", DateTime(timezone=True)),
    Column("expires_at", DateTime(timezone=True)),
    UniqueConstraint("invitation_id", "step", name="uq_contact_attempts_invitation_id_step"),
    CheckConstraint(f"state IN ({_STATES})", name="state_known"),
    CheckConstraint(f"reason IN ({_REASONS})", name="reason_known"),
    CheckConstraint("(state = 'skipped') = (reason IS NOT NULL)", name="skipped_has_reason"),
    CheckConstraint("(state = 'deferred') = (due_at IS NOT NULL)", name="deferred_is_due"),
    CheckConstraint("step > 0", name="step_counted"),
    CheckConstraint("price_fen >= 0", name="price_allowed"),
)
Index("ix_contact_attempts_wave_id_id", contact_attempts.c.wave_id, contact_attempts.c.id)
Index(
    "ix_contact_attempts_underway",
    contact_attempts.c.state,
    contact_attempts.c.at,
    postgresql_where=text("state IN ('sending', 'deferred')"),
)

contact_steps = Table(
    "contact_steps",
    metadata,
    Column("wave_id", Uuid, ForeignKey("waves.id"), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("school_code", Text, nullable=False),
    # when it goes on, where everybody who is left has had a message just now
    Column("due_at", DateTime(timezone=True)),
    # when everybody who was asked had an attempt
    Column("ended_at", DateTime(timezone=True)),
    CheckConstraint("(due_at IS NULL) <> (ended_at IS NULL)", name="due_or_ended"),
)

contact_spending = Table(
    "contact_spending",
    metadata,
    Column("wave_id", Uuid, ForeignKey("waves.id"), primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("budget_fen", BigInteger),
    Column("spent_fen", BigInteger, nullable=False, server_default=text("0")),
    CheckConstraint("spent_fen <= budget_fen", name="within_budget"),
)

stop_tokens = Table(
    "stop_tokens",
    metadata,
    Column("token_digest", LargeBinary, primary_key=True),
    Column("invitation_id", Uuid, ForeignKey("invitations.id"), nullable=False),
    Column("school_code", Text, nullable=False),
    # the day alone: of unlinkable waves nothing that was sent to a person bears an instant
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=text(MIDNIGHT_SQL)),
    info={"insert_only": True},
)
Index("ix_stop_tokens_invitation_id", stop_tokens.c.invitation_id)

opt_outs = Table(
    "opt_outs",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    # one of the two
    Column("graduate_id", Uuid),
    Column("employer_id", Uuid),
    # NULL of all waves
    Column("wave_id", Uuid, ForeignKey("waves.id")),
    Column("source", Text, nullable=False),
    instant_column("created_at"),
    Column("revoked_at", DateTime(timezone=True)),
    CheckConstraint("num_nonnulls(graduate_id, employer_id) = 1", name="one_subject"),
    CheckConstraint("source IN ('link', 'receipt', 'graduate', 'manager', 'liaison', 'call')", name="source_known"),
)
Index("ix_opt_outs_school_code_id", opt_outs.c.school_code, opt_outs.c.id)
Index(
    "uq_opt_outs_standing",
    func.coalesce(opt_outs.c.graduate_id, opt_outs.c.employer_id),
    func.coalesce(opt_outs.c.wave_id, text("'00000000-0000-0000-0000-000000000000'::uuid")),
    unique=True,
    postgresql_where=opt_outs.c.revoked_at.is_(None),
)

TABLES = (contact_attempts, contact_steps, contact_spending, stop_tokens, opt_outs)
