"""Authorisations of outside sources: insert-only."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, Text

from common.database import instant_column, uuid_key
from destinations.schema import metadata

authorisations = Table(
    "source_authorisations",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("by_role", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    instant_column(),
    CheckConstraint("source IN ('social_insurance', 'credentials', 'business_register')", name="source_known"),
    CheckConstraint("valid_from <= valid_to", name="ends_after"),
    info={"insert_only": True},
)
Index("ix_source_authorisations_school_code_id", authorisations.c.school_code, authorisations.c.id)
