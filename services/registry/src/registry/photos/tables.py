"""Photos: one a graduate, its file kept beside the database."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Integer, LargeBinary, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from common.database import NOW
from registry.graduates.domain.photo_state import PhotoState
from registry.schema import metadata

_STATES = ", ".join(repr(each.value) for each in PhotoState if each is not PhotoState.NONE)

photos = Table(
    "photos",
    metadata,
    Column("graduate_id", Uuid, ForeignKey("graduates.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    # of each check its rule, its result and what was measured
    Column("checks", JSONB, nullable=False),
    Column("rule", Text),
    Column("reason_cipher", LargeBinary),
    Column("name", Uuid, ForeignKey("objects.name"), nullable=False, unique=True),
    # of the file as it was sent: the same file again changes nothing
    Column("fingerprint", LargeBinary, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=NOW),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
    CheckConstraint("(state = 'refused') = (rule IS NOT NULL)", name="rule"),
    CheckConstraint("(rule IS NULL) = (reason_cipher IS NULL)", name="reason"),
)
