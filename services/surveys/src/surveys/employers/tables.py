"""Tables of employers."""

from sqlalchemy import ARRAY, Column, Integer, Table, Text, UniqueConstraint, Uuid, text
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
