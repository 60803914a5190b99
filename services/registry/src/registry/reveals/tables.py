"""Reveals: the note that a reader left on each, as a ciphertext, and how many people a subject has opened a day."""

from sqlalchemy import CheckConstraint, Column, Date, Integer, LargeBinary, Table, Text

from common.database import instant_column, uuid_key
from registry.reveals.domain import DAILY_LIMIT
from registry.schema import metadata

reveals = Table(
    "reveals",
    metadata,
    uuid_key(),
    instant_column(),
    Column("purpose", Text, nullable=False),
    Column("people", Integer, nullable=False),
    Column("note_cipher", LargeBinary),
    info={"insert_only": True},
)

reveal_days = Table(
    "reveal_days",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("people", Integer, nullable=False),
    CheckConstraint(f"people BETWEEN 0 AND {DAILY_LIMIT}", name="limit"),
    info={"insert_only": True, "updatable_columns": ["people"]},
)
