"""Filings, the parts of their files, and what was filed of each graduate."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from destinations.filing.domain.filing import Contents, FileType, Recipient, State, Unregistered
from destinations.filing.domain.judging import What
from destinations.filing.formats import Format
from destinations.schema import metadata


def _one_of(words: Iterable[StrEnum]) -> str:
    return ", ".join(repr(each.value) for each in words)


MADE = ("known_at", "rows", "by_code", "as_seeking", "withdrawn", "left_out", "sha256", "size", "code_list_version")
"""Columns of the manifest: filled when the file is there."""

filings = Table(
    "filings",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    # NULL: a file for the school or the college itself
    Column("recipient", Text),
    # that of the maker; a school officer has none
    Column("college_code", Text),
    Column("serial", Integer, nullable=False),
    Column("format", Text, nullable=False),
    Column("file_type", Text, nullable=False),
    Column("filter", JSONB, nullable=False),
    Column("content", Text, nullable=False),
    Column("unregistered", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("previous", Uuid, ForeignKey("filings.id")),
    # of the work that prepares it; it goes with its week
    Column("operation_id", Uuid, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_by_role", Text, nullable=False),
    instant_column(),
    Column("known_at", DateTime(timezone=True)),
    Column("rows", Integer),
    Column("by_code", JSONB),
    *(Column(name, Integer) for name in ("as_seeking", "withdrawn", "left_out")),
    Column("sha256", LargeBinary),
    Column("size", BigInteger),
    Column("code_list_version", Text),
    Column("keep_until", Date),
    *(Column(name, DateTime(timezone=True)) for name in ("sent_at", "answered_at")),
    Column("reason", Text),
    CheckConstraint(f"recipient IN ({_one_of(Recipient)})", name="recipient"),
    CheckConstraint(f"format IN ({_one_of(Format)})", name="format"),
    CheckConstraint(f"file_type IN ({_one_of(FileType)})", name="file_type"),
    CheckConstraint(f"content IN ({_one_of(Contents)})", name="content"),
    CheckConstraint(f"unregistered IN ({_one_of(Unregistered)})", name="unregistered"),
    CheckConstraint(f"state IN ({_one_of(State)})", name="state"),
    CheckConstraint("recipient IS NULL OR college_code IS NULL", name="colleges_file_to_nobody"),
    CheckConstraint(
        f"state IN ('preparing', 'discarded') OR num_nonnulls({', '.join((*MADE, 'keep_until'))}) = {len(MADE) + 1}",
        name="made",
    ),
    CheckConstraint("(state IN ('sent', 'accepted', 'returned')) = (sent_at IS NOT NULL)", name="sent"),
    CheckConstraint("(state IN ('accepted', 'returned')) = (answered_at IS NOT NULL)", name="answered"),
    CheckConstraint("reason IS NULL OR state = 'returned'", name="reason"),
    CheckConstraint("octet_length(sha256) = 32", name="hash"),
)
_SERIES = (filings.c.school_code, filings.c.cohort, filings.c.recipient)
Index("uq_filings_serial", *_SERIES, filings.c.serial, unique=True, postgresql_nulls_not_distinct=True)
# of several that prepare one for a recipient, one does
Index(
    "uq_filings_open",
    *_SERIES,
    filings.c.college_code,
    unique=True,
    postgresql_nulls_not_distinct=True,
    postgresql_where=text("state IN ('preparing', 'prepared')"),
)
Index("ix_filings_school_code_id", filings.c.school_code, filings.c.id)

parts = Table(
    "filing_parts",
    metadata,
    Column("filing_id", Uuid, ForeignKey("filings.id"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("school_code", Text, nullable=False),
    Column("name", Uuid, ForeignKey("objects.name"), nullable=False, unique=True),
    info={"insert_only": True, "deletable": True},
)

items = Table(
    "filing_items",
    metadata,
    Column("filing_id", Uuid, ForeignKey("filings.id"), primary_key=True),
    # of a row its place in the file; who was taken out comes after them
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("school_code", Text, nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("what", Text, nullable=False),
    Column("registration_id", Uuid),
    Column("version", Integer, nullable=False),
    Column("destination_code", Text),
    CheckConstraint(f"what IN ({_one_of(What)})", name="what"),
    CheckConstraint("(what = 'effective') = (registration_id IS NOT NULL)", name="of_registration"),
    CheckConstraint("(what = 'withdrawn') = (destination_code IS NULL)", name="code"),
    info={"insert_only": True},
)
Index("ix_filing_items_graduate_id", items.c.graduate_id)
Index(
    "ix_filing_items_registration_id",
    items.c.registration_id,
    postgresql_where=items.c.registration_id.is_not(None),
)
