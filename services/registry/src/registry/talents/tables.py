"""Profiles, receipts of consent, and contacts; texts of people are ciphertexts."""

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from common.database import NOW, instant_column, uuid_key
from registry.schema import metadata
from registry.talents.domain.contacts import DAILY_LIMIT, ContactState

profiles = Table(
    "talent_profiles",
    metadata,
    Column("graduate_id", Uuid, ForeignKey("graduates.id"), primary_key=True),
    Column("profile_id", Uuid, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("consent_version", Text, nullable=False),
    Column("skills_cipher", LargeBinary, nullable=False),
    *(Column(name, ARRAY(Text), nullable=False) for name in ("regions", "industries", "positions")),
    Column("available_from", Date),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=NOW),
)

consent_receipts = Table(
    "consent_receipts",
    metadata,
    uuid_key(),
    instant_column(),
    Column("graduate_id", Uuid, ForeignKey("graduates.id"), nullable=False),
    Column("text_name", Text, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("act", Text, nullable=False),
    CheckConstraint("act IN ('given', 'withdrawn')", name="act"),
    Index("ix_consent_receipts_graduate_id", "graduate_id"),
    info={"insert_only": True},
)

contacts = Table(
    "contact_requests",
    metadata,
    uuid_key(),
    Column("profile_id", Uuid, nullable=False),
    Column("graduate_id", Uuid, ForeignKey("graduates.id"), nullable=False),
    Column("employer_id", Uuid, nullable=False),
    Column("state", Text, nullable=False, server_default=text(f"'{ContactState.OPEN.value}'")),
    # who asks, and what for; NULL of an erased entry
    Column("asked_cipher", LargeBinary),
    Column("requested_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("shared_until", DateTime(timezone=True)),
    Column("shared_cipher", LargeBinary),
    CheckConstraint(f"state IN ({', '.join(repr(each.value) for each in ContactState)})", name="state"),
    CheckConstraint("state <> 'open' OR asked_cipher IS NOT NULL", name="asked"),
    CheckConstraint("shared_cipher IS NULL OR state = 'accepted' AND shared_until IS NOT NULL", name="shared"),
    Index("ix_contact_requests_graduate_id", "graduate_id"),
    Index("ix_contact_requests_employer_id", "employer_id", "id"),
)
Index(
    "uq_contact_requests_open",
    contacts.c.employer_id,
    contacts.c.profile_id,
    unique=True,
    postgresql_where=contacts.c.state == text("'open'"),
)

contact_days = Table(
    "contact_days",
    metadata,
    Column("employer_id", Uuid, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("requests", Integer, nullable=False),
    CheckConstraint(f"requests BETWEEN 0 AND {DAILY_LIMIT}", name="limit"),
    info={"insert_only": True, "updatable_columns": ["requests"]},
)
