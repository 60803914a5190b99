"""Tables of employers."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from surveys.employers.domain import FIELDS
from surveys.schema import metadata

employers = Table(
    "employers",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    *(Column(name, Text, nullable=name != "name") for name in FIELDS),
    # its id in destinations; NULL of one that no registration names
    Column("registered_as", Uuid),
    # cohort → graduates whose effective registration names it
    Column("hires", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    # fields that people have written
    Column("by_hand", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    instant_column("created_at"),
    instant_column("recorded_at"),
    UniqueConstraint("school_code", "uscc", name="uq_employers_school_code_uscc"),
    UniqueConstraint("school_code", "registered_as", name="uq_employers_school_code_registered_as"),
)

contacts = Table(
    "employer_contacts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("employer_id", Uuid, ForeignKey("employers.id"), nullable=False),
    Column("school_code", Text, nullable=False),
    # equal of equal contacts, and tells no reader which
    Column("digest", LargeBinary, nullable=False),
    # NULL once people have taken it out: registrations bring it back no more
    Column("sealed", LargeBinary),
    Column("by_hand", Boolean, nullable=False),
    # dropped by the worker after this day
    Column("expires_on", Date, nullable=False),
    instant_column("created_at"),
    UniqueConstraint("employer_id", "digest", name="uq_employer_contacts_employer_id_digest"),
)
Index("ix_employer_contacts_expires_on", contacts.c.expires_on)

feeds = Table(
    "employer_feeds",
    metadata,
    Column("school_code", Text, primary_key=True),
    Column("cohort", Integer, primary_key=True, autoincrement=False),
    # when a registration of the cohort was heard of last
    Column("changed_at", DateTime(timezone=True)),
    # the beginning of the newest reading of who hires the cohort
    Column("read_from", DateTime(timezone=True)),
)
