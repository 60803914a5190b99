"""Table of the accesses; a service attaches it to its own metadata."""

from sqlalchemy import Column, Index, MetaData, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from common.database.schema import instant_column, uuid_key


def accesses_table(metadata: MetaData) -> Table:
    """Adds `accesses` to the metadata. The application role may insert and read, nothing else.

    `occasion_id` is the object of the audit entry of the act, which names the reader.
    """
    accesses = Table(
        "accesses",
        metadata,
        uuid_key(),
        instant_column(),
        Column("graduate_id", Uuid, nullable=False),
        Column("school_code", Text, nullable=False),
        Column("occasion_id", Uuid, nullable=False),
        Column("kind", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("unit", Text),
        Column("purpose", Text),
        Column("fields", ARRAY(Text), nullable=False),
        info={"insert_only": True},
    )
    Index("ix_accesses_graduate", accesses.c.graduate_id, accesses.c.recorded_at, accesses.c.id)
    return accesses
