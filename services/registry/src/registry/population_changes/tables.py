"""Population changes, the files that ask for them, and the graduates that each names.

One open change names a graduate: the database holds it.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    text,
)

from common.approvals.table import ENDING, request_columns, request_constraints
from common.database import uuid_key
from registry.population_changes.domain import Change
from registry.schema import metadata

population_changes = Table(
    "population_changes",
    metadata,
    uuid_key(),
    *request_columns(),
    Column("school_code", Text, ForeignKey("schools.code"), nullable=False),
    Column("cohort", Integer, nullable=False),
    # that of all its graduates when it was asked; NULL where they are of several, or of none
    Column("college_code", Text),
    Column("change", Text, nullable=False),
    Column("ground", Text),
    Column("duplicate_of", Uuid, ForeignKey("graduates.id")),
    Column("document_number_cipher", LargeBinary),
    Column("document_issued_on", Date),
    Column("effective_on", Date),
    Column("clamped", Integer),
    Column("change_token", Text),
    *request_constraints(),
    CheckConstraint(f"change IN ({', '.join(repr(each.value) for each in Change)})", name="change"),
    CheckConstraint("(change = 'exclude') = (ground IS NOT NULL)", name="ground"),
    CheckConstraint("(duplicate_of IS NOT NULL) = (ground IS NOT DISTINCT FROM 'duplicate')", name="duplicate_of"),
    CheckConstraint("reason_cipher IS NOT NULL", name="reason"),
    CheckConstraint("(document_number_cipher IS NULL) = (document_issued_on IS NULL)", name="document"),
    info={"insert_only": True, "updatable_columns": [*ENDING, "effective_on", "clamped", "change_token"]},
)
Index("ix_population_changes_school_code_id", population_changes.c.school_code, population_changes.c.id)

population_change_files = Table(
    "population_change_files",
    metadata,
    Column("operation_id", Uuid, primary_key=True),
    # what people wrote, which the parameters of an operation may not hold
    Column("reason_cipher", LargeBinary, nullable=False),
    Column("document_number_cipher", LargeBinary),
    info={"insert_only": True},
)

population_change_graduates = Table(
    "population_change_graduates",
    metadata,
    Column("change_id", Uuid, ForeignKey("population_changes.id"), primary_key=True),
    Column("graduate_id", Uuid, ForeignKey("graduates.id"), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("status", Text, nullable=False),
    # false once the change has ended, and of a graduate whom it no longer names
    Column("is_open", Boolean, nullable=False, server_default=text("true")),
    Column("is_named", Boolean, nullable=False, server_default=text("true")),
    CheckConstraint("is_named OR NOT is_open", name="named"),
    info={"insert_only": True, "updatable_columns": ["is_open", "is_named"]},
)
Index(
    "uq_population_change_graduates_open",
    population_change_graduates.c.graduate_id,
    unique=True,
    postgresql_where=population_change_graduates.c.is_open,
)
