"""Tables of privacy statements; published versions and receipts of consent are insert-only."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from surveys.privacy.domain import MAX_MONTHS, MIN_MONTHS, WORDS
from surveys.schema import metadata

_MONTHS = f"retention_months BETWEEN {MIN_MONTHS} AND {MAX_MONTHS}"

statements = Table(
    "privacy_statements",
    metadata,
    uuid_key(),
    # NULL: kept by an admin for every school
    Column("school_code", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("state", Text, nullable=False, server_default=text("'draft'")),
    Column("published_version", Integer),
    *(Column(name, JSONB, nullable=False) for name in WORDS),
    Column("retention_months", Integer, nullable=False),
    instant_column("created_at"),
    instant_column("recorded_at"),
    CheckConstraint("state IN ('draft', 'published')", name="state_known"),
    CheckConstraint("state = 'draft' OR published_version IS NOT NULL", name="published_has_version"),
    CheckConstraint(_MONTHS, name="months_allowed"),
)
Index("ix_privacy_statements_school_code_id", statements.c.school_code, statements.c.id)

statement_versions = Table(
    "privacy_statement_versions",
    metadata,
    Column("statement_id", Uuid, ForeignKey("privacy_statements.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("school_code", Text),
    *(Column(name, JSONB, nullable=False) for name in WORDS),
    Column("retention_months", Integer, nullable=False),
    instant_column("published_at"),
    CheckConstraint("number > 0", name="number_positive"),
    CheckConstraint(_MONTHS, name="months_allowed"),
    info={"insert_only": True},
)
Index("ix_privacy_statement_versions_school_code", statement_versions.c.school_code, statement_versions.c.published_at)

receipts = Table(
    "response_consents",
    metadata,
    uuid_key(),
    Column("response_id", Uuid, ForeignKey("responses.id"), nullable=False),
    # NULL of employers
    Column("graduate_id", Uuid),
    Column("school_code", Text, nullable=False),
    # NULL: the statement that is shipped
    Column("statement_id", Uuid),
    Column("statement_version", Integer, nullable=False),
    Column("sensitive", Boolean, nullable=False),
    Column("means", Text, nullable=False),
    instant_column("recorded_at"),
    ForeignKeyConstraint(
        ["statement_id", "statement_version"],
        ["privacy_statement_versions.statement_id", "privacy_statement_versions.number"],
        name="fk_response_consents_statement_version",
    ),
    CheckConstraint("means IN ('screen', 'oral', 'paper')", name="means_known"),
    info={"insert_only": True},
)
Index("ix_response_consents_response_id_id", receipts.c.response_id, receipts.c.id)
Index("ix_response_consents_graduate_id", receipts.c.graduate_id)
