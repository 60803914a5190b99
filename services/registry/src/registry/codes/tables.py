"""Rows that were added to code lists, with their versions and the stream of each list's events."""

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB

from common.history import versioned
from registry.schema import metadata

code_entries = versioned(
    metadata,
    "code_entries",
    Column("code_list", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("label_zh", Text, nullable=False),
    Column("label_en", Text),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("source", Text, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("attributes", JSONB, nullable=False),
    stream_key="code_list",
)
code_entries.main.append_constraint(UniqueConstraint("code_list", "code", "valid_from"))
code_entries.main.append_constraint(CheckConstraint("valid_to >= valid_from", name="period"))
