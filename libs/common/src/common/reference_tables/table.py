"""Table of the uploaded versions; a service attaches it to its own metadata."""

from sqlalchemy import Column, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from common.database.schema import instant_column


def reference_versions_table(metadata: MetaData) -> Table:
    """Adds `reference_versions` to the metadata: all rows of each version, which nothing changes afterwards."""
    return Table(
        "reference_versions",
        metadata,
        Column("name", Text, primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("rows", JSONB, nullable=False),
        Column("by_subject", Text, nullable=False),
        instant_column(),
        info={"insert_only": True},
    )
