"""Table of calls: whom, when, what came of it; never by whom."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from common.database import instant_column, uuid_key
from surveys.calls.domain import MOST_ATTEMPTS, Outcome
from surveys.schema import metadata

calls = Table(
    "calls",
    metadata,
    uuid_key(),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("wave_id", Uuid, ForeignKey("waves.id"), nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    # between which hours it was claimed
    Column("band", Integer, nullable=False),
    instant_column("claimed_at"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("outcome", Text),
    Column("callback_at", DateTime(timezone=True)),
    UniqueConstraint("wave_id", "graduate_id", "attempt", name="uq_calls_wave_id_graduate_id_attempt"),
    CheckConstraint(f"attempt BETWEEN 1 AND {MOST_ATTEMPTS}", name="attempts_allowed"),
    CheckConstraint("band BETWEEN 1 AND 3", name="band_known"),
    CheckConstraint(f"outcome IN ({', '.join(repr(each.value) for each in Outcome)})", name="outcome_known"),
    CheckConstraint("callback_at IS NULL OR outcome = 'callback'", name="callback_has_outcome"),
)
Index("ix_calls_graduate_id", calls.c.graduate_id)
