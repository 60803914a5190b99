"""Tip-offs beside their cases: the hash of the receipt, how to reach who reported, further messages, files, counts."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid, text

from common.database import instant_column, uuid_key
from destinations.schema import metadata

tip_offs = Table(
    "tip_offs",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("receipt_hash", LargeBinary, nullable=False, unique=True),
    # NULL where none was given, and once it was erased
    Column("contact_cipher", LargeBinary),
    Column("received_on", Date, nullable=False),
    Column("erased_on", Date),
    CheckConstraint("octet_length(receipt_hash) = 32", name="receipt_hash"),
)
Index("ix_tip_offs_received_on", tip_offs.c.received_on, postgresql_where=tip_offs.c.erased_on.is_(None))

messages = Table(
    "tip_off_messages",
    metadata,
    uuid_key(),
    Column("case_id", Uuid, ForeignKey("tip_offs.case_id"), nullable=False),
    Column("school_code", Text, nullable=False),
    # NULL once it was erased
    Column("text_cipher", LargeBinary),
    instant_column(),
    info={"insert_only": True, "updatable_columns": ["text_cipher"]},
)
Index("ix_tip_off_messages_case_id_id", messages.c.case_id, messages.c.id)

files = Table(
    "tip_off_files",
    metadata,
    Column("case_id", Uuid, ForeignKey("tip_offs.case_id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("school_code", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    # NULL where it was refused, or erased
    Column("name", Uuid, ForeignKey("objects.name"), unique=True),
    CheckConstraint("state IN ('checking', 'kept', 'refused')", name="state"),
    CheckConstraint("n BETWEEN 1 AND 3", name="n"),
)
Index("ix_tip_off_files_checking", files.c.case_id, files.c.n, postgresql_where=text("state = 'checking'"))

days = Table(
    "tip_off_days",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("received", Integer, nullable=False),
)
