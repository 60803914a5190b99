"""Tables of questionnaires; published versions are insert-only."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from common.database import instant_column, uuid_key
from surveys.schema import metadata

questionnaires = Table(
    "questionnaires",
    metadata,
    uuid_key(),
    # NULL: kept by an admin for every school
    Column("school_code", Text),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("state", Text, nullable=False, server_default=text("'draft'")),
    Column("published_version", Integer),
    Column("title", JSONB, nullable=False),
    Column("pages", JSONB, nullable=False),
    # of the newest published version against the one before
    Column("changes", JSONB),
    instant_column("created_at"),
    instant_column("recorded_at"),
    CheckConstraint("state IN ('draft', 'published')", name="state_known"),
    CheckConstraint("state = 'draft' OR published_version IS NOT NULL", name="published_has_version"),
)
Index("ix_questionnaires_school_code_id", questionnaires.c.school_code, questionnaires.c.id)

questionnaire_versions = Table(
    "questionnaire_versions",
    metadata,
    Column("questionnaire_id", Uuid, ForeignKey("questionnaires.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("school_code", Text),
    Column("title", JSONB, nullable=False),
    Column("pages", JSONB, nullable=False),
    instant_column("published_at"),
    CheckConstraint("number > 0", name="number_positive"),
    info={"insert_only": True},
)
