"""Table of what is stored; a service that stores files attaches it to its own metadata.

A row is committed before its file is written, and goes after it: a crash leaves a row, never a file that nothing knows
of. A column of an area that names a file references `objects.name`, so that PostgreSQL itself lets no row go, and no
file before it, that another row names.
"""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, LargeBinary, MetaData, Table, Text, Uuid

STATES = ("pending", "kept", "dropped")


def objects_table(metadata: MetaData) -> Table:
    """Adds `objects` to the metadata. `sealed_key` is the file's own key, under the ring, and goes with the row.

    `due_at` is when a file that is not kept is deleted: at once after it was dropped, later where it may yet be named.
    """
    objects = Table(
        "objects",
        metadata,
        Column("name", Uuid, primary_key=True),
        Column("state", Text, nullable=False),
        Column("media_type", Text, nullable=False),
        Column("sealed_key", LargeBinary, nullable=False),
        Column("due_at", DateTime(timezone=True)),
        CheckConstraint(f"state IN {STATES}", name="state_known"),
        CheckConstraint("(state = 'kept') = (due_at IS NULL)", name="due_unless_kept"),
    )
    Index("ix_objects_due_at", objects.c.due_at, postgresql_where=objects.c.due_at.is_not(None))
    return objects
