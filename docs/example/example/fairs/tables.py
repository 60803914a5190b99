"""Fairs with their versions and the stream of their events."""

from sqlalchemy import Column, Date, Integer, Text

from common.history import versioned
from example.schema import metadata

fairs = versioned(
    metadata,
    "fairs",
    Column("school_code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("held_on", Date, nullable=False),
    Column("places", Integer, nullable=False),
)
