"""Saved mappings, one row for each name of a school."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column
from registry.import_mappings.domain import MAX_NAME
from registry.schema import metadata

import_mappings = Table(
    "import_mappings",
    metadata,
    Column("school_code", Text, ForeignKey("schools.code"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("columns", JSONB, nullable=False),
    instant_column(),
    CheckConstraint(f"length(name) BETWEEN 1 AND {MAX_NAME}", name="name"),
    CheckConstraint("jsonb_typeof(columns) = 'object'", name="columns"),
)
