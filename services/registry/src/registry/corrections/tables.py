"""Corrections and their proofs. One open correction asks for a field of a graduate: the database holds it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
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

from common.approvals.table import ENDING, request_columns, request_constraints
from common.database import instant_column, uuid_key
from registry.corrections.domain import MAX_PROOFS, ProofKind
from registry.schema import metadata

corrections = Table(
    "corrections",
    metadata,
    uuid_key(),
    *request_columns(),
    Column("school_code", Text, ForeignKey("schools.code"), nullable=False),
    Column("cohort", Integer, nullable=False),
    # the graduate's when it was asked
    Column("college_code", Text),
    Column("graduate_id", Uuid, ForeignKey("graduates.id"), nullable=False),
    Column("field", Text, nullable=False),
    # what the field held, and what is asked for; NULL of an erased entry, as the reason is
    Column("content_cipher", LargeBinary),
    Column("change_token", Text),
    *request_constraints(),
    CheckConstraint("state <> 'open' OR num_nulls(reason_cipher, content_cipher) = 0", name="texts"),
    info={"insert_only": True, "updatable_columns": [*ENDING, "change_token"]},
)
Index("ix_corrections_school_code_id", corrections.c.school_code, corrections.c.id)
Index("ix_corrections_graduate_id", corrections.c.graduate_id)
Index(
    "uq_corrections_open",
    corrections.c.graduate_id,
    corrections.c.field,
    unique=True,
    postgresql_where=text("state = 'open'"),
)

correction_proofs = Table(
    "correction_proofs",
    metadata,
    uuid_key(),
    Column("correction_id", Uuid, ForeignKey("corrections.id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("name", Uuid, ForeignKey("objects.name"), nullable=False, unique=True),
    instant_column(),
    UniqueConstraint("correction_id", "place"),
    CheckConstraint(f"place BETWEEN 1 AND {MAX_PROOFS}", name="place"),
    CheckConstraint(f"kind IN ({', '.join(repr(each.value) for each in ProofKind)})", name="kind"),
    info={"insert_only": True, "deletable": True},
)
