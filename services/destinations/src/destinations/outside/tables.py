"""Authorisations of outside sources, facts with one stream of events per graduate, and what they were compared with."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Index, Integer, LargeBinary, Table, Text, Uuid

from common.database import instant_column, uuid_key
from destinations.schema import metadata

authorisations = Table(
    "source_authorisations",
    metadata,
    uuid_key(),
    Column("school_code", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("by_role", Text, nullable=False),
    Column("by_subject", Text, nullable=False),
    instant_column(),
    CheckConstraint("source IN ('social_insurance', 'credentials', 'business_register')", name="source_known"),
    CheckConstraint("valid_from <= valid_to", name="ends_after"),
    info={"insert_only": True},
)
Index("ix_source_authorisations_school_code_id", authorisations.c.school_code, authorisations.c.id)

facts = Table(
    "facts",
    metadata,
    # one id for all versions of what a source says of one employment, or of one course of study
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("graduate_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    Column("cohort", Integer, nullable=False),
    Column("source", Text, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date),
    # empty once the person is erased
    Column("values_cipher", LargeBinary),
    Column("authorisation_id", Uuid, nullable=False),
    instant_column(),
    CheckConstraint("source IN ('social_insurance', 'credentials')", name="source_known"),
    CheckConstraint("from_on <= to_on", name="ends_after"),
    CheckConstraint("version > 0", name="version_positive"),
    info={"insert_only": True},
)
Index("ix_facts_graduate_id_id_version", facts.c.graduate_id, facts.c.id, facts.c.version)
Index("ix_facts_school_code_cohort", facts.c.school_code, facts.c.cohort)
# what was written lately is compared first
Index("ix_facts_recorded_at", facts.c.recorded_at)

streams = Table(
    "fact_streams",
    metadata,
    # written under the lock of the graduate's row in `destination_streams`
    Column("graduate_id", Uuid, primary_key=True),
    Column("school_code", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("last_decided_on", Date, nullable=False),
)

looks = Table(
    "fact_looks",
    metadata,
    # with which effective version the newest version of a fact was compared last, and what came of it
    Column("fact_id", Uuid, primary_key=True),
    Column("graduate_id", Uuid, nullable=False),
    Column("school_code", Text, nullable=False),
    Column("fact_version", Integer, nullable=False),
    Column("registration_id", Uuid),
    Column("registration_version", Integer),
    Column("contradiction", Text),
)
