"""Rows that were added to code lists, with their versions and the stream of each list's events."""

from sqlalchemy import CheckConstraint, Column, Date, Text, UniqueConstraint

from common.code_entries.table import described_columns
from common.history import versioned
from registry.schema import metadata

code_entries = versioned(
    metadata,
    "code_entries",
    Column("code_list", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    *described_columns(),
    stream_key="code_list",
)
code_entries.main.append_constraint(UniqueConstraint("code_list", "code", "valid_from"))
code_entries.main.append_constraint(CheckConstraint("valid_to >= valid_from", name="period"))
