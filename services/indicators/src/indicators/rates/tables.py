"""Sequence of each school's rate events."""

from sqlalchemy import BigInteger, Column, Table, Text

from indicators.schema import metadata

rate_streams = Table(
    "rate_streams",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
)
