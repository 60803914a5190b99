"""Data copies: who asked for one of whom, and how long its file is there."""

from sqlalchemy import CheckConstraint, Column, DateTime, ForeignKey, Index, Table, Text, Uuid

from common.database import instant_column
from registry.schema import metadata

data_copies = Table(
    "data_copies",
    metadata,
    # of the operation that makes the file; it goes with its week
    Column("operation_id", Uuid, primary_key=True),
    Column("graduate_id", Uuid, ForeignKey("graduates.id"), nullable=False),
    # who asked, and who alone may fetch the file
    Column("subject", Text, nullable=False),
    instant_column("requested_at"),
    Column("file_until", DateTime(timezone=True)),
    # when the file was deleted, or it was clear that there will be none
    Column("ended_at", DateTime(timezone=True)),
    CheckConstraint("file_until > requested_at", name="file_until"),
    info={"insert_only": True, "updatable_columns": ["file_until", "ended_at"]},
)
Index(
    "uq_data_copies_graduate_id_subject",
    data_copies.c.graduate_id,
    data_copies.c.subject,
    unique=True,
    postgresql_where=data_copies.c.ended_at.is_(None),
)
Index("ix_data_copies_graduate_id", data_copies.c.graduate_id)
