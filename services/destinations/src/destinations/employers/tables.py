"""Employers, by which texts of registrations they are named, and what names one that none is known for yet."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Identity,
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
from destinations.schema import metadata

employers = Table(
    "employers",
    metadata,
    uuid_key(),
    Column("version", Integer, nullable=False, server_default=text("1")),
    # one with a USCC is the deployment's, any other a school's
    Column("school_code", Text),
    Column("name", Text, nullable=False),
    Column("normalised_name", Text, nullable=False),
    Column("bigrams", ARRAY(Text), nullable=False),
    # [{"name": "…", "until": "2020-01-31"}, …]
    Column("former_names", JSONB, nullable=False, server_default=text("'[]'")),
    Column("former_normalised", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    *(Column(name, Text) for name in ("uscc", "nature_code", "industry_code", "place_code", "register_state")),
    Column("insured_persons", Integer),
    Column("established_on", Date),
    # fields that the business register has said
    Column("register_fields", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("merged_into", Uuid, ForeignKey("employers.id")),
    instant_column(),
    CheckConstraint("(uscc IS NULL) = (school_code IS NOT NULL)", name="owner"),
    CheckConstraint("merged_into <> id", name="merged_into_another"),
    CheckConstraint("insured_persons >= 0", name="insured_persons"),
    CheckConstraint("version > 0", name="version_positive"),
)
Index("uq_employers_uscc", employers.c.uscc, unique=True, postgresql_where=text("merged_into IS NULL"))
Index(
    "uq_employers_of_school",
    employers.c.school_code,
    employers.c.normalised_name,
    unique=True,
    postgresql_where=text("uscc IS NULL AND merged_into IS NULL"),
)
Index("ix_employers_normalised_name", employers.c.normalised_name)
Index("ix_employers_bigrams", employers.c.bigrams, postgresql_using="gin")
Index("ix_employers_former_normalised", employers.c.former_normalised, postgresql_using="gin")
Index("ix_employers_merged_into", employers.c.merged_into, postgresql_where=text("merged_into IS NOT NULL"))

namings = Table(
    "employer_namings",
    metadata,
    # as registrations of the school have them; an empty USCC for none
    Column("school_code", Text, primary_key=True),
    Column("employer_name", Text, primary_key=True),
    Column("employer_uscc", Text, primary_key=True),
    Column("normalised_name", Text, nullable=False),
    Column("bigrams", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    # never one that was merged into another
    Column("employer_id", Uuid, ForeignKey("employers.id"), nullable=False),
    instant_column(),
)
Index("ix_employer_namings_employer_id", namings.c.employer_id)
Index("ix_employer_namings_bigrams", namings.c.bigrams, postgresql_using="gin")
# without statistics of what may name a person, a plan must not be able to take most of a school for few rows
Index(
    "ix_employer_namings_normalised_name",
    namings.c.school_code,
    namings.c.normalised_name,
    postgresql_where=text("employer_uscc = ''"),
)
Index(
    "ix_employer_namings_uscc",
    namings.c.school_code,
    namings.c.employer_uscc,
    postgresql_where=text("employer_uscc <> ''"),
)

due = Table(
    "employers_due",
    metadata,
    # what a registration names and no naming has yet: rows of a trigger of `registrations`
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("employer_name", Text, nullable=False),
    Column("employer_uscc", Text, nullable=False),
    *(Column(name, Text) for name in ("employer_nature_code", "industry_code", "place_code")),
    info={"insert_only": True, "deletable": True, "updatable_columns": ["id"]},
)

merges = Table(
    "employer_merges",
    metadata,
    Column("employer_id", Uuid, ForeignKey("employers.id"), primary_key=True),
    Column("into_id", Uuid, ForeignKey("employers.id"), nullable=False),
    Column("school_code", Text),
    Column("reason_cipher", LargeBinary, nullable=False),
    Column("by_role", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    instant_column(),
    info={"insert_only": True, "updatable_columns": ["reason_cipher"]},
)

contact_indexes = Table(
    "contact_indexes",
    metadata,
    # of the phone that an effective version names for the employer: equal where the phones are
    Column("registration_id", Uuid, ForeignKey("registrations.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    Column("phone_index", LargeBinary, nullable=False),
    CheckConstraint("octet_length(phone_index) = 16", name="phone_index"),
)
Index("ix_contact_indexes_graduate_id", contact_indexes.c.graduate_id)

TABLES = (employers, namings, due, merges, contact_indexes)
