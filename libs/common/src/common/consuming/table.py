"""Table of dead letters; a service that consumes attaches it to its own metadata."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, MetaData, Table, Text

from common.database.schema import instant_column


def dead_letter_table(metadata: MetaData) -> Table:
    """Adds `dead_letters` to the metadata: one row for each event that could not be applied, open until it is."""
    letters = Table(
        "dead_letters",
        metadata,
        # the event's; of a message that cannot be read: topic/partition/offset
        Column("id", Text, primary_key=True),
        Column("consumer_group", Text, nullable=False),
        Column("topic", Text, nullable=False),
        Column("partition", Integer, nullable=False),
        Column("message_offset", BigInteger, nullable=False),
        Column("key", Text),
        Column("sequence", BigInteger),
        Column("school_code", Text),
        # what a later event would replace, where only the newest is kept
        Column("thing", Text),
        Column("error", Text, nullable=False),
        Column("code", Text, nullable=False),
        # the message was not in its topic before this instant
        Column("published_after", DateTime(timezone=True), nullable=False),
        instant_column("noted_at"),
        Column("closed_at", DateTime(timezone=True)),
        info={"insert_only": True, "updatable_columns": ["error", "code", "noted_at", "closed_at"]},
    )
    Index("ix_dead_letters_open", letters.c.topic, letters.c.partition, postgresql_where=letters.c.closed_at.is_(None))
    Index("ix_dead_letters_consumer_group_noted_at", letters.c.consumer_group, letters.c.noted_at)
    return letters
